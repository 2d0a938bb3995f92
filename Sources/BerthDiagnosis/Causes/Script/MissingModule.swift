import BerthDiagnostics

extension Cause {
    /// `import xgboost` without the package.
    static let missingModule = Cause(
        "missing-module",
        .exact,
        .raised { error, facts in
            let root = error.root
            guard root.is("ModuleNotFoundError"), let module = root.module else { return nil }
            let top = String(module.prefix { $0 != "." })
            let place = facts.place(error.userFrame, word: top)
            return Finding(
                .userScriptImportError,
                "\(facts.subject(place)) imports `\(module)`, which is not in the environment",
                at: place,
                evidence: facts.logged(root),
                help: [facts.adding(top)]
            )
        }
    )
}
