import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// `import imp` on Python 3.12: a module that the standard library no longer has, or not yet.
    static let removedStandardModule = Cause(
        "removed-standard-module",
        .found,
        .raised { error, facts in
            guard let missing = MissingModule(error, facts), missing.importer == nil else { return nil }
            let place = facts.place(error.userFrame, word: missing.top)
            if let removed = KnownModules.removedStandard[missing.module] ?? KnownModules.removedStandard[missing.top] {
                let last = "Python \(removed.last.0).\(removed.last.1)"
                return Finding(
                    .userScriptImportError,
                    "\(facts.subject(place)) imports `\(missing.module)`, which \(last) was the last to have; "
                        + "this is Python \(facts.python)",
                    at: place,
                    evidence: facts.logged(error.root),
                    help: [
                        facts.then("use \(removed.instead) in place of `\(missing.module)` in \(facts.subject(place))")
                    ]
                )
            }
            guard let first = KnownModules.newStandard[missing.module] else { return nil }
            return Finding(
                .userScriptImportError,
                "\(facts.subject(place)) imports `\(missing.module)`, which Python has from \(first.0).\(first.1) on; "
                    + "this is Python \(facts.python)",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.pinning("python=\(first.0).\(first.1)", of: "python")]
            )
        }
    )
}
