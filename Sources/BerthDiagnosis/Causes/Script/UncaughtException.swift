extension Cause {
    /// Any exception: what was raised, and where in the user's files.
    static let uncaughtException = Cause(
        "uncaught-exception",
        .general,
        .raised { error, facts in
            let root = error.root
            let place = facts.place(error.userFrame)
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) raised \(root.title.shortened(to: 400))\(error.phase.suffix)",
                at: place,
                evidence: facts.logged(root),
                help: ["read the whole traceback: \(facts.logCommand)"]
            )
        }
    )
}
