import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// `import sklearn.ensembel`: the package is there, the module inside is not.
    static let missingSubmodule = Cause(
        "missing-submodule",
        .exact,
        .raised { error, facts in
            guard let missing = MissingModule(error, facts), missing.module.contains("."), missing.isImport,
                ProvidingPackages.package(for: missing.module) == ProvidingPackages.package(for: missing.top),
                facts.siteModules.contains(missing.top) || facts.codeModules.contains(missing.top)
                    || KnownModules.isStandard(missing.top)
            else { return nil }
            let place = facts.place(error.userFrame, word: missing.importer ?? missing.module)
            let package = ProvidingPackages.package(for: missing.top)
            let last = String(missing.module.split(separator: ".").last ?? "")
            let near = nearestName(to: last, among: facts.submodules(of: missing.module.parentModule))
            let owner =
                facts.codeModules.contains(missing.top)
                ? "the folder `\(missing.top)`"
                : KnownModules.isStandard(missing.top)
                    ? "Python \(facts.python)" : "the installed \(facts.installedText(package))"
            let similar = near.map { "; it has `\(missing.module.parentModule).\($0)`" } ?? ""
            return Finding(
                .userScriptImportError,
                "\(facts.subject(place)) imports `\(missing.module)`, which \(owner) does not have\(similar)",
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    near.map { facts.then("write `\(missing.module.parentModule).\($0)` in \(facts.subject(place))") }
                        ?? facts.then(
                            "correct the import, or pin the version of \(package) that has `\(missing.module)`"
                        )
                ]
            )
        }
    )
}

extension Facts {
    /// Modules in the package `dotted` of the code folder or of the environment.
    func submodules(of dotted: String) -> [String] {
        let path = dotted.split(separator: ".").joined(separator: "/")
        let folders = [evidence.codeFolder, evidence.environment.sitePackages].compactMap(\.self).filter { !$0.isEmpty }
        return folders.flatMap { BoundedFiles.names(in: $0 + "/" + path) }.filter { !$0.hasPrefix("_") }.map { name in
            String(name.prefix { $0 != "." })
        }
    }
}
