/// Text in columns and lines, for help and man pages.
enum TextLayout {
    /// `text` in lines of at most `width` characters, broken at blanks. Words longer than a line stay whole.
    static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        if !line.isEmpty || lines.isEmpty { lines.append(line) }
        return lines
    }

    /// `left` and `right` side by side; `right` is wrapped beside itself. A `left` that is too long stands alone.
    static func columns(_ left: String, _ right: String, indent: Int, column: Int, width: Int) -> [String] {
        let start = String(repeating: " ", count: indent) + left
        let margin = String(repeating: " ", count: column)
        var wrapped = wrap(right, width: width - column)
        guard start.count + 2 <= column else { return [start] + wrapped.map { margin + $0 } }
        let first = wrapped.removeFirst()
        return [start + String(repeating: " ", count: column - start.count) + first] + wrapped.map { margin + $0 }
    }
}
