import BerthDiagnostics
import BerthModel
import Synchronization

@testable import BerthControl

/// Remembers what was published; can refuse.
final class FakeGateway: RoutePublisher {
    private struct State {
        var tables: [RouteTable] = []
        var busy: [String: Int] = [:]
        var refusals = 0
    }

    private let state = Mutex(State())

    /// The table that is served.
    var table: RouteTable? { state.withLock(\.tables.last) }
    var tables: [RouteTable] { state.withLock(\.tables) }
    func setBusy(_ busy: [String: Int]) { state.withLock { $0.busy = busy } }
    /// The next `count` publications fail.
    func refuse(_ count: Int) { state.withLock { $0.refusals = count } }

    func publish(_ table: RouteTable) async throws(Diagnostic) -> [String: String] {
        let refused = state.withLock { state in
            guard state.refusals == 0 else {
                state.refusals -= 1
                return true
            }
            state.tables.append(table)
            return false
        }
        if refused { throw Diagnostic(.internalError, .platformFault, "the gateway does not answer") }
        return [:]
    }

    func inFlight() async throws(Diagnostic) -> [String: Int] { state.withLock(\.busy) }
}

/// An environment that is there at once, is held, or fails.
final class FakeEnvironments: EnvironmentPreparer {
    private struct State {
        var failure: Diagnostic?
        var holds = false
        var held: [Int: CheckedContinuation<Bool, Never>] = [:]
        var next = 0
        var count = 0
    }

    private let state = Mutex(State())

    func fail(_ failure: Diagnostic?) { state.withLock { $0.failure = failure } }
    func hold(_ holds: Bool) { state.withLock { $0.holds = holds } }
    var heldCount: Int { state.withLock(\.held.count) }
    var count: Int { state.withLock(\.count) }

    func release() {
        let held = state.withLock { state in
            state.holds = false
            defer { state.held = [:] }
            return state.held
        }
        for continuation in held.values { continuation.resume(returning: true) }
    }

    func prepare(
        _ spec: EnvironmentSpec,
        strict: Bool,
        log: @escaping @Sendable (String) -> Void
    ) async throws(Diagnostic) -> RevisionPlan.Environment {
        let (failure, id) = state.withLock { state -> (Diagnostic?, Int?) in
            state.count += 1
            state.next += 1
            return (state.failure, state.holds ? state.next : nil)
        }
        log("resolving")
        if let failure { throw failure }
        if let id, await !released(id) { throw Diagnostic(.operationCanceled, nil, "the build was cancelled") }
        return RevisionPlan.Environment(
            python: "/env/bin/python",
            pythonVersion: "3.12.1",
            sitePackages: "/env/lib",
            readablePaths: ["/env"],
            lock: [],
            warnings: [],
            wasReused: false
        )
    }

    /// Waits for `release()`; false where the task was cancelled instead.
    private func released(_ id: Int) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = Task.isCancelled
                state.withLock { if !isCancelled { $0.held[id] = continuation } }
                if isCancelled { continuation.resume(returning: false) }
            }
        } onCancel: {
            state.withLock { $0.held.removeValue(forKey: id) }?.resume(returning: false)
        }
    }
}

/// Healthy until told otherwise.
final class FakeHealth: HealthProber {
    private let sick = Mutex(false)

    func setSick(_ isSick: Bool) { sick.withLock { $0 = isSick } }
    func isHealthy(_ target: HealthTarget, timeout: Duration) async -> Bool { sick.withLock { !$0 } }
}
