import BerthDiagnostics

extension Cause {
    /// A pickle that names a module which cannot be imported here.
    static let pickleNeedsModule = Cause(
        "pickle-needs-module",
        .found,
        .raised { error, facts in
            guard let missing = MissingModule(error, facts), !missing.isImport else { return nil }
            let place = facts.place(error.userFrame)
            let file = facts.loadedFile(error)
            let loads = file.map { "loads `\($0.shown)`" } ?? "loads a pickle"
            let top = missing.top
            let package = ProvidingPackages.package(for: missing.module)
            let isInstalled = facts.siteModules.contains(top)
            if missing.module.hasPrefix("numpy._core") {
                return Finding(
                    .modelLoadFailed,
                    "\(facts.subject(place)) \(loads), which NumPy 2 wrote (it needs `\(missing.module)`); "
                        + "\(facts.installedText("numpy")) is installed",
                    at: place,
                    evidence: facts.logged(error.root),
                    help: [facts.pinning("numpy>=2", of: "numpy")]
                )
            }
            if isInstalled {
                let removed = RemovedName.module(missing.module)
                let since = removed.map { ", gone since \($0.since)" } ?? ""
                return Finding(
                    .modelLoadFailed,
                    "\(facts.subject(place)) \(loads), which another version of \(package) wrote: it needs "
                        + "`\(missing.module)`\(since), and \(facts.installedText(package)) is installed",
                    at: place,
                    evidence: facts.logged(error.root),
                    help: [facts.then("pin \(package) in \(facts.condaFileName) to the version that wrote the model")]
                )
            }
            let isKnown = KnownModules.popular.contains(top) || ProvidingPackages.isMisleading(missing.module)
            return Finding(
                .modelLoadFailed,
                "\(facts.subject(place)) \(loads), which needs the module `\(missing.module)`, which is not in the environment",
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    isKnown ? nil : facts.then("if `\(top)` is a module of yours, put it into the code folder"),
                    facts.adding(package),
                ]
            )
        }
    )
}
