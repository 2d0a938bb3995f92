package import BerthDiagnostics
import BerthJSON
import BerthModel
package import BerthRuntime
import Synchronization

/// A driver whose instances are entries of a table: what happens to each is scripted, nothing is started.
package final class FakeDriver: InstanceDriver {
    /// What the next start does.
    package enum Script: Hashable, Sendable {
        /// Every worker reports that it is ready.
        case ready
        /// The script cannot be imported: the instance ends with status 3.
        case importFailed
        /// It runs and never answers.
        case hang
        /// Killed from outside.
        case killed
        /// `start` throws.
        case refused
        /// `start` waits until `release()`, then every worker is ready.
        case held
    }

    private struct Instance {
        var plan: InstancePlan
        var condition: InstanceCondition
        var events: [InstanceEvent] = []
        var readers: [AsyncStream<InstanceEvent>.Continuation] = []
    }

    private struct State {
        var instances: [String: Instance] = [:]
        var scripts: [Script] = []
        var usual = Script.ready
        var starts: [String] = []
        var stops: [String] = []
        var dumps: [String] = []
        var held: [CheckedContinuation<Void, Never>] = []
        var refusesStops = false
    }

    package let name = "fake"
    private let state = Mutex(State())

    package init() {}

    // MARK: What tests set and see

    /// The scripts of the next starts, in order; later ones do what `usual` says.
    package func script(_ scripts: Script...) { state.withLock { $0.scripts += scripts } }
    package func setUsual(_ script: Script) { state.withLock { $0.usual = script } }
    package func refuseStops(_ refuses: Bool) { state.withLock { $0.refusesStops = refuses } }

    /// Ids of the instances that run, sorted.
    package var running: [String] {
        state.withLock { state in
            state.instances.values.filter { if case .running = $0.condition { true } else { false } }
                .map(\.plan.folder.instanceID).sorted()
        }
    }

    /// Ids in the order of their starts; an instance that was left running counts again.
    package var starts: [String] { state.withLock(\.starts) }
    package var dumps: [String] { state.withLock(\.dumps) }
    package var heldCount: Int { state.withLock(\.held.count) }

    package func plan(of id: String) -> InstancePlan? {
        state.withLock { state in state.instances.values.first { $0.plan.folder.instanceID == id }?.plan }
    }

    /// Lets the starts that are held go on.
    package func release() {
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    /// The instance ends by itself.
    package func crash(_ id: String, ending: ExitReport.Ending = .signaled(9)) { end(id, ending, by: nil) }

    /// Nothing of the instance is left, and nobody wrote how it ended.
    package func lose(_ id: String) {
        withInstance(id) { instance in
            instance.condition = .lost
            Self.tell(Self.event(.lost), &instance)
            Self.close(&instance)
        }
    }

    /// The machine went down: like `lose`, but there is nobody to tell it.
    package func loseSilently(_ id: String) { withInstance(id) { $0.condition = .lost } }

    package func emit(_ name: InstanceEvent.Name, worker: Int? = nil, from id: String) {
        withInstance(id) { Self.tell(Self.event(name, worker: worker), &$0) }
    }

    // MARK: InstanceDriver

    package func fingerprint() async -> DriverFingerprint { DriverFingerprint(enforced: [], notEnforced: []) }

    package func start(_ plan: InstancePlan) async throws(Diagnostic) {
        let path = plan.folder.path
        let script: Script? = state.withLock { state in
            state.starts.append(plan.folder.instanceID)
            if case .running = state.instances[path]?.condition { return nil }
            return state.scripts.isEmpty ? state.usual : state.scripts.removeFirst()
        }
        guard let script else { return }
        if script == .refused {
            throw Diagnostic(.containerStartFailed, nil, "the fake driver refused to start")
        }
        if script == .held { await withCheckedContinuation { held in state.withLock { $0.held.append(held) } } }
        state.withLock { state in
            state.instances[path] = Instance(plan: plan, condition: .running(pid: 1000 + state.starts.count))
        }
        let id = plan.folder.instanceID
        emit(.launched, from: id)
        emit(.boot, from: id)
        switch script {
        case .ready, .held:
            for worker in 0..<plan.workerCount { emit(.ready, worker: worker, from: id) }
        case .importFailed:
            emit(.importFailed, from: id)
            end(id, .exited(status: 3), by: nil)
        case .killed: end(id, .signaled(9), by: nil)
        case .hang, .refused: break
        }
    }

    package func events(of instance: InstanceFolder) -> AsyncStream<InstanceEvent> {
        let (stream, continuation) = AsyncStream<InstanceEvent>.makeStream()
        state.withLock { state in
            guard var found = state.instances[instance.path] else { return continuation.finish() }
            for event in found.events { continuation.yield(event) }
            if case .running = found.condition {
                found.readers.append(continuation)
                state.instances[instance.path] = found
            } else {
                continuation.finish()
            }
        }
        return stream
    }

    package func inspect(_ instance: InstanceFolder) async -> InstanceCondition {
        state.withLock { $0.instances[instance.path]?.condition ?? .absent }
    }

    package func dump(_ instance: InstanceFolder) async throws(Diagnostic) {
        state.withLock { $0.dumps.append(instance.instanceID) }
        emit(.stack, from: instance.instanceID)
    }

    package func stop(_ instance: InstanceFolder, grace: Duration) async throws(Diagnostic) {
        let refuses = state.withLock { state in
            state.stops.append(instance.instanceID)
            return state.refusesStops
        }
        if refuses { throw Diagnostic(.internalError, .platformFault, "the fake driver refused to stop") }
        end(instance.instanceID, .signaled(15), by: .stop)
    }

    // MARK: The table

    private func withInstance(_ id: String, _ body: (inout Instance) -> Void) {
        state.withLock { state in
            guard let path = state.instances.keys.first(where: { $0.hasSuffix("/" + id) }),
                var instance = state.instances[path]
            else { return }
            body(&instance)
            state.instances[path] = instance
        }
    }

    private func end(_ id: String, _ ending: ExitReport.Ending, by killer: ExitReport.Killer?) {
        withInstance(id) { instance in
            guard case .running = instance.condition else { return }
            instance.condition = .exited(ExitReport(ending: ending, at: 0, seconds: 1, killedBy: killer))
            Self.tell(Self.event(.exited), &instance)
            Self.close(&instance)
        }
    }

    private static func tell(_ event: InstanceEvent, _ instance: inout Instance) {
        instance.events.append(event)
        for reader in instance.readers { reader.yield(event) }
    }

    private static func close(_ instance: inout Instance) {
        for reader in instance.readers { reader.finish() }
        instance.readers = []
    }

    private static func event(_ name: InstanceEvent.Name, worker: Int? = nil) -> InstanceEvent {
        InstanceEvent(name: name, at: 0, body: worker.map { ["worker": .integer($0)] } ?? [:])
    }
}
