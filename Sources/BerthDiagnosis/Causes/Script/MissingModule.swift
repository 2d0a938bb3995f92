import BerthDiagnostics

extension Cause {
    /// `import xgboost` without the package.
    static let missingModule = Cause(
        "missing-module",
        .exact,
        .raised { error, facts in
            guard let missing = MissingModule(error, facts) else { return nil }
            let place = facts.place(error.userFrame, word: missing.word)
            let subject = facts.subject(place)
            let package = ProvidingPackages.package(for: missing.module)
            var message = "\(subject) imports `\(missing.module)`, which is not in the environment"
            if let importer = missing.importer {
                message =
                    "\(subject) imports `\(importer)`, which needs `\(missing.module)`, which is not in the environment"
            }
            let meant = missing.importer == nil ? facts.meant(missing.top) : nil
            if let meant, facts.canImport(meant) == true { message += "; `\(meant)` is" }
            let correction = meant.map { facts.then("if `\($0)` is meant, correct \(subject)") }
            return Finding(
                .userScriptImportError,
                message,
                at: place,
                evidence: facts.logged(error.root),
                help: [correction, facts.adding(package)]
            )
        }
    )
}

/// A module that could not be found, and by whom it was looked for.
struct MissingModule {
    /// Dotted, as Python names it.
    let module: String
    /// The module of a package between the user's line and the failure.
    let importer: String?
    /// The failing line imports; otherwise a loader looked for the module.
    let isImport: Bool

    var top: String { String(module.prefix { $0 != "." }) }

    /// The word of the user's line to point at.
    var word: String { importer ?? top }

    init?(_ error: RaisedError, _ facts: Facts) {
        let root = error.root
        guard root.isImportError, let named = root.module ?? root.message.between("No module named '", "'"),
            root.says("No module named")
        else { return nil }
        module = named
        // A loader that looks for the module of a class is no import of the user's.
        let loaders = ["find_class", "_find_class", "load_global", "load_stack_global", "find_module"]
        if let last = root.frames.last, !last.isUser,
            loaders.contains(last.function) || last.path.hasSuffix("/pickle.py")
        {
            importer = nil
            isImport = false
            return
        }
        let innermost = root.frames.last { !$0.path.hasSuffix("/importlib/__init__.py") }
        if let innermost, !innermost.isUser, facts.packageModule(of: innermost.path) != nil {
            importer = facts.packageModule(of: innermost.path)
            isImport = Self.imports(error.userFrame?.text ?? "")
        } else {
            importer = nil
            isImport = Self.imports(innermost?.text ?? error.userFrame?.text ?? "import")
        }
    }

    private static func imports(_ text: String) -> Bool {
        text.hasPrefix("import ") || text.hasPrefix("from ")
            || text.containsAny("import_module(", "__import__(", "import ")
    }
}
