import BerthAPI
package import BerthDiagnostics
import BerthModel
import BerthRuntime
import BerthStore
import Logging

/// The control plane: accepts what users want, carries it out, and keeps it true.
///
/// Every change is accepted in one transaction (intended state and operation together), then carried out by a task that
/// this actor owns. A restart resumes what was accepted.
package actor ControlPlane {
    let world: ControlWorld
    let board = ReadyBoard()
    let operations: OperationBoard
    let routes: RouteReconciler
    let capacityQueue = CapacityQueue()
    var runners: [Int: RevisionRunner] = [:]
    /// What carries out an operation, by its id; drains have ids of their own.
    var tasks: [String: Task<Void, Never>] = [:]
    /// The operation that starts a revision, while its task runs.
    var puts: [Int: String] = [:]
    private(set) var isStopping = false
    /// Whether a task tries to publish routes that were refused.
    private var isRepublishing = false
    /// When something was last asked or went on, for the idle check of a local control plane.
    private var lastActivity: ContinuousClock.Instant = .now

    package init(world: ControlWorld) {
        self.world = world
        operations = OperationBoard(progressKept: world.settings.progressKept, clock: world.clock)
        routes = RouteReconciler(world: world, board: board)
    }

    /// Ends what this process does; instances and the gateway go on, operations resume at the next start.
    package func shutdown() async {
        isStopping = true
        let running = tasks.values
        for task in running { task.cancel() }
        for task in running { await task.value }
        for runner in runners.values { await runner.abandon() }
    }

    /// Ends the instances themselves, after `shutdown`. What is wanted stays: the next start starts them again.
    package func endInstances() async {
        let running: [InstanceRecord]
        do throws(Diagnostic) {
            running = try await world.store.read {
                try $0.instances(intendedIn: RevisionRecord.Phase.allCases)
            }
        } catch {
            world.logger.error("instances were not ended", metadata: ["cause": "\(error.message)"])
            return
        }
        await withTaskGroup(of: Void.self) { group in
            for instance in running {
                group.addTask { [world] in
                    let folder = InstanceFolder(path: world.home.instancesFolder + "/" + instance.id)
                    do throws(Diagnostic) {
                        try await world.driver.stop(folder, grace: world.settings.stopGrace)
                    } catch {
                        world.logger.error(
                            "an instance was not ended",
                            metadata: ["instance": "\(instance.id)", "cause": "\(error.message)"]
                        )
                    }
                }
            }
        }
    }

    /// Whether no endpoint of the workspace `local` exists and nothing has happened for `quiet`.
    package func isIdle(for quiet: Duration) async throws(Diagnostic) -> Bool {
        let count = try await world.store.read { try $0.endpoints().count }
        return count == 0 && tasks.isEmpty && ContinuousClock.now - lastActivity > quiet
    }

    package func touch() { lastActivity = .now }

    // MARK: Tasks

    /// Owns `work` under `id` until it ends.
    func own(_ id: String, _ work: @escaping @Sendable () async -> Void) {
        guard !isStopping else { return }
        tasks[id] = Task {
            await work()
            self.finished(id)
        }
    }

    private func finished(_ id: String) {
        tasks[id] = nil
        lastActivity = .now
    }

    // MARK: Runners

    /// The runner of a revision, made where there is none.
    func runner(of revision: RevisionRecord, spec: DeploymentSpec, plan: RevisionPlan) -> RevisionRunner {
        if let runner = runners[revision.number] { return runner }
        let key = revision.key
        let number = revision.number
        var plan = plan
        plan.owner = key.workspace == WorkspaceScope.local.workspace ? nil : "\(key.workspace)/\(key.endpoint)"
        let runner = RevisionRunner(
            number: number,
            spec: spec,
            plan: plan,
            world: world,
            board: board,
            routesChanged: { await self.publishRoutes() },
            failed: { await self.record($0, of: key, revision: number) }
        )
        runners[number] = runner
        return runner
    }

    /// Who may score with a token has changed, perhaps: the gateway must know.
    package func rolesChanged() async { await publishRoutes() }

    /// Publishes the routes, and again until the gateway has taken them: a table that was refused must not stay behind
    /// what is true.
    func publishRoutes() async {
        do throws(Diagnostic) {
            try await routes.publish()
        } catch {
            world.logger.warning("routes were not published", metadata: ["cause": "\(error.message)"])
            guard !isRepublishing else { return }
            isRepublishing = true
            own("routes \(newID())") { await self.republish() }
        }
    }

    private func republish() async {
        defer { isRepublishing = false }
        while true {
            do { try await world.clock.sleep(for: world.settings.routesPeriod) } catch { return }
            do throws(Diagnostic) {
                try await routes.publish()
                return
            } catch {
                world.logger.warning("routes are still not published", metadata: ["cause": "\(error.message)"])
            }
        }
    }

    /// Keeps what went wrong while serving, for `diagnose` and `show`.
    private func record(_ diagnostics: [Diagnostic], of key: DeploymentKey, revision: Int) async {
        do throws(Diagnostic) {
            try await world.store.write { transaction in
                guard var deployment = try transaction.deployment(key), deployment.servingRevision == revision else {
                    return
                }
                deployment.failures = diagnostics.map(\.json)
                try transaction.save(deployment)
            }
        } catch {
            world.logger.error("a failure was not kept", metadata: ["cause": "\(error.message)"])
        }
    }

    func newID() -> String {
        var generator = SystemRandomNumberGenerator()
        func hex(_ count: Int) -> String {
            (0..<count).map { _ in String(Int.random(in: 0..<16, using: &generator), radix: 16) }.joined()
        }
        return "\(hex(8))-\(hex(4))-4\(hex(3))-a\(hex(3))-\(hex(12))"
    }
}
