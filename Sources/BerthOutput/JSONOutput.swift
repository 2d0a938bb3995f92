import BerthJSON

/// JSON in colours, in the layout of `JSON.text(.indented)`.
struct JSONOutput {
    let paint: Paint

    func render(_ value: JSON) -> String {
        guard paint.enabled else { return value.text(.indented) + "\n" }
        var output = ""
        write(value, level: 0, to: &output)
        return output + "\n"
    }

    private func write(_ value: JSON, level: Int, to output: inout String) {
        switch value {
        case .null, .bool, .integer, .double: output += paint(.other, value.text())
        case .string: output += paint(.text, value.text())
        case .array(let elements) where elements.isEmpty: output += "[]"
        case .object(let members) where members.isEmpty: output += "{}"
        case .array(let elements):
            output += "["
            for (index, element) in elements.enumerated() {
                startLine(index, level + 1, &output)
                write(element, level: level + 1, to: &output)
            }
            output += "\n" + indent(level) + "]"
        case .object(let members):
            output += "{"
            for (index, member) in members.enumerated() {
                startLine(index, level + 1, &output)
                output += paint(.key, JSON.string(member.key).text()) + ": "
                write(member.value, level: level + 1, to: &output)
            }
            output += "\n" + indent(level) + "}"
        }
    }

    private func startLine(_ index: Int, _ level: Int, _ output: inout String) {
        output += (index == 0 ? "\n" : ",\n") + indent(level)
    }

    private func indent(_ level: Int) -> String { String(repeating: " ", count: 2 * level) }
}
