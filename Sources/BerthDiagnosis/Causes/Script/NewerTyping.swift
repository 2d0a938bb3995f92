import BerthDiagnostics

extension Cause {
    /// `list[int]` or `int | None` on a Python that cannot do that with types.
    static let newerTyping = Cause(
        "newer-typing",
        .found,
        .raised { error, facts in
            guard error.root.is("TypeError"), let running = facts.pythonMinor else { return nil }
            let union = error.root.says("unsupported operand type(s) for |")
            let generic =
                error.root.says("'type' object is not subscriptable")
                || error.root.says("'ABCMeta' object is not subscriptable")
            let since = union ? (3, 10) : (3, 9)
            guard union || generic, running < since else { return nil }
            let place = facts.place(error.userFrame)
            let what = union ? "`|` between types" : "a built-in type with `[…]`"
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) uses \(what), which Python has from \(since.0).\(since.1) on; "
                    + "the deployment runs Python \(facts.python)",
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    facts.then("ask for `python=\(since.0).\(since.1)` or newer in \(facts.condaFileName)"),
                    "or write `from __future__ import annotations` as the first line of \(place?.location.path ?? facts.scriptName)",
                ]
            )
        }
    )
}
