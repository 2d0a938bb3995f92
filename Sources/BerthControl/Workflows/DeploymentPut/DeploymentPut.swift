import BerthAPI
import BerthDiagnostics
import BerthModel
import BerthStore

/// Creating or updating a deployment, as the documented error table reads: one file a step, each owning its codes.
///
/// The new revision is started beside the one that serves and takes the route when it is ready; where it does not
/// become ready, the old one goes on serving. Every step may be run twice with the same result.
struct DeploymentPut: Sendable {
    let world: ControlWorld
    let operation: OperationRecord
    var revision: RevisionRecord
    var spec: DeploymentSpec
    let capacity: CapacityQueue
    /// Tells those who wait what happens now.
    let progress: @Sendable (OperationResource.Progress) async -> Void

    /// Assets, environment and code: all that comes before an instance can be started. The put that goes on has them in
    /// its spec, and its revision is kept with them: a restart finds the same.
    func prepare() async throws(Diagnostic) -> (DeploymentPut, RevisionPlan) {
        if let stored = revision.launch, let plan = RevisionPlan(json: stored) { return (self, plan) }
        try ValidateSpec(settings: world.settings).run(spec)
        var put = self
        let (resolved, log) = try await ResolveAssets(put: self).run()
        put.spec = resolved
        try ValidateSpec(settings: world.settings).run(resolved)
        try await ReserveQuota(put: put).run()
        try await PlaceInstances(put: put, queue: capacity).run()
        let environment = try await PrepareEnvironment(put: put).run()
        let code = try await FetchCode(put: put).run()
        var plan = RevisionPlan(
            environment: environment,
            code: code,
            memoryLimit: world.machine.share(of: spec.instanceType.flatMap(InstanceType.named)).memory.count,
            workerCount: max(1, spec.environmentVariables["WORKER_COUNT"].flatMap(Int.init) ?? 1)
        )
        plan.fetched = log
        put.revision.launch = plan.json
        put.revision.spec =
            DeploymentResource(scope: .local, spec: resolved, state: .creating, location: "local").json
        let saved = put.revision
        try await world.store.write { try $0.save(saved) }
        return (put, plan)
    }

    /// Starts the instances and waits until all of them answer. Throws `FailedPut`, or `CancellationError` where this
    /// task was cancelled while it waited.
    func bringUp(_ runner: RevisionRunner) async throws {
        let count = spec.instanceCount
        await progress(.init(step: count == 1 ? "starting the instance" : "starting \(count) instances"))
        try await runner.start()
        await progress(.init(step: "waiting until it is ready"))
        switch await runner.waitUntilReady() {
        case .ready: return
        case .failed(let diagnostics): throw FailedPut(diagnostics)
        case .stopped: throw FailedPut([Diagnostic(.operationCanceled, nil, "the deployment was deleted meanwhile")])
        case .interrupted: throw CancellationError()
        }
    }
}

/// The causes for which an operation failed, the deciding one first.
struct FailedPut: Error {
    let diagnostics: [Diagnostic]

    init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
}

/// What an instance may use of the machine.
enum InstanceSize {
    /// What to say where the type is larger than the machine.
    static func warning(of spec: DeploymentSpec, machine: Machine) -> Diagnostic? {
        guard let type = spec.instanceType.flatMap(InstanceType.named), machine.share(of: type).isClipped else {
            return nil
        }
        return Diagnostic(
            .outOfCapacity,
            .resourceRequestTooLarge,
            "`\(type.name)` has \(type.cores.count) cores and \(type.memory.text), this machine \(machine.cores.count) and"
                + " \(machine.memory.text): the instance gets what there is",
            severity: .warning
        )
    }
}
