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
            else { return nil }
            let place = facts.place(error.userFrame, word: missing.name)
            return facts.removal(removed, at: place, "imports `\(missing.name)` from `\(missing.module)`", error.root)
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
