import BerthDiagnostics

/// Takes credentials out of texts before they are written or shown: `https://user:password@host` becomes
/// `https://***@host`, and words that are known to be secret become `***`.
struct Redactor: Hashable, Sendable {
    /// Shorter words would blot out harmless text.
    private static let shortestSecret = 4

    private var secrets: [String]

    /// - Parameter urls: texts whose credentials are secret wherever they turn up, also outside a URL.
    init(urls: [String] = []) {
        var found: Set<String> = []
        for url in urls {
            for range in Self.credentials(in: url) {
                found.insert(String(url[range]))
                for part in url[range].split(separator: ":", maxSplits: 1).dropFirst() { found.insert(String(part)) }
            }
        }
        // Longest first, so that a secret which holds another one goes as a whole.
        secrets = found.filter { $0.count >= Self.shortestSecret }.sorted { ($0.count, $0) > ($1.count, $1) }
    }

    func callAsFunction(_ text: String) -> String {
        var text = text
        for range in Self.credentials(in: text).reversed() { text.replaceSubrange(range, with: "***") }
        for secret in secrets where text.contains(secret) {
            text = text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "***")
        }
        return text
    }

    /// What stands between `://` and the last `@` before the path, in every URL of a text.
    private static func credentials(in text: String) -> [Range<String.Index>] {
        var ranges: [Range<String.Index>] = []
        var position = text.startIndex
        while let start = text[position...].firstRange(of: "://")?.upperBound {
            let end = text[start...].firstIndex { "/?# \t\"'`<>,;\n)".contains($0) } ?? text.endIndex
            if let at = text[start..<end].lastIndex(of: "@"), at > start { ranges.append(start..<at) }
            position = end
        }
        return ranges
    }
}

extension Diagnostic {
    /// This diagnostic without the credentials in its addresses.
    var redacted: Diagnostic {
        let redact = Redactor()
        var copy = self
        copy.message = redact(message)
        copy.sourceLine = sourceLine.map { redact($0) }
        copy.evidence = evidence.map { Evidence($0.source, line: $0.line, redact($0.text)) }
        copy.help = help.map { redact($0) }
        return copy
    }
}
