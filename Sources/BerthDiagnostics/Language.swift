/// A language that explanations are written in.
package enum Language: String, CaseIterable, Hashable, Sendable {
    case english = "en"
    case japanese = "ja"

    /// The language of a locale name (`ja_JP.UTF-8`, `ja`, `en-US`), or nil for one that we do not write.
    package init?(locale: String) {
        let tag = locale.prefix { $0.isLetter }.lowercased()
        self.init(rawValue: tag)
    }

    /// The language that a user's environment asks for: by `LC_ALL`, `LC_MESSAGES` and `LANG`, the first that is set.
    ///
    /// English where none is set or where it is no language of ours.
    package init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self = locale.flatMap(Language.init(locale:)) ?? .english
    }
}
