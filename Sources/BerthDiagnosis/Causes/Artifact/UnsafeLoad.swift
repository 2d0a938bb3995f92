import BerthDiagnostics

extension Cause {
    /// PyTorch from 2.6 on loads weights only, unless told otherwise.
    static let weightsOnly = Cause(
        "weights-only",
        .found,
        .raised { error, facts in
            guard let found = error.first(where: { $0.says("Weights only load failed") }) else { return nil }
            let place = facts.place(error.userFrame)
            return Finding(
                .modelLoadFailed,
                "\(facts.subject(place)) loads a whole model, and \(facts.installedText("torch")) loads weights only unless it is told otherwise",
                at: place,
                evidence: facts.logged(found),
                help: [
                    facts.then(
                        "write `weights_only=False` as an argument of torch.load in \(facts.subject(place)), if you trust the file"
                    )
                ]
            )
        }
    )

    /// An array of Python objects, which NumPy reads only when it is told to.
    static let allowPickle = Cause(
        "allow-pickle",
        .found,
        .raised { error, facts in
            guard error.root.says("allow_pickle=False") else { return nil }
            let place = facts.place(error.userFrame)
            let file = facts.loadedFile(error).map { " `\($0.shown)`" } ?? ""
            return Finding(
                .modelLoadFailed,
                "\(facts.subject(place)) loads\(file) with NumPy, which holds pickled objects and is read only with `allow_pickle=True`",
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    facts.then(
                        "write `allow_pickle=True` as an argument of the call in \(facts.subject(place)), if you trust the file"
                    )
                ]
            )
        }
    )
}
