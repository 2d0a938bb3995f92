/// How a text is spelt in YAML: plain where that is safe, else between single quotes, in double quotes or as a block.
enum YAMLText {
    /// A key: always on one line.
    static func key(_ text: String) -> String {
        if isPlain(text) { return text }
        return hasOnlyPrintableSigns(text) && !text.contains("\n") ? singleQuoted(text) : doubleQuoted(text)
    }

    /// A value, whose further lines begin with `indent`.
    static func value(_ text: String, indent: String) -> String {
        if text.contains("\n"), canBeBlock(text) { return block(text, indent: indent) }
        return key(text)
    }

    /// With a point and a sign in the exponent, without which YAML 1.1 reads text.
    static func number(_ number: Double) -> String {
        guard number.isFinite else { return "null" }
        let text = "\(number)"
        guard let exponent = text.firstIndex(of: "e"), !text[..<exponent].contains(".") else { return text }
        return text[..<exponent] + ".0" + text[exponent...]
    }

    // MARK: Plain

    /// Words that mean something else than text, in YAML 1.1 or 1.2, compared in lower case.
    private static let reservedWords: Set<String> = [
        "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<", ".inf", "-.inf", "+.inf",
        ".nan",
        "---", "...",
    ]

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        guard !reservedWords.contains(text.lowercased()), !startsLikeNumber(first, text) else { return false }
        guard hasOnlyPrintableSigns(text), !text.contains("\n") else { return false }
        guard !"-?:,[]{}#&*!|>'\"%@` ".utf8.contains(first) || startsWithSafeDash(text) else { return false }
        guard last != UInt8(ascii: " "), last != UInt8(ascii: ":") else { return false }
        let bytes = Array(text.utf8)
        for index in bytes.indices.dropLast() {
            if bytes[index...].starts(with: ": ".utf8) || bytes[index...].starts(with: " #".utf8) { return false }
        }
        return !text.hasPrefix("--- ") && !text.hasPrefix("... ")
    }

    /// `-flag` is text; `- flag` would be a list.
    private static func startsWithSafeDash(_ text: String) -> Bool {
        guard text.utf8.first == UInt8(ascii: "-"), let second = text.utf8.dropFirst().first else { return false }
        return second != UInt8(ascii: " ") && second != UInt8(ascii: "-")
    }

    /// Numbers, dates and times, and what merely looks so: it has no letter that one of them cannot have.
    private static func startsLikeNumber(_ first: UInt8, _ text: String) -> Bool {
        guard "0123456789+-.".utf8.contains(first) else { return false }
        let signs = text.lowercased().utf8
        let isHexadecimal = signs.drop { "+-".utf8.contains($0) }.starts(with: "0x".utf8)
        return signs.allSatisfy { (isHexadecimal ? "0123456789abcdefx_" : "0123456789eobtz_+-.: ").utf8.contains($0) }
    }

    private static func hasOnlyPrintableSigns(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x0A, 0x20..<0x7F, 0xA0..<0x2028, 0x202A..<0xD800, 0xE000..<0xFEFF, 0xFF00..<0xFFFE,
                0x10000..<0x110000:
                true
            default: false
            }
        }
    }

    // MARK: Quoted

    private static func singleQuoted(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "'") { $0 += $1 == "'" ? "''" : String($1) } + "'"
    }

    private static func doubleQuoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                let isPrintable = hasOnlyPrintableSigns(String(scalar))
                result += isPrintable ? String(scalar) : escaped(scalar)
            }
        }
        return result + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let width = scalar.value > 0xFFFF ? 8 : 4
        return (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
    }

    // MARK: Blocks

    private static func canBeBlock(_ text: String) -> Bool {
        guard hasOnlyPrintableSigns(text), let first = text.utf8.first else { return false }
        // A first line that is indented or empty would need an indentation indicator.
        guard first != UInt8(ascii: " "), first != UInt8(ascii: "\n") else { return false }
        return true
    }

    private static func block(_ text: String, indent: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let trailing = lines.reversed().prefix { $0.isEmpty }.count
        lines.removeLast(trailing)
        let mark = trailing == 0 ? "|-" : trailing == 1 ? "|" : "|+"
        let blanks = String(repeating: "\n", count: max(0, trailing - 1))
        return mark + "\n" + lines.map { $0.isEmpty ? "" : indent + $0 }.joined(separator: "\n") + blanks
    }
}
