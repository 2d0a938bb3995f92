import BerthAPI
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import BerthStore
import BerthTesting
import Foundation
import Logging
import Synchronization
import Testing

@testable import BerthControl

/// A control plane in a world of fakes: a driver that starts nothing, a gateway that remembers tables, a clock that the
/// test moves. Its folder is removed with it.
final class Bench: Sendable {
    let home: BerthHome
    let store: Store
    let driver = FakeDriver()
    let gateway = FakeGateway()
    let environments = FakeEnvironments()
    let health = FakeHealth()
    let clock = TestClock()
    let world: ControlWorld
    let plane: ControlPlane

    /// With a `store` and a `service` made on it: a server, which also has workspaces.
    init(
        settings: ControlSettings = ControlSettings(),
        store known: Store? = nil,
        service: ServiceFacts? = nil
    ) throws {
        home = BerthHome(environment: ["BERTH_HOME": "/tmp/bc-\(UUID().uuidString.prefix(8))"])
        try home.create()
        try FileManager.default.createDirectory(atPath: home.path + "/code", withIntermediateDirectories: true)
        try Data("def init(): pass\n".utf8).write(to: URL(filePath: home.path + "/code/score.py"))
        store = try known ?? Store(path: nil)
        world = ControlWorld(
            store: store,
            home: home,
            driver: driver,
            environments: environments,
            routes: gateway,
            health: health,
            diagnose: { evidence in [Diagnostic(.containerCrashed, nil, "the instance failed: \(evidence.trigger)")] },
            inferenceServer: "/libexec/berth_infsrv",
            machine: Machine(cores: Cores(4), memory: .gibibytes(8)),
            clock: clock,
            now: { 1_700_000_000 },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            settings: settings,
            service: service
        )
        plane = ControlPlane(world: world)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: home.path) } catch { print("left behind: \(home.path)") }
    }

    // MARK: Asking

    func putEndpoint(_ change: (inout EndpointSpec) -> Void = { _ in }) async throws {
        var spec = EndpointSpec(name: "shop")
        change(&spec)
        _ = try await plane.putEndpoint(spec, in: .local)
    }

    func spec(_ name: String = "blue", _ change: (inout DeploymentSpec) -> Void = { _ in }) -> DeploymentSpec {
        var spec = DeploymentSpec(name: name, endpointName: "shop")
        spec.code = CodeConfiguration(code: home.path + "/code", scoringScript: "score.py")
        change(&spec)
        return spec
    }

    func put(_ spec: DeploymentSpec) async throws -> String {
        try await plane.putDeployment(spec, in: .local, requestID: "request").operation
    }

    /// Puts and waits for the end.
    @discardableResult
    func putAndWait(_ spec: DeploymentSpec) async throws -> OperationResource {
        try await end(of: try await put(spec))
    }

    func delete(_ name: String = "blue") async throws -> String? {
        try await plane.deleteDeployment(key(name), in: .local, requestID: "request")
    }

    func key(_ name: String = "blue") -> DeploymentKey {
        DeploymentKey(workspace: "local", endpoint: "shop", name: name)
    }

    func deployment(_ name: String = "blue") async throws -> DeploymentResource {
        try await plane.deployment(key(name), in: .local)
    }

    /// The operation when it has ended. `moving`: the clock goes on meanwhile by this much at a time.
    func end(of id: String, moving step: Duration? = nil, on other: ControlPlane? = nil) async throws
        -> OperationResource
    {
        let plane = other ?? plane
        var last: OperationResource?
        try await until("operation \(id) has ended") {
            if let step { clock.advance(by: step) }
            last = try await plane.operation(id, after: 0, wait: .zero)
            return last?.status != .inProgress
        }
        return try #require(last)
    }

    // MARK: Seeing

    /// Ids of the instances that the gateway sends to, by deployment.
    var routed: [String: [String]] {
        guard let endpoint = gateway.table?.endpoints.first else { return [:] }
        return Dictionary(uniqueKeysWithValues: endpoint.deployments.map { ($0.name, $0.instances.map(\.id)) })
    }

    func intended() async throws -> [String] {
        try await store.read { try $0.allInstances() }.filter { $0.phase == .intended }.map(\.id)
    }

    func inProgress() async throws -> [OperationRecord] { try await store.read { try $0.operationsInProgress() } }

    /// Nothing runs, nothing is meant to run, nothing is routed.
    func expectNothingLeft(_ location: Testing.SourceLocation = #_sourceLocation) async throws {
        #expect(driver.running == [], sourceLocation: location)
        #expect(try await intended() == [], sourceLocation: location)
        #expect(routed.values.flatMap(\.self) == [], sourceLocation: location)
        #expect(try await inProgress() == [], sourceLocation: location)
        #expect(await plane.runners.isEmpty, sourceLocation: location)
    }
}

/// Gives way until `condition` holds. Fails the test where it takes longer than a machine that is loaded could need.
func until(
    _ what: @autoclosure () -> String,
    _ location: Testing.SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("not in time: \(what())", sourceLocation: location)
            throw CancellationError()
        }
        await Task.yield()
    }
}
