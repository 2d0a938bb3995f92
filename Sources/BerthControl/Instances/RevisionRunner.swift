import BerthDiagnostics
import BerthModel
import BerthRuntime
import BerthStore
import Logging

/// Runs the instances of one revision: starts them, hears what happens to them, and, once the revision serves, fills
/// their places anew when they end.
///
/// ```
///   starting ──all ready──▶ ready ──promote()──▶ serving ──stop()──▶ stopped
///      └──one fails──▶ failed (everything is stopped)
/// ```
actor RevisionRunner {
    enum Mode: Hashable {
        case starting
        case serving
        case stopped
    }

    /// What the workflow waits for.
    enum Outcome: Sendable {
        case ready
        case failed([Diagnostic])
        case stopped
    }

    /// One of the places `0..<instanceCount`, and who is in it now.
    struct Place {
        var record: InstanceRecord
        var plan: InstancePlan
        var modelDirectory: String?
        var events: [InstanceEvent] = []
        var readyWorkers: Set<Int> = []
        var exit: ExitReport?
        var startedAt: ContinuousClock.Instant
        var watcher: Task<Void, Never>?
        var guardian: Task<Void, Never>?
        var isReady: Bool { readyWorkers.count >= plan.workerCount }
    }

    let number: Int
    let spec: DeploymentSpec
    let plan: RevisionPlan
    let world: ControlWorld
    let board: ReadyBoard
    /// Called when the set of answering instances changed while serving.
    let routesChanged: @Sendable () async -> Void
    /// Called with what a serving instance's failure means.
    let failed: @Sendable ([Diagnostic]) async -> Void

    var mode: Mode = .starting
    var places: [Int: Place] = [:]
    var policies: [Int: RestartPolicy] = [:]
    var restarts: [Int: Task<Void, Never>] = [:]
    private var outcome: Outcome?
    private var waiters: [CheckedContinuation<Outcome, Never>] = []
    var lastFailureReport: ContinuousClock.Instant?

    init(
        number: Int,
        spec: DeploymentSpec,
        plan: RevisionPlan,
        world: ControlWorld,
        board: ReadyBoard,
        routesChanged: @escaping @Sendable () async -> Void,
        failed: @escaping @Sendable ([Diagnostic]) async -> Void
    ) {
        self.number = number
        self.spec = spec
        self.plan = plan
        self.world = world
        self.board = board
        self.routesChanged = routesChanged
        self.failed = failed
    }

    // MARK: What the workflows call

    /// Starts every place, or adopts the instance that is in it already.
    func start(serving: Bool) async throws(Diagnostic) {
        mode = serving ? .serving : .starting
        let known = try await world.store.read { [number] in try $0.instances(of: number) }
        for ordinal in 0..<spec.instanceCount where places[ordinal] == nil {
            let last = known.last { $0.ordinal == ordinal }
            try await fill(ordinal, with: last)
        }
    }

    /// The instance that was in a place, if it still runs or was never started; else a fresh one.
    private func fill(_ ordinal: Int, with last: InstanceRecord?) async throws(Diagnostic) {
        var record: InstanceRecord
        if let last, last.phase == .intended {
            let folder = InstanceFolder(path: world.home.instancesFolder + "/" + last.id)
            switch await world.driver.inspect(folder) {
            case .running, .absent:
                return try await run(last, ordinal)
            case .exited, .lost:
                // What a lost parent left behind is swept by stopping it again.
                try await world.driver.stop(folder, grace: .zero)
                record = last
                record.phase = .ended
                let ended = record
                try await world.store.write { try $0.save(ended) }
            }
        }
        let restarts = last.map { $0.restarts + 1 } ?? 0
        record = InstanceRecord(
            id: "\(spec.name)-r\(number)i\(ordinal)n\(restarts)",
            revision: number,
            ordinal: ordinal,
            phase: .intended,
            createdAt: world.now(),
            restarts: restarts
        )
        let fresh = record
        try await world.store.write { try $0.save(fresh) }
        try await run(fresh, ordinal)
    }

    private func run(_ record: InstanceRecord, _ ordinal: Int) async throws(Diagnostic) {
        let prepared = try InstancePlanner(world: world).prepare(id: record.id, spec: spec, revision: plan)
        guard mode != .stopped else { return }
        places[ordinal] = Place(
            record: record,
            plan: prepared.plan,
            modelDirectory: prepared.modelDirectory,
            startedAt: .now
        )
        try await world.driver.start(prepared.plan)
        guard mode != .stopped, places[ordinal]?.record.id == record.id else {
            // Stopped meanwhile: what was just started has no place any more.
            try await world.driver.stop(prepared.plan.folder, grace: world.settings.stopGrace)
            return
        }
        places[ordinal]?.watcher = Task { await self.watch(ordinal, prepared.plan.folder, record.id) }
        places[ordinal]?.guardian = Task { await self.guardReadiness(ordinal, record.id) }
    }

    /// Waits until every place answers, or one fails.
    func waitUntilReady() async -> Outcome {
        if let outcome { return outcome }
        return await withCheckedContinuation { waiters.append($0) }
    }

    /// The revision serves: from now on failures are mended instead of reported as the end.
    func promote() {
        guard mode == .starting else { return }
        mode = .serving
        for ordinal in places.keys { superviseLiveness(ordinal) }
    }

    /// Ends all instances; returns when nothing of them runs. The folders stay.
    func stop(grace: Duration) async {
        mode = .stopped
        settle(.stopped)
        for task in restarts.values { task.cancel() }
        restarts = [:]
        let stopping = places.values.map { ($0.plan.folder, $0.record, $0.watcher, $0.guardian) }
        places = [:]
        await board.forget(revision: number)
        await withTaskGroup(of: Void.self) { group in
            for (folder, record, watcher, guardian) in stopping {
                group.addTask { [world] in
                    guardian?.cancel()
                    do throws(Diagnostic) {
                        try await world.driver.stop(folder, grace: grace)
                        var ended = record
                        ended.phase = .ended
                        let saved = ended
                        try await world.store.write { try $0.save(saved) }
                    } catch {
                        world.logger.error(
                            "instance could not be stopped",
                            metadata: ["instance": "\(record.id)", "cause": "\(error.message)"]
                        )
                    }
                    watcher?.cancel()
                }
            }
        }
    }

    func settle(_ result: Outcome) {
        guard outcome == nil else { return }
        outcome = result
        for waiter in waiters { waiter.resume(returning: result) }
        waiters = []
    }

    /// Whether `id` is still the instance in its place.
    func holds(_ ordinal: Int, _ id: String) -> Bool { places[ordinal]?.record.id == id && mode != .stopped }

    /// A place whose instance ended while serving gets a new one, after the policy's delay.
    func refill(_ ordinal: Int, after lived: Duration) {
        guard mode == .serving, let place = places[ordinal] else { return }
        var policy = policies[ordinal] ?? RestartPolicy()
        let delay = policy.ended(after: lived)
        policies[ordinal] = policy
        place.guardian?.cancel()
        restarts[ordinal] = Task {
            do {
                try await world.clock.sleep(for: delay)
                try await self.restart(ordinal, place.record)
            } catch let diagnostic as Diagnostic {
                await self.failed([diagnostic])
                self.refill(ordinal, after: .zero)
            } catch {
                // Cancelled: the revision is being stopped.
            }
        }
    }

    private func restart(_ ordinal: Int, _ last: InstanceRecord) async throws(Diagnostic) {
        guard mode == .serving else { return }
        var ended = last
        ended.phase = .ended
        try await fill(ordinal, with: ended)
        superviseLiveness(ordinal)
    }
}
