/// One package of a conda file: `conda-forge::numpy>=1.21,<2`, `numpy=1.21.0=py38h1`, `python 3.8.*`.
struct CondaSpec: Hashable, Sendable {
    /// One comparison, already in the operators of PyPI (`=1.2` of conda is `== 1.2.*` there).
    struct Clause: Hashable, Sendable {
        /// One of `==`, `!=`, `>=`, `<=`, `>`, `<`, `~=`.
        var relation: String
        /// Without a trailing `.*`.
        var version: String
        /// Whether every version that begins so is meant.
        var isPrefix: Bool

        var text: String { relation + version + (isPrefix ? ".*" : "") }
    }

    /// Why a text is no conda spec that can be mapped.
    struct Refusal: Error, Hashable, Sendable {
        var why: String
    }

    var channel: String?
    /// Lower case.
    var name: String
    var clauses: [Clause] = []
    /// Build string, which has no meaning on PyPI.
    var build: String?

    /// Reads one spec.
    ///
    /// Source of the forms: conda's documentation of package match specifications. A single `=` is fuzzy there
    /// (`=1.2` is any 1.2.x); with three numbers or more it is read as that very release, which is what is meant.
    init(_ text: String) throws(Refusal) {
        var rest = Self.trim(text[...])
        if rest.contains("://") { throw Refusal(why: "is an address of a conda package") }
        if let colons = rest.firstRange(of: "::") {
            channel = String(rest[..<colons.lowerBound])
            rest = Self.trim(rest[colons.upperBound...])
        }
        let nameEnd = rest.firstIndex { !($0.isLetter || $0.isNumber || "._-".contains($0)) } ?? rest.endIndex
        name = rest[..<nameEnd].lowercased()
        guard let first = name.first, first.isLetter || first.isNumber || first == "_" else {
            throw Refusal(why: "does not begin with a package's name")
        }
        rest = Self.trim(rest[nameEnd...])
        if rest.hasPrefix("[") {
            try readBrackets(rest)
            return
        }
        if let bracket = rest.firstIndex(of: "[") {
            try readBrackets(rest[bracket...])
            rest = Self.trim(rest[..<bracket])
        }
        try readVersions(rest)
    }

    /// `[version='>=1.2', build=py38*]`; other keys are conda's own.
    private mutating func readBrackets(_ text: Substring) throws(Refusal) {
        guard text.hasSuffix("]") else { throw Refusal(why: "has no closing `]`") }
        var key = ""
        var value = ""
        var quote: Character?
        var isValue = false
        for sign in text.dropFirst().dropLast() + "," {
            switch sign {
            case "'", "\"":
                if quote == nil { quote = sign } else if quote == sign { quote = nil } else { value.append(sign) }
            case "=" where !isValue: isValue = true
            case "," where quote == nil:
                if Self.trim(key[...]) == "version" { try readVersions(Self.trim(value[...])) }
                if Self.trim(key[...]) == "build" { build = value }
                (key, value, isValue) = ("", "", false)
            default:
                if isValue { value.append(sign) } else { key.append(sign) }
            }
        }
    }

    private mutating func readVersions(_ text: Substring) throws(Refusal) {
        if text.isEmpty || text == "*" { return }
        if text.contains("|") { throw Refusal(why: "offers alternatives with `|`, which PyPI does not know") }
        var text = text
        // After the version, a blank or a single `=` begins the build string.
        if let first = text.first, !"=<>!~".contains(first), let blank = text.firstIndex(of: " "),
            !text[..<blank].hasSuffix(",")
        {
            build = String(Self.trim(text[blank...]))
            text = text[..<blank]
        }
        for part in text.split(separator: ",") { try readClause(Self.trim(part)) }
    }

    private mutating func readClause(_ text: Substring) throws(Refusal) {
        let sign = String(text.prefix { "=<>!~".contains($0) })
        var version = Self.trim(text.dropFirst(sign.count))
        if let equals = version.firstIndex(of: "=") {
            build = String(version[version.index(after: equals)...])
            version = version[..<equals]
        } else if let blank = version.firstIndex(of: " ") {
            build = String(Self.trim(version[blank...]))
            version = version[..<blank]
        }
        if version == "*" { return }
        guard let first = version.first, first.isNumber else {
            throw Refusal(why: version.isEmpty ? "has no version after `\(sign)`" : "has the version `\(version)`")
        }
        var isPrefix = false
        while version.hasSuffix("*") || version.hasSuffix(".") {
            isPrefix = true
            version = version.dropLast()
        }
        if version.contains("*") { throw Refusal(why: "has `*` inside its version") }
        let count = version.split(separator: ".").count
        switch sign {
        case "": clauses.append(Clause(relation: "==", version: String(version), isPrefix: isPrefix))
        case "=": clauses.append(Clause(relation: "==", version: String(version), isPrefix: isPrefix || count < 3))
        case "==", "!=": clauses.append(Clause(relation: sign, version: String(version), isPrefix: isPrefix))
        // `>=1.2.*` is allowed in conda and means `>=1.2`.
        case ">=", "<=", ">", "<", "~=":
            clauses.append(Clause(relation: sign, version: String(version), isPrefix: false))
        default: throw Refusal(why: "has the operator `\(sign)`")
        }
    }

    private static func trim(_ text: Substring) -> Substring {
        guard let start = text.firstIndex(where: { !$0.isWhitespace }),
            let end = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return text[start...end]
    }
}
