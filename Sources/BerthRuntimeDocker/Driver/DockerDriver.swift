/// BerthRuntimeDocker: starts instances as containers of Docker or Podman, over the Engine API.
package import BerthDiagnostics
import BerthJSON
import BerthModel
package import BerthRuntime
import Foundation
import Synchronization

/// Starts instances as containers. What is known about one lies in its folder and in the engine: a new control plane finds
/// both again.
package final class DockerDriver: InstanceDriver {
    private struct State {
        var logs: [String: Task<Void, Never>] = [:]
        var killers: [String: ExitReport.Killer] = [:]
        /// Whether the engine has an init process; learned from the first refusal.
        var hasInit = true
    }

    let engine: EngineClient
    private let states = Mutex(State())

    package init(engine: EngineClient) { self.engine = engine }

    package var name: String { "docker" }

    /// Whether a folder's instance is, or was, a container.
    package static func owns(_ folder: InstanceFolder) -> Bool {
        access(ContainerRecord.file(in: folder), F_OK) == 0
    }

    /// What the engine enforces for every container that is made here.
    var limits: DriverFingerprint {
        DriverFingerprint(
            enforced: [
                "own-view", "cgroup-memory", "cgroup-cpu", "pids-limit", "no-new-privileges", "seccomp", "own-network",
            ],
            notEnforced: []
        )
    }

    package func fingerprint() async -> DriverFingerprint {
        do throws(EngineFailure) {
            _ = try await engine.call("GET", "/_ping", timeout: .seconds(5))
            return limits
        } catch {
            return DriverFingerprint(enforced: [], notEnforced: ["no container engine: \(error.message)"])
        }
    }

    // MARK: Start

    package func start(_ plan: InstancePlan) async throws(Diagnostic) {
        guard let container = plan.container else { preconditionFailure("a plan without a container") }
        let record = ContainerRecord(plan, container)
        do throws(EngineFailure) {
            // An instance lives once: one that has ended is not started again by a repeated call.
            if let known = try await state(record.name), known.phase != .created { return }
        } catch { throw EngineWords.unreachable(error, engine.address) }
        if plan.folder.exitReport() != nil { return }
        try plan.folder.create()
        try record.write(to: plan.folder)
        do throws(EngineFailure) {
            try await create(plan, container, record.name)
            _ = try await engine.call("POST", "/containers/\(record.name)/start")
        } catch {
            let words = EngineWords.start(error, plan, image: container.image, engine.address)
            await discard(record.name)
            throw words
        }
    }

    private func create(_ plan: InstancePlan, _ container: ContainerPlan, _ name: String) async throws(EngineFailure) {
        let user = "\(getuid()):\(getgid())"
        let hasInit = states.withLock(\.hasInit)
        let body = ContainerRequest.body(plan, container, user: user, hasInit: hasInit)
        do throws(EngineFailure) {
            _ = try await engine.call("POST", "/containers/create", [("name", name)], body: body)
        } catch {
            // Made by an earlier call that was cut off.
            if error.status == 409 { return }
            // Podman without the package that has its init process.
            guard hasInit, error.message.contains("catatonit") || error.message.contains("init") else { throw error }
            states.withLock { $0.hasInit = false }
            try await create(plan, container, name)
        }
    }

    /// Takes away what was made of a container that did not start. What is left is found by its label at the next start.
    private func discard(_ name: String) async {
        _ = try? await engine.call("DELETE", "/containers/\(name)", [("force", "1"), ("v", "1")])  // As said above.
    }

    // MARK: Following

    package func events(of instance: InstanceFolder) -> AsyncStream<InstanceEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: InstanceEvent.self)
        guard let record = ContainerRecord.read(instance) else {
            continuation.finish()
            return stream
        }
        let watch = ContainerWatch(driver: self, folder: instance, record: record) { continuation.yield($0) }
        let task = Task {
            await watch.run()
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }

    /// nil: there is no such container.
    func state(_ name: String) async throws(EngineFailure) -> ContainerState? {
        do throws(EngineFailure) {
            let json = try await engine.call("GET", "/containers/\(name)/json", timeout: .seconds(20))
            return ContainerState(json: json)
        } catch {
            if error.status == 404 { return nil }
            throw error
        }
    }

    /// The task that follows a container's log: one a container, whoever asks.
    func followLog(of folder: InstanceFolder, name: String) -> Task<Void, Never> {
        states.withLock { state in
            if let known = state.logs[name] { return known }
            let log = ContainerLog(engine: engine, folder: folder, name: name)
            let task = Task {
                await log.follow()
                self.states.withLock { $0.logs[name] = nil }
            }
            state.logs[name] = task
            return task
        }
    }

    func waitForLog(_ task: Task<Void, Never>, atMost patience: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await task.value }
            group.addTask {
                // Cancelled when the log has ended first.
                try? await Task.sleep(for: patience)
            }
            await group.next()
            group.cancelAll()
            task.cancel()
        }
    }

    func killer(of name: String) -> ExitReport.Killer? { states.withLock { $0.killers[name] } }

    /// Writes how an instance ended, once: the first report counts.
    func keep(_ report: ExitReport, of folder: InstanceFolder) -> ExitReport {
        if let known = folder.exitReport() { return known }
        // Where the disk is full, the engine still has it until the container is removed.
        try? AtomicFile.write(report.json.utf8, to: folder.exitReportFile)
        return report
    }

    package func inspect(_ instance: InstanceFolder) async -> InstanceCondition {
        guard let record = ContainerRecord.read(instance) else { return .absent }
        while true {
            do throws(EngineFailure) {
                guard let state = try await state(record.name) else {
                    return instance.exitReport().map { .exited($0) } ?? .lost
                }
                switch state.phase {
                case .created: return .absent
                case .running(let pid): return .running(pid: pid)
                case .ended: return .exited(keep(state.report(killedBy: killer(of: record.name)), of: instance))
                }
            } catch {
                // An engine that is away says nothing about its containers: it is waited for, as long as the caller does.
                if let report = instance.exitReport() { return .exited(report) }
                do { try await Task.sleep(for: ContainerLog.retry) } catch { return .lost }
            }
        }
    }

    /// Only our own server knows the signal.
    package func dump(_ instance: InstanceFolder) async throws(Diagnostic) {
        guard let record = ContainerRecord.read(instance), record.inferenceConfig == nil else {
            throw Diagnostic(.resourceNotFound, nil, "instance `\(instance.instanceID)` runs a server of its own")
        }
        do throws(EngineFailure) {
            _ = try await engine.call("POST", "/containers/\(record.name)/kill", [("signal", "SIGUSR2")])
        } catch { throw EngineWords.fault(error, "a signal", engine.address) }
    }

    // MARK: Stop

    package func stop(_ instance: InstanceFolder, grace: Duration) async throws(Diagnostic) {
        guard let record = ContainerRecord.read(instance) else { return }
        do throws(EngineFailure) {
            guard let before = try await state(record.name) else { return forget(record.name) }
            if case .running = before.phase {
                states.withLock { $0.killers[record.name] = .stop }
                let seconds = max(0, Int((grace / .seconds(1)).rounded(.up)))
                _ = try await engine.call(
                    "POST",
                    "/containers/\(record.name)/stop",
                    [("t", String(seconds))],
                    timeout: grace + .seconds(30)
                )
            }
            if let log = states.withLock({ $0.logs[record.name] }) { await waitForLog(log, atMost: .seconds(2)) }
            if let after = try await state(record.name), after.phase != .created {
                _ = keep(after.report(killedBy: killer(of: record.name)), of: instance)
            }
            try await remove(record.name)
            forget(record.name)
        } catch { throw EngineWords.fault(error, "to end instance `\(instance.instanceID)`", engine.address) }
    }

    private func remove(_ name: String) async throws(EngineFailure) {
        do throws(EngineFailure) {
            _ = try await engine.call("DELETE", "/containers/\(name)", [("force", "1"), ("v", "1")])
        } catch {
            // Gone already, or going because somebody else removes it.
            guard error.status == 404 || error.status == 409 else { throw error }
        }
    }

    private func forget(_ name: String) {
        states.withLock { state in
            state.killers[name] = nil
            state.logs[name]?.cancel()
        }
    }

    /// Removes containers of this home's instances that have no folder any more. An engine that is away has none to remove
    /// now; returns how many there were.
    package func sweep(instancesFolder: String) async -> Int {
        let filter = JSONObject([("label", JSON(["\(ContainerRequest.homeLabel)=\(instancesFolder)"]))])
        do throws(EngineFailure) {
            let found = try await engine.call(
                "GET",
                "/containers/json",
                [("all", "1"), ("filters", JSON.object(filter).text())]
            )
            var count = 0
            for container in found.arrayValue ?? [] {
                guard let id = container["Id"]?.stringValue,
                    let instance = container["Labels"]?[ContainerRequest.instanceLabel]?.stringValue,
                    !Self.owns(InstanceFolder(path: instancesFolder + "/" + instance))
                else { continue }
                try await remove(id)
                count += 1
            }
            return count
        } catch { return 0 }
    }
}
