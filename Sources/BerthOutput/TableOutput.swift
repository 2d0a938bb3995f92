import BerthDiagnostics
import BerthJSON

/// A table for people: a line of headers, a line of dashes, a line an element.
///
/// An object gives a column for each member that is a plain value; a list `Column1`, `Column2`, …; a plain value the
/// column `Result`. Where nothing but nested values is there, `Result` shows them as JSON.
struct TableOutput {
    /// Left out where the user did not ask for them.
    private static let skippedKeys: Set<String> = ["id", "type", "etag"]
    /// A column is at least that much wider than its header.
    private static let headerPadding = 2

    let isQueried: Bool

    func render(_ value: JSON) -> String {
        let rows = value.isNull ? [] : value.arrayValue ?? [value]
        var cells = rows.map(cells(of:))
        var headers = Self.headers(of: cells)
        if headers.isEmpty {
            cells = rows.map { [Cell(header: "Result", text: $0.text())] }
            headers = Self.headers(of: cells)
        }
        guard !headers.isEmpty else { return "" }
        let table = cells.map { row in
            headers.map { header in row.first { $0.header == header }?.text ?? "" }
        }
        return Self.layOut(headers: headers, rows: table)
    }

    private struct Cell {
        let header: String
        let text: String
    }

    private func cells(of row: JSON) -> [Cell] {
        switch row {
        case .object(let members):
            return members.ordered(sorted: !isQueried).compactMap { key, value in
                guard isQueried || !Self.skippedKeys.contains(key), !value.isNull, !value.isContainer else {
                    return nil
                }
                return Cell(header: key.prefix(1).uppercased() + key.dropFirst(), text: value.pythonText)
            }
        case .array(let elements):
            return elements.enumerated().map { index, value in
                Cell(header: "Column\(index + 1)", text: value.isNull ? "" : value.pythonText)
            }
        case .null: return [Cell(header: "Result", text: "")]
        case .bool, .integer, .double, .string: return [Cell(header: "Result", text: row.pythonText)]
        }
    }

    /// The headers of all rows, each at the place where it comes first.
    private static func headers(of rows: [[Cell]]) -> [String] {
        var seen: Set<String> = []
        return rows.joined().map(\.header).filter { seen.insert($0).inserted }
    }

    private static func layOut(headers: [String], rows: [[String]]) -> String {
        let lines = rows.map { row in row.map { trimmed($0).split(omittingEmptySubsequences: false) { $0.isNewline } } }
        let widths = headers.indices.map { column in
            lines.reduce(headers[column].displayWidth + headerPadding) { widest, row in
                row[column].reduce(widest) { max($0, $1.displayWidth) }
            }
        }
        var output = line(headers, widths) + line(widths.map { String(repeating: "-", count: $0) }, widths)
        for row in lines {
            for index in 0..<(row.map(\.count).max() ?? 0) {
                output += line(row.map { index < $0.count ? String($0[index]) : "" }, widths)
            }
        }
        return output
    }

    private static func trimmed(_ text: String) -> Substring {
        var trimmed = text[...]
        while trimmed.first?.isWhitespace == true { trimmed.removeFirst() }
        while trimmed.last?.isWhitespace == true { trimmed.removeLast() }
        return trimmed
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (cell, width) in zip(cells, widths) {
            if !line.isEmpty { line += "  " }
            line += cell + String(repeating: " ", count: max(0, width - cell.displayWidth))
        }
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }
}
