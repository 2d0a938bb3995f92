import BerthAPI
import BerthDiagnostics
import BerthModel
import BerthStore
import BerthTesting
import Testing

@testable import BerthControl

/// The first workspace of a server, which has quota, unlike the built-in one.
private let team = "default"

private func key(_ name: String) -> DeploymentKey {
    DeploymentKey(workspace: team, endpoint: "shop", name: name)
}

extension Bench {
    fileprivate var scope: WorkspaceScope {
        get async throws {
            try #require(try await store.read { try $0.workspace(team) }).scope
        }
    }

    fileprivate func deploy(_ name: String, _ size: String, _ instances: Int = 1, waits: Bool = false) async throws
        -> String
    {
        let wanted = spec(name) {
            $0.instanceType = size
            $0.instanceCount = instances
            if waits { $0.properties["berth.wait_for_capacity"] = "true" }
        }
        return try await plane.putDeployment(wanted, in: try await scope, requestID: "request").operation
    }

    fileprivate func endpointWithQuota(_ cores: Int) async throws {
        _ = try await plane.putEndpoint(EndpointSpec(name: "shop"), in: try await scope)
        try await plane.setQuota(of: team, family: "standardfsv2family", isOwn: false, cores: Cores(cores))
    }

    fileprivate func used() async throws -> [Cores] {
        try await plane.quota(of: team, isOwn: false)?.filter { $0.used.count > 0 }.map(\.used) ?? []
    }

    fileprivate func holds() async throws -> Int {
        try await store.read { try $0.quotaHolds().count + $0.capacityHolds().count }
    }
}

@Suite("Quota and capacity of deployments")
struct QuotaTests {
    @Test("too little quota fails with the numbers of the service, who holds it, and what fits")
    func refused() async throws {
        let bench = try await ServerBench().bench
        try await bench.endpointWithQuota(12)
        #expect(try await bench.end(of: bench.deploy("blue", "Standard_F4s_v2")).status == .succeeded)
        let operation = try await bench.end(of: bench.deploy("green", "Standard_F4s_v2"))
        let failure = try #require(operation.failure)
        #expect(failure.code == .notEnoughQuota)
        #expect(failure.reason == .quotaExceeded)
        #expect(failure.message.contains("current usage/limit 8/12, additional needed 8"), "\(failure.message)")
        #expect(failure.evidence.contains { $0.text.contains("shop/blue") })
        #expect(failure.help.contains { $0.contains("Standard_F2s_v2") })
        #expect(try await bench.used() == [Cores(8), Cores(8)])
        #expect(try await bench.holds() == 2)
    }

    @Test("quota comes back after a failure, after a failed update, and after a delete")
    func givenBack() async throws {
        let bench = try await ServerBench().bench
        try await bench.endpointWithQuota(100)
        bench.driver.script(.importFailed)
        #expect(try await bench.end(of: bench.deploy("blue", "Standard_F4s_v2")).status == .failed)
        #expect(try await bench.holds() == 0)
        #expect(try await bench.end(of: bench.deploy("blue", "Standard_F4s_v2")).status == .succeeded)
        bench.driver.script(.importFailed)
        #expect(try await bench.end(of: bench.deploy("blue", "Standard_F4s_v2", 5)).status == .failed)
        #expect(try await bench.used() == [Cores(8), Cores(8)])
        #expect(try await bench.end(of: bench.deploy("blue", "Standard_F4s_v2", 2)).status == .succeeded)
        try await until("the old revision has ended") {
            bench.clock.advance(by: .milliseconds(50))
            return try await bench.holds() == 2
        }
        #expect(try await bench.used() == [Cores(12), Cores(12)])
        let id = try #require(try await bench.plane.deleteDeployment(key("blue"), in: bench.scope, requestID: "r"))
        #expect(try await bench.end(of: id).status == .succeeded)
        #expect(try await bench.holds() == 0)
    }

