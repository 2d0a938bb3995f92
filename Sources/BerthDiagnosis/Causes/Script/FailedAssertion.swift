extension Cause {
    /// An `assert` of the user's own that does not hold.
    static let failedAssertion = Cause(
        "failed-assertion",
        .exact,
        .raised { error, facts in
            guard error.root.is("AssertionError"), let frame = error.root.frames.last, frame.isUser,
                frame.text.hasPrefix("assert")
            else { return nil }
            let place = facts.place(frame)
            let said = error.root.firstLine.isEmpty ? "" : " (\(error.root.firstLine.shortened(to: 200)))"
            let condition = frame.text.dropFirst("assert".count).prefix { $0 != "," }
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) asserts `\(String(condition).trimmed.shortened(to: 150))`, which does not hold\(error.phase.suffix)\(said)",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.then("make the condition true, or correct \(facts.subject(place))")]
            )
        }
    )
}
