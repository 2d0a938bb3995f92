/// The pages behind `berth explain`: one for every code and every reason, in each language.
///
/// They are written under `docs/errors/<language>/` and compiled into the binary as constant text, which costs nothing
/// until a page is asked for.
package enum ExplainPages {
    /// All topics: the codes, then the reasons.
    package static var topics: [String] {
        ErrorCode.allCases.map(\.rawValue) + Reason.allCases.map(\.rawValue)
    }

    /// The page for a code or a reason, as Markdown without a last line break; nil for anything else.
    ///
    /// Upper and lower case are the same. A name that today's service uses for exactly one of our codes
    /// (`ResourceNotReady`) is understood too.
    package static func page(for word: String, language: Language) -> String? {
        guard let topic = topic(for: word) else { return nil }
        return switch language {
        case .english: englishPage(for: topic)
        case .japanese: japanesePage(for: topic) ?? englishPage(for: topic)
        }
    }

    /// What may have been meant by a word that has no page: the codes behind a name of today's service, or the nearest
    /// topic; empty where nothing is near.
    package static func suggestions(for word: String) -> [String] {
        let codes = codes(behind: word)
        if !codes.isEmpty { return codes }
        return nearestName(to: word, among: topics).map { [$0] } ?? []
    }

    private static func topic(for word: String) -> String? {
        let wanted = word.lowercased()
        if let topic = topics.first(where: { $0.lowercased() == wanted }) { return topic }
        let codes = codes(behind: word)
        return codes.count == 1 ? codes.first : nil
    }

    private static func codes(behind azureCode: String) -> [String] {
        let wanted = azureCode.lowercased()
        return ErrorCode.allCases.filter { $0.azureCode.lowercased() == wanted }.map(\.rawValue)
    }
}
