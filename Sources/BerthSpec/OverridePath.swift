/// A path such as `environment.tags['a.b']` or `deployments[0].name`.
struct OverridePath {
    enum Step: Equatable {
        case key(String)
        case index(Int)
        /// The element of a list whose key has this value: `[name=blue]`.
        case matching(String, String)
    }

    let steps: [Step]

    /// nil where `text` is no path.
    init?(_ text: some StringProtocol) {
        var steps: [Step] = []
        var rest = Substring(text)
        var expectsKey = true
        while let sign = rest.first {
            if sign == "[" {
                guard let close = Self.closingBracket(rest), let step = Self.bracket(rest[..<close].dropFirst()) else {
                    return nil
                }
                steps.append(step)
                rest = rest[rest.index(after: close)...]
                expectsKey = false
            } else if sign == "." {
                guard !expectsKey else { return nil }
                rest = rest.dropFirst()
                expectsKey = true
                guard !rest.isEmpty else { return nil }
            } else {
                guard expectsKey else { return nil }
                let key = rest.prefix { $0 != "." && $0 != "[" }
                steps.append(.key(String(key)))
                rest = rest.dropFirst(key.count)
                expectsKey = false
            }
        }
        guard !steps.isEmpty, !expectsKey else { return nil }
        self.steps = steps
    }

    private static func closingBracket(_ text: Substring) -> Substring.Index? {
        var quote: Character?
        for index in text.indices {
            let sign = text[index]
            if let open = quote {
                if sign == open { quote = nil }
            } else if sign == "'" || sign == "\"" {
                quote = sign
            } else if sign == "]" {
                return index
            }
        }
        return nil
    }

    private static func bracket(_ inner: Substring) -> Step? {
        if let index = Int(inner) { return index >= 0 ? .index(index) : nil }
        if let quote = inner.first, quote == "'" || quote == "\"", inner.last == quote, inner.count > 2 {
            return .key(String(inner.dropFirst().dropLast()))
        }
        let sides = inner.split(separator: "=", maxSplits: 1)
        guard sides.count == 2 else { return nil }
        return .matching(String(sides[0]), String(sides[1]))
    }

    /// `path=value` at the first `=` outside of brackets; nil where there is none.
    static func split(_ assignment: String) -> (path: Substring, value: Substring)? {
        var depth = 0
        for index in assignment.indices {
            switch assignment[index] {
            case "[": depth += 1
            case "]": depth -= 1
            case "=" where depth <= 0:
                return (assignment[..<index], assignment[assignment.index(after: index)...])
            default: continue
            }
        }
        return nil
    }
}
