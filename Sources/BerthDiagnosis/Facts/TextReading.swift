#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension String {
    /// At most `count` characters, with an ellipsis where something is left out.
    func shortened(to limit: Int) -> String {
        count <= limit ? self : String(prefix(max(0, limit - 1))) + "…"
    }

    var trimmed: String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
        while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
        return String(rest)
    }

    /// The part between the first `left` and the next `right` after it.
    func between(_ left: String, _ right: String) -> String? {
        guard let start = range(of: left)?.upperBound,
            let end = self[start...].range(of: right)?.lowerBound
        else { return nil }
        return String(self[start..<end])
    }

    /// What follows the first `left`.
    func after(_ left: String) -> String? {
        range(of: left).map { String(self[$0.upperBound...]) }
    }

    /// Without the full stop at its end, which a message has none of.
    var withoutFullStop: String {
        hasSuffix(".") && !hasSuffix("..") ? String(dropLast()) : self
    }

    var lines: [String] { split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

    func containsAny(_ parts: String...) -> Bool { parts.contains { contains($0) } }

    /// The last component of a path, with `/` or `\`.
    var fileName: String { String(split { $0 == "/" || $0 == "\\" }.last ?? "") }
    var parentPath: String {
        guard let slash = lastIndex(of: "/") else { return "" }
        return slash == startIndex ? "/" : String(self[..<slash])
    }

    /// A package's name as the index compares it: lower case, `-` for `_` and `.`.
    var normalizedPackage: String {
        String(lowercased().map { $0 == "_" || $0 == "." ? "-" : $0 })
    }

    /// 1-based column of the word `word`, where it stands alone.
    func column(ofWord word: String) -> Int? {
        var start = startIndex
        while let found = self[start...].range(of: word) {
            let before = found.lowerBound == startIndex ? nil : self[index(before: found.lowerBound)]
            let after = found.upperBound == endIndex ? nil : self[found.upperBound]
            if !(before?.isWordCharacter ?? false), !(after?.isWordCharacter ?? false) {
                return distance(from: startIndex, to: found.lowerBound) + 1
            }
            start = found.upperBound
        }
        return nil
    }

    /// Whether `word` stands in the text alone, not as a part of a longer name.
    func hasWord(_ word: String) -> Bool { column(ofWord: word) != nil }

    /// Texts in single or double quotes, in order.
    var quoted: [String] {
        var found: [String] = []
        var open: (quote: Character, start: Index)?
        for index in indices {
            let sign = self[index]
            if let (quote, start) = open {
                guard sign == quote else { continue }
                found.append(String(self[start..<index]))
                open = nil
            } else if sign == "'" || sign == "\"" {
                // An apostrophe inside a word opens nothing.
                if index > startIndex, self[self.index(before: index)].isWordCharacter, sign == "'" { continue }
                open = (sign, self.index(after: index))
            }
        }
        return found
    }
}

extension Substring {
    fileprivate func range(of part: String) -> Range<Index>? { firstRange(of: part) }
}

extension String {
    fileprivate func range(of part: String) -> Range<Index>? { firstRange(of: part) }
}

extension Character {
    var isWordCharacter: Bool { isLetter || isNumber || self == "_" }
}

/// Numbers in words for people.
func seconds(_ value: Double) -> String {
    let tenths = (value * 10).rounded() / 10
    return tenths == tenths.rounded() ? "\(Int(tenths)) s" : "\(tenths) s"
}

/// `a`, `b` and `c`.
func listed(_ names: [String], limit: Int = 6) -> String {
    let shown = names.prefix(limit).map { "`\($0)`" }
    if names.count > limit { return shown.joined(separator: ", ") + " and \(names.count - limit) more" }
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
    return shown.dropLast().joined(separator: ", ") + " and " + last
}
