import BerthJSON

/// Lines of values with tabs between them, without quotes: for `read`, `cut` and `$( )`.
///
/// A list is one line an element, anything else is one line. A list inside of a line is written as its length, an
/// object as nothing, so that columns keep their places.
struct TSVOutput {
    let isQueried: Bool

    func render(_ value: JSON) -> String {
        switch value {
        case .null: ""
        case .array(let rows): rows.map { line($0) + "\n" }.joined()
        case .bool, .integer, .double, .string, .object: line(value) + "\n"
        }
    }

    private func line(_ row: JSON) -> String {
        switch row {
        case .array(let cells): cells.map(cell).joined(separator: "\t")
        case .object(let members): members.ordered(sorted: !isQueried).map { cell($0.value) }.joined(separator: "\t")
        case .bool(let value): value ? "true" : "false"
        case .null, .integer, .double, .string: row.pythonText
        }
    }

    private func cell(_ value: JSON) -> String {
        switch value {
        case .array(let elements): String(elements.count)
        case .object: ""
        case .null, .bool, .integer, .double, .string: value.pythonText
        }
    }
}
