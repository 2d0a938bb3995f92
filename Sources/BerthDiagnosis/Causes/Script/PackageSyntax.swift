import BerthDiagnostics

extension Cause {
    /// An installed package that is written for another Python.
    static let packageSyntax = Cause(
        "package-syntax",
        .found,
        .raised { error, facts in
            guard let fault = SyntaxFault(error, facts), !fault.isUser, let file = error.root.file,
                let module = facts.packageModule(of: file)
            else { return nil }
            let package = ProvidingPackages.package(for: module)
            let place = facts.place(error.userFrame, word: module)
            return Finding(
                .userScriptImportError,
                "\(facts.subject(place)) imports \(facts.installedText(package)), which is not written for Python "
                    + "\(facts.python): \(fault.subject) is not valid there",
                at: place,
                evidence: facts.logged(error.root.title),
                help: [facts.then("change the version of \(package), or that of python, in \(facts.condaFileName)")]
            )
        }
    )
}
