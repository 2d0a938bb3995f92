import BerthJSON

/// YAML in block style, with lists at the indentation of their key.
///
/// What a reader of YAML 1.1 or 1.2 could take for something other than text is quoted.
struct YAMLOutput {
    let paint: Paint

    func render(_ value: JSON) -> String {
        var output = ""
        write(value, level: 0, after: .start, to: &output)
        return output
    }

    /// What stands before a value on its line.
    private enum Place { case start, key, dash }

    /// Writes ` value` or the lines of the value, and the line break.
    private func write(_ value: JSON, level: Int, after place: Place, to output: inout String) {
        switch value {
        case .array(let elements) where !elements.isEmpty:
            writeList(elements, level: level, after: place, to: &output)
        case .object(let members) where !members.isEmpty:
            writeObject(members, level: level, after: place, to: &output)
        case .null, .bool, .integer, .double, .string, .array, .object:
            // Text over several lines needs an indentation of at least one level.
            let inner = place == .start ? 1 : level
            output += (place == .key ? " " : "") + scalar(value, level: inner) + "\n"
        }
    }

    private func writeList(_ elements: [JSON], level: Int, after place: Place, to output: inout String) {
        if place == .key { output += "\n" }
        // Under a key the dashes stand below the key itself.
        let column = place == .key ? level - 1 : level
        for (index, element) in elements.enumerated() {
            if index > 0 || place != .dash { output += indent(column) }
            output += "- "
            write(element, level: column + 1, after: .dash, to: &output)
        }
    }

    private func writeObject(_ members: JSONObject, level: Int, after place: Place, to output: inout String) {
        if place == .key { output += "\n" }
        for (index, member) in members.enumerated() {
            if index > 0 || place != .dash { output += indent(level) }
            output += paint(.key, YAMLText.key(member.key)) + ":"
            write(member.value, level: level + 1, after: .key, to: &output)
        }
    }

    private func scalar(_ value: JSON, level: Int) -> String {
        switch value {
        case .string(let text): paint(.text, YAMLText.value(text, indent: indent(level)))
        case .double(let number): paint(.other, YAMLText.number(number))
        case .null, .bool, .integer: paint(.other, value.text())
        case .array, .object: value.text()
        }
    }

    private func indent(_ level: Int) -> String { String(repeating: " ", count: 2 * level) }
}
