import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// A module of the user's own that lies deeper in the code folder than Python looks.
    static let moduleElsewhere = Cause(
        "module-elsewhere",
        .found,
        .raised { error, facts in
            guard let missing = MissingModule(error, facts), missing.importer == nil,
                !facts.codeModules.contains(missing.top),
                let found = facts.codeTree.first(where: { entry in
                    entry.path.contains("/") && !entry.path.hasPrefix(".")
                        && (entry.path.fileName == missing.top + ".py"
                            || entry.isFolder && entry.path.fileName == missing.top)
                })
            else { return nil }
            let place = facts.place(error.userFrame, word: missing.top)
            let folder = found.path.parentPath
            return Finding(
                .userScriptImportError,
                "\(facts.subject(place)) imports `\(missing.module)`, which lies in `\(found.path)`, where Python does not look",
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    facts.then(
                        "write `from \(folder.split(separator: "/").joined(separator: ".")) import \(missing.top)` "
                            + "in \(facts.subject(place))"
                    )
                ]
            )
        }
    )
}
