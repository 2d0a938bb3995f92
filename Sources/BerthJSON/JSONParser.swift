/// Why a text is not JSON, and where.
package struct JSONSyntaxError: Error, Hashable, Sendable {
    package let message: String
    /// 1-based.
    package let line: Int
    /// 1-based, in bytes of UTF-8.
    package let column: Int
}

extension JSON {
    /// The value that `text` spells, by RFC 8259.
    ///
    /// With `allowingRawLineBreaks`, unescaped control characters inside strings are accepted, as a documented script
    /// sends them to the control plane.
    package static func parse(
        _ text: String,
        allowingRawLineBreaks: Bool = false
    ) throws(JSONSyntaxError) -> JSON {
        try parse(Array(text.utf8), allowingRawLineBreaks: allowingRawLineBreaks)
    }

    /// The value that UTF-8 `bytes` spell.
    ///
    /// Integers outside of 64 bits become doubles; a number that no double can hold (`1e400`) is an error. Half of a
    /// surrogate pair becomes U+FFFD. Nesting is limited to 512. A byte order mark at the beginning is skipped.
    package static func parse(
        _ bytes: [UInt8],
        allowingRawLineBreaks: Bool = false
    ) throws(JSONSyntaxError) -> JSON {
        var parser = Parser(bytes: bytes, allowsRawLineBreaks: allowingRawLineBreaks)
        return try parser.document()
    }
}

private struct Parser {
    private static let maxDepth = 512

    let bytes: [UInt8]
    let allowsRawLineBreaks: Bool
    var position = 0
    var depth = 0

    init(bytes: [UInt8], allowsRawLineBreaks: Bool) {
        self.bytes = bytes
        self.allowsRawLineBreaks = allowsRawLineBreaks
    }

    mutating func document() throws(JSONSyntaxError) -> JSON {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        let value = try self.value()
        skipWhitespace()
        guard position == bytes.count else { throw failure("unexpected text after the value") }
        return value
    }

    private func failure(_ message: String, at place: Int? = nil) -> JSONSyntaxError {
        let end = min(place ?? position, bytes.count)
        var line = 1
        var lineStart = 0
        for index in 0..<end where bytes[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        return JSONSyntaxError(message: message, line: line, column: end - lineStart + 1)
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipWhitespace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func value() throws(JSONSyntaxError) -> JSON {
        skipWhitespace()
        guard let byte = current else { throw failure("the text ends where a value is expected") }
        switch byte {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("a value cannot begin with \(quoted(byte))")
        }
    }

    private func quoted(_ byte: UInt8) -> String {
        byte >= 0x20 && byte < 0x7F
            ? "`\(Character(Unicode.Scalar(byte)))`" : "the byte 0x\(String(byte, radix: 16, uppercase: true))"
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONSyntaxError) -> JSON {
        let length = word.utf8CodeUnitCount
        let matches = word.withUTF8Buffer { bytes[position...].starts(with: $0) }
        guard matches else { throw failure("expected `\(word)`") }
        position += length
        return value
    }

    private mutating func enter() throws(JSONSyntaxError) {
        depth += 1
        guard depth <= Self.maxDepth else { throw failure("more than \(Self.maxDepth) levels of nesting") }
        position += 1
    }

    private mutating func object() throws(JSONSyntaxError) -> JSON {
        try enter()
        defer { depth -= 1 }
        var members = JSONObject()
        skipWhitespace()
        if current == UInt8(ascii: "}") {
            position += 1
            return .object(members)
        }
        while true {
            skipWhitespace()
            guard current == UInt8(ascii: "\"") else { throw failure("expected a key in double quotes") }
            let key = try string()
            skipWhitespace()
            guard current == UInt8(ascii: ":") else { throw failure("expected `:` after the key") }
            position += 1
            members[key] = try value()
            skipWhitespace()
            switch current {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                return .object(members)
            default: throw failure("expected `,` or `}`")
            }
        }
    }

    private mutating func array() throws(JSONSyntaxError) -> JSON {
        try enter()
        defer { depth -= 1 }
        var elements: [JSON] = []
        skipWhitespace()
        if current == UInt8(ascii: "]") {
            position += 1
            return .array(elements)
        }
        while true {
            elements.append(try value())
            skipWhitespace()
            switch current {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                return .array(elements)
            default: throw failure("expected `,` or `]`")
            }
        }
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        return position - start
    }

    private mutating func number() throws(JSONSyntaxError) -> JSON {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let leading = current
        let whole = digits()
        guard whole > 0 else { throw failure("expected a digit") }
        guard leading != UInt8(ascii: "0") || whole == 1 else {
            throw failure("a number cannot begin with 0", at: start)
        }
        var isInteger = true
        if current == UInt8(ascii: ".") {
            position += 1
            isInteger = false
            guard digits() > 0 else { throw failure("expected a digit after the point") }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            isInteger = false
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw failure("expected a digit in the exponent") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            throw failure("the number is beyond what 64 bits can hold", at: start)
        }
        return .double(value)
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw failure("the string is not valid UTF-8", at: start)
                }
                return string
            case UInt8(ascii: "\\"):
                try escape(into: &text)
            case 0..<0x20 where !allowsRawLineBreaks:
                throw failure("a control character inside a string must be escaped")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw failure("the string does not end", at: start)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        position += 1
        guard let byte = current else { throw failure("the text ends inside an escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try unicodeEscape()).utf8)
        default: throw failure("unknown escape \(quoted(byte))", at: position - 1)
        }
    }

    /// The character of `XXXX` or of a surrogate pair; a lone surrogate becomes U+FFFD.
    private mutating func unicodeEscape() throws(JSONSyntaxError) -> Character {
        let replacement: Character = "\u{FFFD}"
        let high = try fourHexDigits()
        guard (0xD800..<0xDC00).contains(high) else {
            return Unicode.Scalar(high).map(Character.init) ?? replacement
        }
        guard bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else { return replacement }
        let mark = position
        position += 2
        let low = try fourHexDigits()
        guard (0xDC00..<0xE000).contains(low) else {
            position = mark
            return replacement
        }
        return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)).map(Character.init) ?? replacement
    }

    private mutating func fourHexDigits() throws(JSONSyntaxError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure("expected four hexadecimal digits") }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }
}
