import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// `from collections import Mapping`: the module is there, the name in it is not.
    static let missingName = Cause(
        "missing-name",
        .exact,
        .raised { error, facts in
            guard let missing = MissingName(error.root) else { return nil }
            let place = facts.place(error.userFrame, word: missing.name)
            let subject = facts.subject(place)
            let file = missing.path.map(facts.shown) ?? missing.module
            let owned =
                missing.path.flatMap { path in facts.evidence.codeFolder.map { path.hasPrefix($0 + "/") } } ?? false
            if !owned, let importer = facts.packageModule(in: error.root.frames) {
                return facts.misfit(between: importer, and: missing, error)
            }
            let near = owned ? nearestName(to: missing.name, among: facts.source(file)?.topLevelNames ?? []) : nil
            let package = ProvidingPackages.package(for: missing.module)
            let version = facts.installed[package.normalizedPackage]
            let origin = owned ? "`\(file)`" : version.map { "\(package) \($0)" } ?? "`\(missing.module)`"
            return Finding(
                .userScriptImportError,
                "\(subject) imports `\(missing.name)` from `\(missing.module)`, and \(origin) has no such name"
                    + (near.map { "; it has `\($0)`" } ?? ""),
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    near.map { facts.then("write `\($0)` in \(subject)") }
                        ?? facts.then(
                            "correct the name in \(subject)"
                                + (version == nil ? "" : ", or pin the version of \(package) that has it")
                        )
                ]
            )
        }
    )

    /// A name that a library had in an earlier version.
    static let removedName = Cause(
        "removed-name",
        .found,
        .raised { error, facts in
            guard let missing = MissingName(error.root),
                let removed = RemovedName.find(missing.name, in: missing.module)
                    ?? RemovedName.module("\(missing.module).\(missing.name)")
            else { return nil }
            let place = facts.place(error.userFrame, word: missing.name)
            let does = "imports `\(missing.name)` from `\(missing.module)`"
            guard let importer = facts.packageModule(in: error.root.frames),
                ProvidingPackages.package(for: importer) != removed.package
            else { return facts.removal(removed, at: place, does, error.root) }
            let asking = ProvidingPackages.package(for: importer)
            var finding = facts.removal(
                removed,
                at: place,
                "loads \(facts.installedText(asking)), which \(does)",
                error.root
            )
            if let name = removed.package, let version = removed.since.split(separator: " ").last {
                finding.help = [facts.pinning("\(name)<\(version)", of: name), "or take a newer version of \(asking)"]
            }
            return finding
        }
    )

    /// Two modules that import one another.
    static let circularImport = Cause(
        "circular-import",
        .found,
        .raised { error, facts in
            guard error.root.isImportError || error.root.is("AttributeError"),
                error.root.says("partially initialized module"),
                let module = error.root.message.between("partially initialized module '", "'"),
                facts.shadow(of: module) == nil
            else { return nil }
            let place = facts.place(error.userFrame)
            let name = error.root.quotedName ?? module
            return Finding(
                .userScriptImportError,
                "\(facts.subject(place)) needs `\(name)` of `\(module)` while `\(module)` is itself being imported: "
                    + "the two modules import one another",
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    facts.then(
                        "move what both need into a third module, or the import in \(facts.subject(place)) into the function that uses it"
                    )
                ]
            )
        }
    )
}

extension Facts {
    /// Two packages whose versions do not go together: one asks the other for a name that it does not have.
    fileprivate func misfit(between importer: String, and missing: MissingName, _ error: RaisedError) -> Finding {
        let place = place(error.userFrame, word: importer)
        let asking = ProvidingPackages.package(for: importer)
        let owner = ProvidingPackages.package(for: missing.module)
        let isOwn = asking == owner
        let has = isOwn ? "which lacks" : "which needs"
        let origin = installed[owner.normalizedPackage].map { "\(owner) \($0)" } ?? "`\(missing.module)`"
        return Finding(
            .userScriptImportError,
            "\(subject(place)) loads \(installedText(asking)), \(has) `\(missing.name)` of `\(missing.module)`"
                + (isOwn ? ": its files are incomplete or mixed" : ", and \(origin) has no such name"),
            at: place,
            evidence: logged(error.root),
            help: [
                isOwn
                    ? then("pin \(asking) to another version in \(condaFileName)")
                    : then("take a newer \(asking), or pin an older \(owner), in \(condaFileName)")
            ]
        )
    }
}

/// «cannot import name».
struct MissingName {
    let name: String
    let module: String
    let path: String?

    init?(_ exception: Exception) {
        guard exception.isImportError, exception.says("cannot import name '"),
            let name = exception.message.between("cannot import name '", "'"),
            let rest = exception.message.after(" from "), let module = rest.quoted.first
        else { return nil }
        self.name = name
        self.module = module
        let path = rest.after("(").map { String($0.prefix { $0 != ")" }) }
        self.path = path?.hasPrefix("/") == true ? path : nil
    }
}

extension Exception {
    /// The first name in quotes.
    var quotedName: String? { message.quoted.first }
}

extension Facts {
    /// The sentence about a name that was removed from a library.
    func removal(_ removed: RemovedName, at place: Place?, _ does: String, _ root: Exception) -> Finding {
        let version = removed.package.map { installedText($0) } ?? "Python \(python)"
        let reason: Reason = phase == .importing || phase == .boot ? .userScriptImportError : .userScriptInitFailed
        return Finding(
            reason,
            "\(subject(place)) \(does), which is gone since \(removed.since); \(version) is installed",
            at: place,
            evidence: logged(root),
            help: [then("write `\(removed.instead)` in \(subject(place))")]
        )
    }
}
