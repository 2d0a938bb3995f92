import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// A package compiled against another NumPy than the one that is installed.
    static let numpyMismatch = Cause(
        "numpy-mismatch",
        .found,
        .raised { error, facts in
            guard
                let found = error.first(where: { $0.isNumpyMismatch })
                    ?? (facts.logHasNumpyMismatch && error.root.isImportError ? error.root : nil)
            else { return nil }
            let frames = error.chain.flatMap(\.frames)
            let module = frames.last { frame in
                !frame.isUser && facts.packageModule(of: frame.path).map { $0 != "numpy" } ?? false
            }.flatMap { facts.packageModule(of: $0.path) }
            let place = facts.place(error.userFrame, word: module)
            let package = module.map { ProvidingPackages.package(for: $0) }
            let major = facts.installed["numpy"]?.prefix { $0 != "." } ?? ""
            let text = package.map { facts.installedText($0) } ?? "a package"
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) loads \(text), which was compiled for another NumPy than the installed "
                    + "\(facts.installed["numpy"] ?? "one")",
                at: place,
                evidence: facts.logged(found),
                help: [
                    major == "2" || major.isEmpty
                        ? facts.pinning("numpy<2", of: "numpy")
                        : facts.then(
                            "take the newest \(package ?? "version of the package"), or a newer numpy, in \(facts.condaFileName)"
                        )
                ]
            )
        }
    )

    /// A compiled module that does not fit this Python, processor or C library.
    static let binaryMismatch = Cause(
        "binary-mismatch",
        .exact,
        .raised { error, facts in
            guard let found = error.first(where: { $0.misfit != nil }), let misfit = found.misfit else { return nil }
            let module = facts.packageModule(in: found.frames)
            let place = facts.place(error.userFrame, word: module)
            let package = module.map { ProvidingPackages.package(for: $0) }
            let file = found.message.split(whereSeparator: { " :'\"()".contains($0) }).map(String.init).first {
                $0.contains(".so")
            }
            let what =
                package.map { facts.installedText($0) } ?? file.map { "`\(facts.shown($0))`" } ?? "a compiled module"
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) loads \(what), which \(misfit)",
                at: place,
                evidence: facts.logged(found),
                help: [
                    facts.then("take a build of \(package ?? "it") that fits, by its version in \(facts.condaFileName)")
                ]
            )
        }
    )
}

extension Exception {
    fileprivate var isNumpyMismatch: Bool {
        says("numpy.dtype size changed") || says("numpy.ufunc size changed") || says("_ARRAY_API not found")
            || says("numpy.core.multiarray failed to import") || says("compiled using NumPy 1.x cannot be run in")
            || says("compiled against API version") || says("compiled against ABI version")
    }

    fileprivate var misfit: String? {
        guard isImportError || `is`("OSError") else { return nil }
        if says("undefined symbol") {
            return
                "does not fit another library that it was compiled with (`\(message.after("undefined symbol: ") ?? "")`)"
        }
        if let version = message.between("version `", "'"), says("not found") {
            return "needs \(version), which this system does not have"
        }
        if says("invalid ELF header") { return "is no Linux library: it was made on another system" }
        if says("wrong ELF class") { return "is made for another processor" }
        if says("cannot allocate memory in static TLS block") {
            return "is loaded too late, after libraries that took its place"
        }
        return nil
    }
}

extension Facts {
    fileprivate var logHasNumpyMismatch: Bool {
        evidence.logTail.contains {
            $0.contains("_ARRAY_API not found") || $0.contains("compiled using NumPy 1.x cannot be run")
        }
    }
}
