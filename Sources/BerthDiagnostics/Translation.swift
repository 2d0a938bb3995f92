/// Messages in another language, by templates: what was put into the English sentence is put into the other one.
///
/// Diagnostics travel in English, so that programs and logs can rely on them; who shows them to people translates. A
/// message that no template matches stays English behind the title of its reason's page.
package struct Translation: Sendable {
    /// Values that are messages themselves are translated so deep.
    private static let maxDepth = 4

    private struct Template: Sendable {
        /// The fixed parts of the English sentence; between two of them stands a value.
        let parts: [String]
        let other: String
    }

    private let templates: [Template]

    /// The Japanese messages: `docs/messages/ja.txt`.
    package static let japanese = Translation(source: JapaneseMessages.source)

    init(source: String) {
        var found: [Template] = []
        var english: Substring?
        for line in source.split(separator: "\n", omittingEmptySubsequences: true) where !line.hasPrefix("# ") {
            guard let first = english else {
                english = line
                continue
            }
            found.append(Template(parts: Self.parts(of: String(first)), other: String(line)))
            english = nil
        }
        templates = found
    }

    private static func parts(of text: String) -> [String] {
        var parts = [""]
        var rest = Substring(text)
        while let hole = rest.firstRange(of: "{}") {
            parts[parts.count - 1] += rest[..<hole.lowerBound]
            parts.append("")
            rest = rest[hole.upperBound...]
        }
        parts[parts.count - 1] += rest
        return parts
    }

    /// `text` in the other language; nil where no template matches.
    package func of(_ text: String) -> String? {
        // No blank between a place and the particle behind it.
        translated(text, depth: 0)?.replacing(#/行目 ([ぁ-ん])/#) { "行目\($0.1)" }
    }

    private func translated(_ text: String, depth: Int) -> String? {
        guard depth < Self.maxDepth, !text.isEmpty else { return nil }
        for template in templates {
            guard let values = Self.match(text[...], template.parts[...]) else { continue }
            return filled(template.other, values, depth)
        }
        return nil
    }

    private func filled(_ other: String, _ values: [Substring], _ depth: Int) -> String {
        var result = ""
        var rest = Substring(other)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}"),
            let number = Int(rest[rest.index(after: open)..<close]), values.indices.contains(number - 1)
        {
            result += rest[..<open]
            let value = String(values[number - 1])
            result += translated(value, depth: depth + 1) ?? Self.place(value)
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    /// `score.py の 3 行目` for `score.py line 3`.
    private static func place(_ text: String) -> String {
        guard let match = text.wholeMatch(of: #/(\S+) line (\d+)/#) else { return text }
        return "\(match.1) の \(match.2) 行目"
    }

    /// The values between the fixed parts, the shortest first; nil where the text is no such sentence.
    private static func match(_ text: Substring, _ parts: ArraySlice<String>) -> [Substring]? {
        guard let first = parts.first, text.hasPrefix(first) else { return nil }
        var rest = text.dropFirst(first.count)
        let others = parts.dropFirst()
        guard let next = others.first else { return rest.isEmpty ? [] : nil }
        guard others.count > 1 || !next.isEmpty else { return [rest] }
        let start = rest
        while let found = next.isEmpty ? rest.startIndex..<rest.startIndex : rest.firstRange(of: next) {
            let value = start[..<found.lowerBound]
            // Only the last value may be empty: an end that is not there.
            if !value.isEmpty, let more = match(start[found.lowerBound...], others) { return [value] + more }
            guard found.lowerBound < rest.endIndex else { return nil }
            rest = rest[rest.index(after: found.lowerBound)...]
        }
        return nil
    }
}

extension Diagnostic {
    /// With message and help in `language`; English where there is no translation.
    package func localized(_ language: Language) -> Diagnostic {
        guard language == .japanese else { return self }
        var other = self
        let translation = Translation.japanese
        if let message = translation.of(message) {
            other.message = message
        } else if let reason, let title = ExplainPages.title(for: reason.rawValue, language: language) {
            other.message = "\(title): \(message)"
        }
        other.help = help.map { translation.of($0) ?? $0 }
        return other
    }
}

extension ExplainPages {
    /// The title of a page, without the topic's name: «スコアリングスクリプトのインポートに失敗しました».
    package static func title(for topic: String, language: Language) -> String? {
        guard let page = page(for: topic, language: language),
            let head = page.split(separator: "\n").first, let colon = head.firstRange(of: ": ")
        else { return nil }
        return String(head[colon.upperBound...])
    }
}