    @Test("the built-in workspace has no quota; what it runs counts as room on the machine")
    func local() async throws {
        let bench = try await ServerBench().bench
        try await bench.putEndpoint()
        let wanted = bench.spec { $0.instanceType = "Standard_NC96ads_A100_v4" }
        #expect(try await bench.putAndWait(wanted).status == .succeeded)
        #expect(try await bench.plane.quota(of: "local", isOwn: false) == nil)
        #expect(try await bench.plane.capacity().capacity.freeCores == Cores(4 * 15))
        await #expect(throws: Diagnostic.self) {
            try await bench.plane.setQuota(of: "local", family: nil, isOwn: false, cores: Cores(1))
        }
    }

    @Test("a machine that is full says so, with what is free and what would fit")
    func full() async throws {
        var settings = ControlSettings()
        settings.overcommit = Overcommit(cores: 1, memory: 1)
        let bench = try await ServerBench(settings: settings).bench
        try await bench.endpointWithQuota(100)
        #expect(try await bench.end(of: bench.deploy("blue", "Standard_F2s_v2")).status == .succeeded)
        let failure = try #require(try await bench.end(of: bench.deploy("green", "Standard_F4s_v2")).failure)
        #expect(failure.code == .outOfCapacity)
        #expect(failure.reason == .podUnschedulable)
        #expect(failure.message.contains("8 GiB of memory wanted, 4 GiB free"), "\(failure.message)")
        #expect(failure.help.contains { $0.contains("Standard_F2s_v2") })
        let hopeless = try #require(
            try await bench.end(of: bench.deploy("red", "Standard_F4s_v2", 3, waits: true)).failure
        )
        #expect(hopeless.reason == .resourceRequestTooLarge)
        #expect(try await bench.holds() == 2)
    }

    @Test("whoever waits for room gets it in their turn, and a delete takes one out of the queue")
    func waits() async throws {
        var settings = ControlSettings()
        settings.overcommit = Overcommit(cores: 1, memory: 1)
        let bench = try await ServerBench(settings: settings).bench
        try await bench.endpointWithQuota(100)
        #expect(try await bench.end(of: bench.deploy("blue", "Standard_F4s_v2")).status == .succeeded)
        let green = try await bench.deploy("green", "Standard_F4s_v2", waits: true)
        try await until("green waits") { try await bench.plane.capacity().waiting.count == 1 }
        let red = try await bench.deploy("red", "Standard_F2s_v2", waits: true)
        try await until("red waits") { try await bench.plane.capacity().waiting.count == 2 }
        let gone = try #require(
            try await bench.plane.deleteDeployment(key("green"), in: try await bench.scope, requestID: "r")
        )
        #expect(try await bench.end(of: gone).status == .succeeded)
        #expect(try await bench.plane.operation(green, after: 0, wait: .zero).status == .canceled)
        #expect(try await bench.plane.capacity().waiting.count == 1)
        let freed = try #require(try await bench.plane.deleteDeployment(key("blue"), in: bench.scope, requestID: "r"))
        #expect(try await bench.end(of: freed).status == .succeeded)
        #expect(try await bench.end(of: red).status == .succeeded)
        #expect(bench.driver.running == ["red-r3i0n0"])
    }

    @Test("one who waits goes on waiting after a restart of the control plane")
    func restart() async throws {
        var settings = ControlSettings()
        settings.overcommit = Overcommit(cores: 1, memory: 1)
        let bench = try await ServerBench(settings: settings).bench
        try await bench.endpointWithQuota(100)
        #expect(try await bench.end(of: bench.deploy("blue", "Standard_F4s_v2")).status == .succeeded)
        let green = try await bench.deploy("green", "Standard_F4s_v2", waits: true)
        try await until("green waits") { try await bench.plane.capacity().waiting.count == 1 }
        await bench.plane.shutdown()
        let plane = ControlPlane(world: bench.world)
        try await plane.recover()
        try await until("green waits again") { try await plane.capacity().waiting.count == 1 }
        let freed = try #require(
            try await plane.deleteDeployment(key("blue"), in: try await bench.scope, requestID: "r")
        )
        #expect(try await bench.end(of: freed, on: plane).status == .succeeded)
        #expect(try await bench.end(of: green, on: plane).status == .succeeded)
        await plane.shutdown()
    }

    @Test("the preset limits of endpoints and deployments hold where there is quota")
    func presets() async throws {
        var settings = ControlSettings()
        settings.limits.endpointsPerRegion = 2
        settings.limits.deploymentsPerRegion = 1
        let bench = try await ServerBench(settings: settings).bench
        try await bench.endpointWithQuota(100)
        _ = try await bench.plane.putEndpoint(EndpointSpec(name: "other"), in: try await bench.scope)
        _ = try await bench.plane.putEndpoint(EndpointSpec(name: "other"), in: try await bench.scope)
        await #expect(throws: Diagnostic.self) {
            try await bench.plane.putEndpoint(EndpointSpec(name: "third"), in: try await bench.scope)
        }
        _ = try await bench.end(of: bench.deploy("blue", "Standard_F4s_v2"))
        await #expect(throws: Diagnostic.self) { try await bench.deploy("green", "Standard_F4s_v2") }
        _ = try await bench.end(of: bench.deploy("blue", "Standard_F4s_v2"))
    }

    @Test("a request is kept until a limit is set; families are known by name")
    func requests() async throws {
        let bench = try await ServerBench().bench
        try await bench.endpointWithQuota(8)
        try await bench.plane.requestQuota(of: team, family: "STANDARDFSv2family", cores: Cores(40), reason: "test")
        func row() async throws -> QuotaUsage? {
            try await bench.plane.quota(of: team, isOwn: false)?.first { $0.family == "standardFSv2Family" }
        }
        #expect(try await row()?.requested == Cores(40))
        try await bench.plane.setQuota(of: team, family: "standardFSv2Family", isOwn: false, cores: Cores(40))
        #expect(try await row()?.requested == nil)
        #expect(try await row()?.limit == Cores(40))
        await #expect(throws: Diagnostic.self) {
            try await bench.plane.setQuota(of: team, family: "standardFSv2Family", isOwn: true, cores: Cores(41))
        }
        await #expect(throws: Diagnostic.self) {
            try await bench.plane.setQuota(of: team, family: "Standard_F4s_v2", isOwn: false, cores: Cores(1))
        }
    }

    @Test("random changes never go over a limit and leave nothing", arguments: 0..<10 as Range<UInt64>)
    func random(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let bench = try await ServerBench().bench
        try await bench.endpointWithQuota(20)
        let names = ["blue", "green", "red"]
        for _ in 0..<20 {
            let name = names.randomElement(using: &random) ?? "blue"
            if Int.random(in: 0..<3, using: &random) == 0 {
                if let id = try await bench.plane.deleteDeployment(key(name), in: try await bench.scope, requestID: "r")
                {
                    _ = try await bench.end(of: id, moving: .milliseconds(50))
                }
            } else {
                if Bool.random(using: &random) { bench.driver.script(.killed) }
                let id = try await bench.deploy(name, "Standard_F2s_v2", Int.random(in: 1...5, using: &random))
                _ = try await bench.end(of: id, moving: .milliseconds(50))
            }
            #expect(try await bench.used().allSatisfy { $0.count <= 20 }, "seed \(seed)")
        }
        for name in names {
            if let id = try await bench.plane.deleteDeployment(key(name), in: try await bench.scope, requestID: "r") {
                _ = try await bench.end(of: id, moving: .milliseconds(50))
            }
        }
        try await until("all is given back") {
            bench.clock.advance(by: .milliseconds(50))
            return try await bench.holds() == 0
        }
        #expect(bench.driver.running == [], "seed \(seed)")
    }
}
