import BerthDiagnostics

/// What an exception says about a value that is not there: a name that nothing binds, or that is None.
struct AbsentValue: Sendable {
    /// Names of the failing statement that it can be about, the likeliest first; texts and attributes are none.
    let names: [String]
    /// The name is bound, and its value is None.
    let isNone: Bool
    /// Only one of the names can be meant.
    let isCertain: Bool

    init?(_ error: RaisedError, _ facts: Facts) {
        let root = error.root
        if root.is("NameError", "UnboundLocalError") {
            guard let name = root.quotedName else { return nil }
            self.init(names: [name], isNone: false, isCertain: true)
            return
        }
        guard root.is("AttributeError", "TypeError"), root.says("NoneType"), root.frames.last?.isUser ?? false,
            let frame = error.userFrame
        else { return nil }
        let source = facts.source(facts.shown(frame.path))
        let text = source?.line(frame.line)?.trimmed ?? frame.text
        let words = Self.words(in: text)
        let found: [String]
        if let missing = MissingAttribute(root) {
            found = words.filter { $0.follows.hasPrefix("." + missing.attribute) }.map(\.name)
        } else if root.says("not subscriptable") || root.says("item assignment") || root.says("item deletion") {
            found = words.filter { $0.follows.hasPrefix("[") }.map(\.name)
        } else if root.says("not callable") {
            found = words.filter { $0.follows.hasPrefix("(") }.map(\.name)
        } else {
            found = words.filter { !$0.follows.hasPrefix("(") && !$0.follows.hasPrefix(".") }.map(\.name)
        }
        guard !found.isEmpty else { return nil }
        self.init(names: found, isNone: true, isCertain: Set(found).count == 1)
    }

    private init(names: [String], isNone: Bool, isCertain: Bool) {
        self.names = names
        self.isNone = isNone
        self.isCertain = isCertain
    }

    /// The names in a line that are no attribute, keyword argument or text, with what follows each.
    private static func words(in text: String) -> [(name: String, follows: Substring)] {
        let keywords: Set<String> = [
            "return", "in", "for", "if", "else", "not", "and", "or", "is", "None", "lambda", "await",
        ]
        var found: [(String, Substring)] = []
        var index = text.startIndex
        var quote: Character?
        while index < text.endIndex {
            let sign = text[index]
            if let open = quote {
                if sign == open { quote = nil }
            } else if sign == "'" || sign == "\"" {
                quote = sign
            } else if sign.isWordCharacter, !sign.isNumber {
                let end = text[index...].firstIndex { !$0.isWordCharacter } ?? text.endIndex
                let name = String(text[index..<end])
                let isAttribute = index > text.startIndex && text[text.index(before: index)] == "."
                let follows = text[end...]
                let isKeyword = follows.hasPrefix("=") && !follows.hasPrefix("==")
                if !isAttribute, !isKeyword, !keywords.contains(name) { found.append((name, follows)) }
                index = end
                continue
            }
            index = text.index(after: index)
        }
        return found
    }
}
