import BerthDiagnostics

extension Cause {
    /// Any exception: what was raised, and where in the user's files.
    static let uncaughtException = Cause(
        "uncaught-exception",
        .general,
        .raised { error, facts in
            let root = error.root
            let place = facts.place(error.userFrame)
            // Raised by hand in the user's own loader: what it refuses is the model all the same.
            let isLoader = root.is("UnpicklingError", "PicklingError") && error.phase != .run
            return Finding(
                isLoader ? .modelLoadFailed : error.phase.reason,
                "\(facts.subject(place)) raised \(root.briefTitle.withoutFullStop.shortened(to: 400))\(error.phase.suffix)",
                at: place,
                evidence: facts.logged(root),
                help: ["read the whole traceback: \(facts.logCommand)"]
            )
        }
    )
}
