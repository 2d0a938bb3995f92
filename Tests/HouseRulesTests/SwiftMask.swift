/// `source` with the content of comments, string literals and regular expressions replaced by blanks, line breaks kept.
///
/// Code inside of `\( )` stays, so that a call in an interpolation is still seen.
func maskedSwift(_ source: String) -> String {
    var masker = Masker(bytes: Array(source.utf8))
    masker.code(until: nil)
    return String(decoding: masker.output, as: UTF8.self)
}

private struct Masker {
    let bytes: [UInt8]
    var output: [UInt8] = []
    var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
        output.reserveCapacity(bytes.count)
    }

    private func starts(with text: StaticString, at offset: Int = 0) -> Bool {
        guard position + offset <= bytes.count else { return false }
        return text.withUTF8Buffer { bytes[(position + offset)...].starts(with: $0) }
    }

    private mutating func keep(_ count: Int = 1) {
        let end = min(position + count, bytes.count)
        output += bytes[position..<end]
        position = end
    }

    private mutating func blank(_ count: Int = 1) {
        let end = min(position + count, bytes.count)
        output += bytes[position..<end].map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
        position = end
    }

    /// Code up to the end, or up to the `)` that closes an interpolation.
    mutating func code(until closing: UInt8?) {
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "/") where starts(with: "//"):
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { blank() }
            case UInt8(ascii: "/") where starts(with: "/*"): blockComment()
            case UInt8(ascii: "/") where beginsRegularExpression(): regularExpression()
            case UInt8(ascii: "#") where isRawString(): string()
            case UInt8(ascii: "\""): string()
            case UInt8(ascii: "("):
                depth += 1
                keep()
            case UInt8(ascii: ")"):
                if depth == 0, closing != nil { return }
                depth -= 1
                keep()
            default: keep()
            }
        }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                blank(2)
            } else if starts(with: "*/") {
                depth -= 1
                blank(2)
            } else {
                blank()
            }
        } while depth > 0 && position < bytes.count
    }

    private func isRawString() -> Bool {
        let marks = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
        return starts(with: "\"", at: marks)
    }

    private mutating func string() {
        let marks = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
        keep(marks)
        let quotes = starts(with: "\"\"\"") ? 3 : 1
        keep(quotes)
        let end =
            Array(repeating: UInt8(ascii: "\""), count: quotes) + Array(repeating: UInt8(ascii: "#"), count: marks)
        let escape = [UInt8(ascii: "\\")] + Array(repeating: UInt8(ascii: "#"), count: marks)
        while position < bytes.count {
            if bytes[position...].starts(with: end) { return keep(end.count) }
            if bytes[position...].starts(with: escape + [UInt8(ascii: "(")]) {
                keep(escape.count + 1)
                code(until: UInt8(ascii: ")"))
                keep()
            } else if bytes[position...].starts(with: escape) {
                blank(escape.count + 1)
            } else {
                blank()
            }
        }
    }

    /// A slash after something that cannot end an operand, with another one on the same line, and no blank after it.
    private func beginsRegularExpression() -> Bool {
        guard let before = output.last(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }),
            "(,=:[{".utf8.contains(before), position + 1 < bytes.count, bytes[position + 1] != UInt8(ascii: " ")
        else { return false }
        let line = bytes[(position + 1)...].prefix { $0 != UInt8(ascii: "\n") }
        return line.contains(UInt8(ascii: "/"))
    }

    private mutating func regularExpression() {
        blank()
        while position < bytes.count, bytes[position] != UInt8(ascii: "/"), bytes[position] != UInt8(ascii: "\n") {
            blank(bytes[position] == UInt8(ascii: "\\") ? 2 : 1)
        }
        blank()
    }
}
