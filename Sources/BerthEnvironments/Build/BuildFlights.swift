import BerthDiagnostics
import Synchronization

/// The builds that are under way in this process: one for each key, however many ask for it.
///
/// A build ends when it is done, or when everybody who waits for it has been cancelled; the last one who leaves
/// returns only when the build has really ended, so that nothing is left running.
final class BuildFlights: Sendable {
    typealias Outcome = Result<EnvironmentRecord, Diagnostic>

    private struct Flight {
        var task: Task<Void, Never>?
        var log: BuildLog
        var waiters: [Int: CheckedContinuation<Outcome, Never>] = [:]
    }

    private struct State {
        var flights: [String: Flight] = [:]
        var lastWaiter = 0
    }

    private let state = Mutex(State())

    /// The outcome of the build of `key`: of the one that is under way, else of `build`, which is started.
    func join(
        _ key: String,
        listener: @escaping @Sendable (String) -> Void,
        build: @escaping @Sendable (BuildLog) async -> Outcome
    ) async -> Outcome {
        let log = BuildLog()
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enter(key, id, continuation, listener, log, build)
            }
        } onCancel: {
            leave(key, id)
        }
    }

    private func enter(
        _ key: String,
        _ id: Int,
        _ continuation: CheckedContinuation<Outcome, Never>,
        _ listener: @escaping @Sendable (String) -> Void,
        _ log: BuildLog,
        _ build: @escaping @Sendable (BuildLog) async -> Outcome
    ) {
        if Task.isCancelled {
            continuation.resume(returning: .failure(.environmentBuildCancelled))
            return
        }
        let joined: BuildLog = state.withLock { state in
            if state.flights[key] != nil {
                state.flights[key]?.waiters[id] = continuation
            } else {
                state.flights[key] = Flight(log: log, waiters: [id: continuation])
                state.flights[key]?.task = start(key, log, build)
            }
            return state.flights[key]?.log ?? log
        }
        if joined !== log { listener("the same environment is already being built: waiting for it") }
        joined.listen(id, listener)
        // The task may have been cancelled before it was counted among those who wait.
        if Task.isCancelled { leave(key, id) }
    }

    /// Owned by the flight, which ends it when all have left, and forgets it when it has ended.
    private func start(
        _ key: String,
        _ log: BuildLog,
        _ build: @escaping @Sendable (BuildLog) async -> Outcome
    ) -> Task<Void, Never> {
        Task {
            let outcome = await build(log)
            let waiters = state.withLock { $0.flights.removeValue(forKey: key)?.waiters ?? [:] }
            for id in waiters.keys { log.dismiss(id) }
            for continuation in waiters.values { continuation.resume(returning: outcome) }
        }
    }

    private func leave(_ key: String, _ id: Int) {
        let left: (continuation: CheckedContinuation<Outcome, Never>?, abandoned: Task<Void, Never>?) = state.withLock {
            guard let flight = $0.flights[key], flight.waiters[id] != nil else { return (nil, nil) }
            // The last one stays until the build has ended.
            if flight.waiters.count == 1 { return (nil, flight.task) }
            flight.log.dismiss(id)
            return ($0.flights[key]?.waiters.removeValue(forKey: id), nil)
        }
        left.abandoned?.cancel()
        left.continuation?.resume(returning: .failure(.environmentBuildCancelled))
    }
}

extension Diagnostic {
    static let environmentBuildCancelled = Diagnostic(
        .operationCanceled,
        nil,
        "the build of the environment was cancelled",
        help: ["run the command again: what was downloaded is kept"]
    )
}
