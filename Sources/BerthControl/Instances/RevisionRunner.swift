import BerthDiagnostics
import BerthJSON
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
        /// Only the one who waited was cancelled; nothing is known about the instances.
        case interrupted
    }

    /// One of the places `0..<instanceCount`, and who is in it now.
    struct Place {
        var record: InstanceRecord
        var plan: InstancePlan
        var modelDirectory: String?
        var events: [InstanceEvent] = []
        var readyWorkers: Set<Int> = []
        var exit: ExitReport?
        /// How it ended after the revision was ready and before it served; `promote()` sees to it.
        var earlyEnd: FailureEvidence.Trigger?
        var startedAt: ContinuousClock.Instant
        var watcher: Task<Void, Never>?
        var guardian: Task<Void, Never>?
        /// Where a container's own server answers.
        var tcp: TCP?
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
    private(set) var outcome: Outcome?
    private var waiters: [Int: CheckedContinuation<Outcome, Never>] = [:]
    private var nextWaiter = 0
    var lastFailureReport: ContinuousClock.Instant?
    /// Waits that are owned by no place: for the report of an end that was announced.
    private var waits: [Int: Task<Void, Never>] = [:]
    private var nextWait = 0

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

    /// Starts every place, or adopts the instance that is in it already. Throws when the runner was stopped: a stopped
    /// one never starts anything again.
    func start() async throws(Diagnostic) {
        let known = try await world.store.read { [number] in try $0.instances(of: number) }
        for ordinal in 0..<spec.instanceCount where places[ordinal] == nil {
            guard mode != .stopped else { throw ControlPlane.deletedMeanwhile }
            try await fill(ordinal, with: known.last { $0.ordinal == ordinal })
        }
        settleIfReady()
    }

    /// Takes up a revision that served before. A place that cannot be filled now is tried again, as after an end.
    ///
    /// Returns whether every place holds an instance of before that still runs.
    func takeUp() async throws(Diagnostic) -> Bool {
        guard mode == .starting else { return false }
        mode = .serving
        let known = try await world.store.read { [number] in try $0.instances(of: number) }
        var adopted = 0
        for ordinal in 0..<spec.instanceCount where places[ordinal] == nil {
            let last = known.last { $0.ordinal == ordinal }
            do throws(Diagnostic) {
                try await fill(ordinal, with: last)
                if let last, places[ordinal]?.record.id == last.id { adopted += 1 }
            } catch {
                await failed([error])
                refill(ordinal, of: places[ordinal]?.record ?? last, after: .zero)
            }
        }
        return adopted == spec.instanceCount
    }

    /// The instance that was in a place, if it still runs or was never started; else a fresh one.
    private func fill(_ ordinal: Int, with last: InstanceRecord?) async throws(Diagnostic) {
        var record: InstanceRecord
        if let last, last.phase == .intended {
            let folder = InstanceFolder(path: world.home.instancesFolder + "/" + last.id)
            switch await world.driver.inspect(folder) {
            case .running:
                return adopt(last, ordinal)
            case .absent:
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
        guard mode != .stopped else { return }
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

    /// Follows an instance that runs already. Nothing in its folder is touched: it uses what lies there.
    private func adopt(_ record: InstanceRecord, _ ordinal: Int) {
        guard mode != .stopped else { return }
        let known = InstancePlanner(world: world).describe(id: record.id, spec: spec, revision: plan)
        places[ordinal] = Place(
            record: record,
            plan: known.plan,
            modelDirectory: known.modelDirectory,
            startedAt: .now
        )
        follow(ordinal)
    }

    /// Hears the events of the instance in a place, and asks for its health.
    private func follow(_ ordinal: Int) {
        guard let place = places[ordinal] else { return }
        let id = place.record.id
        // Before its end can be heard: one that ends at once is not taken for the one that was replaced.
        restarts[ordinal] = nil
        places[ordinal]?.watcher = Task { await self.watch(ordinal, place.plan.folder, id) }
        places[ordinal]?.guardian = Task { await self.guardReadiness(ordinal, id) }
        if mode == .serving { superviseLiveness(ordinal) }
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
        follow(ordinal)
    }

    /// Waits until every place answers, or one fails, or the task that waits is cancelled.
    func waitUntilReady() async -> Outcome {
        if let outcome { return outcome }
        let waiter = nextWaiter
        nextWaiter += 1
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(returning: .interrupted) }
                waiters[waiter] = continuation
            }
        } onCancel: {
            // Lives for one hop to this actor.
            Task { await self.interrupt(waiter) }
        }
    }

    private func interrupt(_ waiter: Int) {
        waiters.removeValue(forKey: waiter)?.resume(returning: .interrupted)
    }

    /// The revision serves: from now on failures are mended instead of reported as the end.
    func promote() {
        guard mode == .starting else { return }
        mode = .serving
        for (ordinal, place) in places {
            if let trigger = place.earlyEnd {
                wait { await self.ended(ordinal, place.record.id, trigger) }
            } else {
                superviseLiveness(ordinal)
            }
        }
    }

    /// Ends following the instances; they go on. The control plane is stopping.
    func abandon() async {
        mode = .stopped
        let left = places.values.flatMap { [$0.watcher, $0.guardian] }.compactMap(\.self)
        let tasks = left + restarts.values + waits.values
        places = [:]
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        settle(.interrupted)
    }

    /// Ends all instances; returns when nothing of them runs. The folders stay.
    func stop(grace: Duration) async {
        mode = .stopped
        settle(.stopped)
        for task in waits.values { task.cancel() }
        // One that is in the middle of starting an instance ends it itself when it sees the mode.
        let restarting = restarts.values
        restarts = [:]
        for task in restarting { task.cancel() }
        let stopping = places.values.map { ($0.plan.folder, $0.record, $0.watcher, $0.guardian) }
        places = [:]
        for task in restarting { await task.value }
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

    /// What the fence of the instances could not enforce, in words.
    func fenceGaps() -> [String] {
        var words: [String] = []
        for event in places.values.flatMap(\.events) where event.name == .launched {
            for text in (event.body["notEnforced"]?.arrayValue ?? []).compactMap(\.stringValue)
            where !words.contains(text) {
                words.append(text)
            }
        }
        return words
    }

    func settle(_ result: Outcome) {
        guard outcome == nil else { return }
        outcome = result
        for waiter in waiters.values { waiter.resume(returning: result) }
        waiters = [:]
    }

    func settleIfReady() {
        guard mode != .stopped, places.count == spec.instanceCount, places.values.allSatisfy(\.isReady) else { return }
        settle(.ready)
    }

    /// Owns a short wait until it is over.
    func wait(_ work: @escaping @Sendable () async -> Void) {
        let id = nextWait
        nextWait += 1
        waits[id] = Task {
            await work()
            self.waits[id] = nil
        }
    }

    /// Whether `id` is still the instance in its place.
    func holds(_ ordinal: Int, _ id: String) -> Bool { places[ordinal]?.record.id == id && mode != .stopped }

    /// A place whose instance ended while serving gets a new one, after the policy's delay.
    func refill(_ ordinal: Int, after lived: Duration) {
        guard let place = places[ordinal] else { return }
        place.guardian?.cancel()
        refill(ordinal, of: place.record, after: lived)
    }

    /// `last` is the instance that was in the place, nil where there was none. One restart a place at a time: an end and
    /// a probe that gives up may be told at once.
    private func refill(_ ordinal: Int, of last: InstanceRecord?, after lived: Duration) {
        guard mode == .serving, restarts[ordinal] == nil else { return }
        var policy = policies[ordinal] ?? RestartPolicy()
        let delay = policy.ended(after: lived)
        policies[ordinal] = policy
        restarts[ordinal] = Task {
            do {
                try await world.clock.sleep(for: delay)
                try await self.restart(ordinal, last)
            } catch let diagnostic as Diagnostic {
                guard !Task.isCancelled else { return }
                await self.failed([diagnostic])
                self.restarts[ordinal] = nil
                self.refill(ordinal, of: self.places[ordinal]?.record ?? last, after: .zero)
            } catch {
                // Cancelled: the revision is being stopped.
            }
        }
    }

    private func restart(_ ordinal: Int, _ last: InstanceRecord?) async throws(Diagnostic) {
        guard mode == .serving else { return }
        guard var ended = last else { return try await fill(ordinal, with: nil) }
        // Nothing of it may be left when its successor starts; for one that is gone this does nothing.
        let folder = InstanceFolder(path: world.home.instancesFolder + "/" + ended.id)
        try await world.driver.stop(folder, grace: world.settings.stopGrace)
        // However it came to this: nobody answers at its address any more.
        _ = await board.set([], of: ended.id, revision: number)
        ended.phase = .ended
        let saved = ended
        try await world.store.write { try $0.save(saved) }
        try await fill(ordinal, with: ended)
    }
}

extension RevisionRunner.Place {
    /// What the event `ready` of a container says besides.
    struct TCP: Hashable {
        var host: String
        var port: Int
        var livenessPort: Int
        var livenessPath: String

        init?(_ event: InstanceEvent) {
            guard let host = event.body["host"]?.stringValue, let port = event.body["port"]?.intValue else {
                return nil
            }
            self.host = host
            self.port = port
            livenessPort = event.body["livenessPort"]?.intValue ?? port
            livenessPath = event.body["livenessPath"]?.stringValue ?? "/"
        }
    }

    var healthTarget: HealthTarget {
        tcp.map { .tcp(host: $0.host, port: $0.livenessPort, path: $0.livenessPath) } ?? .unix(plan.folder.healthSocket)
    }
}
