import BerthDiagnostics

extension Cause {
    /// A pickle that names a class of the training script, which is not here.
    static let pickleOfMain = Cause(
        "pickle-of-main",
        .found,
        .raised { error, facts in
            guard let found = error.first(where: { $0.is("AttributeError") && $0.says("Can't get attribute '") }),
                let name = found.message.between("Can't get attribute '", "'"),
                let module = found.message.between("<module '", "'")
            else { return nil }
            let place = facts.place(error.userFrame)
            let file = facts.loadedFile(error)
            let loads = file.map { "loads `\($0.shown)`" } ?? "loads a pickle"
            guard module == "__main__" || module == "entry_module" || module == "main" else {
                let package = ProvidingPackages.package(for: module)
                return Finding(
                    .modelLoadFailed,
                    "\(facts.subject(place)) \(loads), which needs `\(module).\(name)`; the installed "
                        + "\(facts.installedText(package)) has no such name",
                    at: place,
                    evidence: facts.logged(found),
                    help: [facts.then("pin \(package) in \(facts.condaFileName) to the version that wrote the model")]
                )
            }
            return Finding(
                .modelLoadFailed,
                "\(facts.subject(place)) \(loads), which needs the class or function `\(name)` of the script that wrote it "
                    + "(`\(module).\(name)`); a pickle does not hold it",
                at: place,
                evidence: facts.logged(found),
                help: [
                    facts.then(
                        "move `\(name)` into a module of its own in the code folder, write the model again with it imported from there"
                    )
                ]
            )
        }
    )
}
