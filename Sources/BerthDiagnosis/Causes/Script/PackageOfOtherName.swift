import BerthDiagnostics

extension Cause {
    /// `import scikit_learn`: the package is there, under the name that it is imported by.
    static let packageOfOtherName = Cause(
        "package-of-other-name",
        .found,
        .raised { error, facts in
            guard let missing = MissingModule(error, facts), missing.importer == nil else { return nil }
            let known = KnownModules.packageNames[missing.top].map { [$0] } ?? []
            let names = known.isEmpty ? facts.importNames(ofPackage: missing.top) : known
            guard let name = names.first, name != missing.top else { return nil }
            let package = ProvidingPackages.package(for: name)
            let place = facts.place(error.userFrame, word: missing.top)
            let isThere = facts.canImport(name) ?? true
            return Finding(
                .userScriptImportError,
                "\(facts.subject(place)) imports `\(missing.module)`, but the package \(package) is imported as `\(name)`",
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    facts.then("write `import \(name)` in \(facts.subject(place))"),
                    isThere ? nil : facts.adding(package),
                ]
            )
        }
    )
}
