extension Cause {
    /// A coroutine that nobody awaited, or an event loop inside the server's.
    static let asyncPitfall = Cause(
        "async-pitfall",
        .found,
        .raised { error, facts in
            let root = error.root
            let place = facts.place(error.userFrame)
            let subject = facts.subject(place)
            if root.says("cannot be called from a running event loop") || root.says("event loop is already running") {
                return Finding(
                    error.phase.reason,
                    "\(subject) starts an event loop inside the one that runs the asynchronous function already",
                    at: place,
                    evidence: facts.logged(root),
                    help: [facts.then("write `await …` in place of `asyncio.run(…)` in \(subject)")]
                )
            }
            guard root.containsCoroutine else { return nil }
            return Finding(
                error.phase.reason,
                "\(subject) uses the result of an asynchronous function without `await`",
                at: place,
                evidence: facts.logged(root),
                help: [
                    facts.then(
                        "write `await` before the call in an `async def`, or `asyncio.run(…)` around it, in \(subject)"
                    )
                ]
            )
        }
    )
}

extension Exception {
    fileprivate var containsCoroutine: Bool {
        says("'coroutine' object") || says("<coroutine object") || says("type coroutine is not JSON")
            || says("'async_generator' object")
    }
}
