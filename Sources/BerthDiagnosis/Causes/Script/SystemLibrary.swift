import BerthDiagnostics

extension Cause {
    /// A package that needs a shared library of the system that is not there.
    static let systemLibrary = Cause(
        "system-library",
        .found,
        .raised { error, facts in
            guard let found = error.first(where: { $0.says("cannot open shared object file") }),
                let library = found.message.split(whereSeparator: { " :'\"".contains($0) }).map(String.init).first(
                    where: { $0.contains(".so") })?.fileName
            else { return nil }
            let module = facts.packageModule(in: found.frames)
            let place = facts.place(error.userFrame, word: module)
            let package = SystemLibraries.package(for: library)
            let replacement = SystemLibraries.pythonReplacement[library]
            let instead = replacement.flatMap { module == nil || $0.module == module ? $0.package : nil }
            let owner = module.map { "`\($0)`" } ?? "what it loads"
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) loads \(owner), which needs the system library `\(library)`, which is not installed",
                at: place,
                evidence: facts.logged(found),
                help: [
                    instead.map {
                        "replace the package by `\($0)` in \(facts.condaFileName), then run: \(facts.updateCommand)"
                    },
                    package.map { $0.contains(" ") ? "install \($0)" : "sudo apt-get install -y \($0)" }
                        ?? "install the system package that has `\(library)`",
                ]
            )
        }
    )

    /// A Python that was built without an optional part of the standard library.
    static let optionalExtension = Cause(
        "optional-extension",
        .found,
        .raised { error, facts in
            guard let module = error.root.module ?? error.root.message.between("No module named '", "'"),
                error.root.isImportError,
                let library = KnownModules.optionalExtensions[module]
            else { return nil }
            let place = facts.place(error.userFrame)
            return Finding(
                .userScriptImportError,
                "\(facts.subject(place)) needs `\(module)`, and this Python \(facts.python) was built without it",
                at: place,
                evidence: facts.logged(error.root),
                help: ["sudo apt-get install -y \(library), then build or install Python \(facts.python) again"]
            )
        }
    )
}
