import BerthDiagnostics

extension Cause {
    /// `from sklearn.externals import joblib`: a module that an installed package once had.
    static let removedModule = Cause(
        "removed-module",
        .found,
        .raised { error, facts in
            guard let missing = MissingModule(error, facts), missing.isImport,
                let removed = RemovedName.module(missing.module), let package = removed.package,
                facts.installed[package.normalizedPackage] != nil || facts.siteModules.contains(missing.top)
            else { return nil }
            let place = facts.place(error.userFrame, word: missing.importer ?? missing.module)
            return Finding(
                .userScriptImportError,
                "\(facts.subject(place)) imports `\(missing.module)`, which \(package) has had no longer since "
                    + "\(removed.since); \(facts.installedText(package)) is installed",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.then("use \(removed.instead) in place of `\(missing.module)` in \(facts.subject(place))")]
            )
        }
    )
}
