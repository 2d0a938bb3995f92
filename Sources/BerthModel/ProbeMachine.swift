/// Counts the answers of a liveness probe; decides when an instance is taken for dead.
///
/// ```
///   waiting ──success──▶ passing ◀──success── failing(n) ──n = failure_threshold──▶ dead
///      └────failure────────────────failure───────▲
/// ```
package struct ProbeMachine: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case waiting
        case passing
        case failing(inARow: Int)
        case dead
    }

    package enum Action: Hashable, Sendable {
        case probe(after: Duration)
        case giveUp(failures: Int)
    }

    private let settings: ProbeSettings
    package private(set) var state: State = .waiting

    package init(settings: ProbeSettings) { self.settings = settings }

    /// What to do first.
    package var first: Action { .probe(after: settings.initialDelay) }

    /// One answer arrived, or its time ran out.
    package mutating func probed(succeeded: Bool) -> Action {
        switch (state, succeeded) {
        case (.dead, _):
            return .giveUp(failures: settings.failureThreshold)
        case (_, true):
            state = .passing
            return .probe(after: settings.period)
        case (.waiting, false), (.passing, false):
            return failed(inARow: 1)
        case (.failing(let count), false):
            return failed(inARow: count + 1)
        }
    }

    private mutating func failed(inARow count: Int) -> Action {
        guard count < settings.failureThreshold else {
            state = .dead
            return .giveUp(failures: count)
        }
        state = .failing(inARow: count)
        return .probe(after: settings.period)
    }
}

extension ProbeSettings {
    /// How long an instance may take until it first answers.
    package var window: Duration { initialDelay + period * failureThreshold }
}
