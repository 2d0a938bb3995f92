import BerthJSON

/// A token with the place where it begins, in bytes.
struct Token: Sendable {
    enum Kind: Sendable {
        case identifier(String)
        case quotedIdentifier(String)
        case literal(JSON)
        case number(Int)
        case symbol(Symbol)
        case end
    }

    let kind: Kind
    let offset: Int
    let text: String
}

/// The signs of the grammar.
enum Symbol: String, Sendable {
    case dot = "."
    case star = "*"
    case leftBracket = "["
    case rightBracket = "]"
    case flatten = "[]"
    case filter = "[?"
    case comma = ","
    case colon = ":"
    case current = "@"
    case leftParenthesis = "("
    case rightParenthesis = ")"
    case leftBrace = "{"
    case rightBrace = "}"
    case pipe = "|"
    case or = "||"
    case and = "&&"
    case reference = "&"
    case not = "!"
    case notEqual = "!="
    case equal = "=="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
}

/// Splits an expression into tokens, in one pass.
struct QueryLexer {
    /// Numbers beyond it mean the same: before the first or after the last element.
    private static let largestNumber = 1 << 53

    private let bytes: [UInt8]
    private var position = 0

    init(_ source: QuerySource) { bytes = source.bytes }

    /// All tokens; the last one is `.end`.
    mutating func tokens() throws(QueryError) -> [Token] {
        var tokens: [Token] = []
        while let token = try next() { tokens.append(token) }
        tokens.append(Token(kind: .end, offset: bytes.count, text: ""))
        return tokens
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func text(from start: Int) -> String { String(decoding: bytes[start..<position], as: UTF8.self) }

    private mutating func next() throws(QueryError) -> Token? {
        while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
        guard let byte = current else { return nil }
        let start = position
        let kind: Token.Kind =
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                identifier()
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): try number()
            case UInt8(ascii: "\""): try quotedIdentifier()
            case UInt8(ascii: "'"): try rawString()
            case UInt8(ascii: "`"): try literal()
            default: try symbol()
            }
        return Token(kind: kind, offset: start, text: text(from: start))
    }

    private mutating func symbol() throws(QueryError) -> Token.Kind {
        for length in [2, 1] where position + length <= bytes.count {
            let sign = String(decoding: bytes[position..<position + length], as: UTF8.self)
            guard let symbol = Symbol(rawValue: sign) else { continue }
            position += length
            return .symbol(symbol)
        }
        let rest = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
        let sign = rest.first.map(String.init) ?? ""
        let hint = sign == "=" ? "; to compare, write `==`" : ""
        throw QueryError(.syntax, "unexpected `\(sign)`\(hint)", at: position)
    }

    private mutating func identifier() -> Token.Kind {
        let start = position
        while let byte = current {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                position += 1
            default:
                return .identifier(text(from: start))
            }
        }
        return .identifier(text(from: start))
    }

    private mutating func number() throws(QueryError) -> Token.Kind {
        let start = position
        let isNegative = current == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let digits = position
        var value = 0
        while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), Self.largestNumber)
            position += 1
        }
        guard position > digits else {
            throw QueryError(.syntax, "unexpected `-`; only a number can follow it", at: start)
        }
        return .number(isNegative ? -value : value)
    }

    /// The bytes between two `delimiter`s, where a backslash protects the byte after it.
    private mutating func delimited(by delimiter: UInt8, _ what: String) throws(QueryError) -> ArraySlice<UInt8> {
        let start = position
        position += 1
        while let byte = current, byte != delimiter {
            position += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < bytes.count else {
            position = bytes.count
            throw QueryError(.syntax, "the \(what) does not end", at: start)
        }
        position += 1
        return bytes[start + 1..<position - 1]
    }

    private mutating func quotedIdentifier() throws(QueryError) -> Token.Kind {
        let start = position
        let name = try delimited(by: UInt8(ascii: "\""), "quoted name")
        guard let value = parsed(quoting: name) else {
            throw QueryError(.syntax, "the quoted name is not a valid JSON string", at: start)
        }
        return .quotedIdentifier(value)
    }

    private mutating func rawString() throws(QueryError) -> Token.Kind {
        let content = try delimited(by: UInt8(ascii: "'"), "string")
        return .literal(.string(String(decoding: unescaped(content, UInt8(ascii: "'")), as: UTF8.self)))
    }

    private mutating func literal() throws(QueryError) -> Token.Kind {
        let start = position
        let content = unescaped(try delimited(by: UInt8(ascii: "`"), "literal"), UInt8(ascii: "`"))
        let failure: JSONSyntaxError
        do {
            return .literal(try JSON.parse(content))
        } catch {
            failure = error
        }
        // The older form: a literal that is no JSON is the text of a string.
        let bare = content.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard let value = parsed(quoting: bare) else {
            throw QueryError(.syntax, "the literal is not valid JSON: \(failure.message)", at: start)
        }
        return .literal(.string(value))
    }

    /// `content` without the backslashes before `delimiter`; every other backslash stays.
    private func unescaped(_ content: ArraySlice<UInt8>, _ delimiter: UInt8) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        for byte in content {
            if byte == delimiter { result.removeLast() }
            result.append(byte)
        }
        return result
    }

    /// The JSON string that `content` makes between double quotes, or nil where it makes none.
    private func parsed(quoting content: ArraySlice<UInt8>) -> String? {
        let quote = [UInt8(ascii: "\"")]
        return (try? JSON.parse(quote + content + quote))?.stringValue  // The caller names the failure and its place.
    }
}
