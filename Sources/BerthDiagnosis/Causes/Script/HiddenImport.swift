import BerthDiagnostics

extension Cause {
    /// `except ImportError: raise Other(…) from None`: the handler hides which module was missing.
    static let hiddenImport = Cause(
        "hidden-import",
        .found,
        .raised { error, facts in
            guard !error.root.isImportError, let frame = error.userFrame,
                let source = facts.source(facts.shown(frame.path))
            else { return nil }
            let statement = source.statement(at: frame.line)
            guard let statement, statement.text.hasPrefix("raise") || error.root.is("SystemExit") else { return nil }
            let tried = source.tried(byHandlerAt: statement.line)
            let lines = Set(tried.map(\.line))
            guard
                let missing = source.imports.first(where: {
                    lines.contains($0.line) && $0.dots == 0 && !$0.module.isEmpty && facts.canImport($0.module) == false
                })
            else { return nil }
            let top = String(missing.module.prefix { $0 != "." })
            let place = facts.place(path: frame.path, line: missing.line, word: top)
            return Finding(
                .userScriptImportError,
                "\(facts.subject(place)) imports `\(missing.module)`, which is not in the environment; "
                    + "line \(statement.line) hides that behind \(error.root.briefTitle.shortened(to: 200))",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.adding(ProvidingPackages.package(for: missing.module))]
            )
        }
    )

    /// A library that needs another package for what it was asked: pandas without openpyxl.
    static let optionalPackage = Cause(
        "optional-package",
        .exact,
        .raised { error, facts in
            guard let package = error.root.wantedPackage, facts.installed[package.normalizedPackage] == nil,
                let library = facts.packageModule(in: error.root.frames)
            else { return nil }
            let place = facts.place(error.userFrame)
            return Finding(
                .userScriptImportError,
                "\(facts.subject(place)) needs the package `\(package)` for this call of `\(library)`, and it is not in the environment",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.adding(package)]
            )
        }
    )
}

extension Exception {
    /// The package that a library asks for in words.
    fileprivate var wantedPackage: String? {
        let asksForInstall = message.firstMatch(
            of: #/(?:pip|conda) install (?:-U |--upgrade )?["'`]?([A-Za-z0-9][\w.\-]*)/#
        )
        if let asksForInstall, !says("-r ") { return String(asksForInstall.1).withoutFullStop }
        guard isImportError, !says("No module named"), !says("cannot import name") else { return nil }
        if let name = message.between("Missing optional dependency '", "'") { return name }
        if let match = message.firstMatch(of: #/tried using: '([\w\-]+)'/#) { return String(match.1) }
        if let match = message.firstMatch(
            of:
                #/(?:requires|needs|[Ii]nstall) (?:the )?['`"]?([A-Za-z][\w\-]+)['`"]?(?: library| package| module| to )/#
        ) {
            return String(match.1)
        }
        if let match = message.firstMatch(
            of: #/^['`"]?([A-Za-z][\w\-]+)['`"]? (?:is not installed|not found|must be installed|is required)/#
        ) {
            return String(match.1)
        }
        return nil
    }
}
