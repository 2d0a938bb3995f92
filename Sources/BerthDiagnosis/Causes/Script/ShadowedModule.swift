import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// `json.py` beside the script hides the module of that name; or a module of that name hides the user's file.
    static let shadowedModule = Cause(
        "shadowed-module",
        .found,
        .raised { error, facts in
            guard error.root.isImportError || error.root.is("AttributeError", "ModuleNotFoundError") else { return nil }
            let named = MissingName(error.root)
            let module =
                named?.module ?? error.root.message.between("module '", "'") ?? MissingModule(error, facts)?.top ?? ""
            let top = String(module.prefix { $0 != "." })
            let place = facts.place(error.userFrame)
            let isOutside = named?.path.map { path in
                !(facts.evidence.codeFolder.map { path.hasPrefix($0 + "/") } ?? false)
            }
            if let own = facts.shadow(of: top), !(isOutside ?? false) {
                let hidden = KnownModules.isStandard(top) ? "Python's own module `\(top)`" : "the package `\(top)`"
                return Finding(
                    .userScriptImportError,
                    "`\(own)` in the code folder hides \(hidden), which \(facts.subject(place)) needs",
                    at: place,
                    evidence: facts.logged(error.root),
                    help: [facts.then("rename `\(own)` in the code folder, and the imports of it")]
                )
            }
            guard let path = named?.path, let folder = facts.evidence.codeFolder, !path.hasPrefix(folder + "/"),
                facts.codeModules.contains(top)
            else { return nil }
            let hidden = KnownModules.isStandard(top) ? "Python's own module" : "an installed package"
            return Finding(
                .userScriptImportError,
                "\(facts.subject(place)) means `\(top)` of the code folder, but \(hidden) of the same name is found first",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.then("rename `\(top)` in the code folder, and the imports of it")]
            )
        }
    )
}

extension Facts {
    /// The file or folder of the code folder that has the name of a standard or installed module.
    func shadow(of module: String) -> String? {
        guard !module.isEmpty, KnownModules.isStandard(module) || siteModules.contains(module) else { return nil }
        let found = codeTree.first { $0.path == module + ".py" || $0.isFolder && $0.path == module }
        // A name that both have on purpose: the user's package is installed as well.
        return found?.path
    }
}
