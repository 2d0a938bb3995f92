import BerthDiagnostics

extension Cause {
    /// `from .helper import x` in the scoring script, which is no part of a package.
    static let relativeImport = Cause(
        "relative-import",
        .found,
        .raised { error, facts in
            guard error.root.isImportError, error.root.says("attempted relative import") else { return nil }
            let place = facts.place(error.userFrame)
            let line = place?.sourceLine?.trimmed ?? "from .module import name"
            let absolute = line.replacingFirst("from .", with: "from ")
            return Finding(
                .userScriptImportError,
                "\(facts.subject(place)) imports relative to a package (`\(line)`), and \(facts.scriptName) is in none",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.then("write `\(absolute)` in \(facts.subject(place))")]
            )
        }
    )
}

extension String {
    func replacingFirst(_ part: String, with other: String) -> String {
        guard let found = firstRange(of: part) else { return self }
        return String(self[..<found.lowerBound]) + other + String(self[found.upperBound...])
    }
}
