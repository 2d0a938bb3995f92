import BerthDiagnostics
import BerthJSON
import BerthRuntime

extension Cause {
    /// A pickle of another version of its library, told by what the library says about it.
    static let otherVersionPickle = Cause(
        "other-version-pickle",
        .exact,
        .raised { error, facts in
            let root = error.root
            let place = facts.place(error.userFrame)
            let versions = facts.pickleVersions
            let package = versions?.package ?? facts.package(of: root) ?? "scikit-learn"
            let installed = facts.installedText(package)
            let isFormat =
                root.says("incompatible dtype") || root.says("unsupported pickle protocol") || root.says("__setstate__")
                || root.says("is not a known BitGenerator") || root.says("Buffer dtype mismatch")
                || root.says("STACK_GLOBAL requires str")
                || root.says("code() takes") || root.says("code() argument") || root.says("code expected at")
                || root.says("_reconstruct") || root.says("bad marshal data")
            let isAttribute =
                root.is("AttributeError") && versions != nil
                && facts.packageModule(in: root.frames) != nil
            guard isFormat || isAttribute else { return nil }
            let file = facts.loadedFile(error)
            let model = file.map { "`\($0.shown)`" } ?? "the model"
            let wrote = versions.map { "\($0.package) \($0.wrote) wrote" } ?? "another version of \(package) wrote"
            if root.says("unsupported pickle protocol") || root.says("code() ") || root.says("bad marshal data") {
                return Finding(
                    .modelLoadFailed,
                    "\(facts.subject(place)) loads \(model), which another Python than \(facts.python) wrote: \(root.firstLine.shortened(to: 200))",
                    at: place,
                    evidence: facts.logged(root),
                    help: [facts.then("ask in \(facts.condaFileName) for the Python that wrote the model")]
                )
            }
            let help = versions.map { facts.pinning("\($0.package)==\($0.wrote)", of: $0.package) }
            return Finding(
                error.phase == .run ? .userScriptRunFailed : .modelLoadFailed,
                "\(facts.subject(place)) uses \(model), which \(wrote) and \(installed) cannot read: "
                    + root.title.shortened(to: 200),
                at: place,
                evidence: facts.logged(root),
                help: [
                    help ?? facts.then("pin \(package) in \(facts.condaFileName) to the version that wrote the model")
                ]
            )
        }
    )
}

extension Facts {
    struct PickleVersions: Sendable {
        let package: String
        let wrote: String
        let reads: String
    }

    /// What scikit-learn's and XGBoost's warning about a pickle of another version says, in events or in the log.
    var pickleVersions: PickleVersions? {
        let texts = events(.warning).compactMap { $0.body["message"]?.stringValue } + evidence.logTail
        for text in texts {
            guard let rest = text.after("Trying to unpickle estimator "),
                let wrote = rest.between(" from version ", " when"),
                let reads = rest.after("using version ")
            else { continue }
            let version = String(reads.prefix { $0.isNumber || $0 == "." || $0.isLetter })
            let trimmed = version.hasSuffix(".") ? String(version.dropLast()) : version
            return PickleVersions(package: "scikit-learn", wrote: wrote, reads: trimmed)
        }
        return nil
    }

    /// The package whose code raised.
    func package(of exception: Exception) -> String? {
        packageModule(in: exception.frames).map {
            ProvidingPackages.package(for: $0)
        }
    }
}
