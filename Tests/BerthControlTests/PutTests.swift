import BerthAPI
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import BerthStore
import BerthTesting
import Testing

@testable import BerthControl

@Suite("Putting a deployment")
struct PutTests {
    @Test("a deployment that becomes ready has a route to its instance")
    func create() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        let operation = try await bench.putAndWait(bench.spec())
        #expect(operation.status == .succeeded)
        #expect(try await bench.deployment().state == .succeeded)
        #expect(bench.driver.running == ["blue-r1i0n0"])
        let entry = try #require(bench.gateway.table?.endpoints.first)
        #expect(entry.traffic == ["blue": 100])
        let folder = try #require(bench.driver.plan(of: "blue-r1i0n0")?.folder)
        #expect(entry.deployments.first?.instances.first?.addresses == [.unix(folder.workerSocket(0))])
        #expect(try await bench.inProgress() == [])
    }

    @Test("a deployment of several instances and workers waits for all of them")
    func several() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        bench.driver.script(.ready, .hang)
        let id = try await bench.put(
            bench.spec {
                $0.instanceCount = 2
                $0.environmentVariables["WORKER_COUNT"] = "2"
            }
        )
        try await until("both run") { bench.driver.running.count == 2 }
        bench.driver.emit(.ready, worker: 1, from: "blue-r1i1n0")
        #expect(bench.routed["blue"] == nil)
        bench.driver.emit(.ready, worker: 0, from: "blue-r1i1n0")
        #expect(try await bench.end(of: id).status == .succeeded)
        #expect(bench.routed["blue"] == ["blue-r1i0n0", "blue-r1i1n0"])
        #expect(bench.gateway.table?.endpoints.first?.deployments.first?.instances.first?.addresses.count == 2)
    }

    enum Step: String, CaseIterable { case environment, code, start, boot, killed, window, publish }

    @Test("a failure at any step leaves nothing behind and says why", arguments: Step.allCases)
    func fails(at step: Step) async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        var spec = bench.spec()
        let expected = try arrange(step, on: bench, &spec)
        let id = try await bench.put(spec)
        let operation = try await bench.end(of: id, moving: step == .window ? .seconds(400) : nil)
        #expect(operation.status == .failed)
        #expect(operation.failure?.message.contains(expected) == true, "\(String(describing: operation.failure))")
        #expect(operation.failure?.requestID == "request")
        let shown = try await bench.deployment()
        #expect(shown.state == .failed)
        #expect(shown.failure?.message == operation.failure?.message)
        #expect(try await bench.plane.diagnosis(of: bench.key()).count == 1)
        try await bench.expectNothingLeft()
        #expect(try await bench.store.read { try $0.revision(1) }?.phase == .failed)
    }

    @Test("a failed update leaves the old revision serving", arguments: Step.allCases)
    func failedUpdate(at step: Step) async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        try await bench.putAndWait(bench.spec())
        var spec = bench.spec()
        _ = try arrange(step, on: bench, &spec)
        let id = try await bench.put(spec)
        #expect(try await bench.deployment().state == .updating)
        let operation = try await bench.end(of: id, moving: step == .window ? .seconds(400) : nil)
        #expect(operation.status == .failed)
        #expect(bench.driver.running == ["blue-r1i0n0"])
        #expect(try await bench.intended() == ["blue-r1i0n0"])
        await bench.plane.publishRoutes()
        #expect(bench.routed["blue"] == ["blue-r1i0n0"])
        #expect(try await bench.store.read { try $0.revision(1) }?.phase == .serving)
        let record = try await bench.store.read { [key = bench.key()] in try $0.deployment(key) }
        #expect(record?.servingRevision == 1)
    }

    /// Makes a step fail; returns a part of what is said then.
    private func arrange(_ step: Step, on bench: Bench, _ spec: inout DeploymentSpec) throws -> String {
        switch step {
        case .environment:
            bench.environments.fail(Diagnostic(.imageBuildFailure, nil, "no such package"))
            return "no such package"
        case .code:
            spec.code?.code = bench.home.path + "/nowhere"
            return "nowhere"
        case .start:
            bench.driver.script(.refused)
            return "refused to start"
        case .boot:
            bench.driver.script(.importFailed)
            return "ended"
        case .killed:
            bench.driver.script(.killed)
            return "ended"
        case .window:
            bench.driver.script(.hang)
            return "readinessWindowPassed"
        case .publish:
            // The first publication of the put fails, those that follow work.
            bench.gateway.refuse(1)
            return "gateway does not answer"
        }
    }

    @Test("an instance that hangs is asked where, before it is given up")
    func dumps() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        bench.driver.script(.hang)
        let id = try await bench.put(bench.spec())
        _ = try await bench.end(of: id, moving: .seconds(400))
        #expect(bench.driver.dumps == ["blue-r1i0n0"])
    }

    @Test("an update switches first, then drains, then ends the old revision")
    func update() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        try await bench.putAndWait(bench.spec())
        bench.gateway.setBusy(["blue-r1i0n0": 1])
        #expect(try await bench.putAndWait(bench.spec()).status == .succeeded)
        #expect(bench.routed["blue"] == ["blue-r2i0n0"])
        #expect(bench.driver.running == ["blue-r1i0n0", "blue-r2i0n0"])
        bench.gateway.setBusy([:])
        try await until("the old one has ended") {
            bench.clock.advance(by: .milliseconds(50))
            return bench.driver.running == ["blue-r2i0n0"]
        }
        try await until("it is retired") { try await bench.store.read { try $0.revision(1) }?.phase == .retired }
    }

    @Test("of two puts at once the second is a conflict")
    func conflict() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        bench.environments.hold(true)
        let id = try await bench.put(bench.spec())
        let refused = await #expect(throws: Diagnostic.self) { try await bench.put(bench.spec()) }
        #expect(refused?.code == .conflict)
        #expect(refused?.reason == .operationInProgress)
        try await until("it is held") { bench.environments.heldCount == 1 }
        bench.environments.release()
        #expect(try await bench.end(of: id).status == .succeeded)
    }

    @Test("a boot failure that the instance got over is no end")
    func gotOver() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        bench.driver.script(.hang)
        let id = try await bench.put(bench.spec())
        try await until("it runs") { bench.driver.running.count == 1 }
        bench.driver.emit(.workerExited, worker: 0, from: "blue-r1i0n0")
        try await until("its end is awaited") { bench.clock.sleeperCount == 2 }
        bench.driver.emit(.ready, worker: 0, from: "blue-r1i0n0")
        #expect(try await bench.end(of: id).status == .succeeded)
        bench.clock.advance(by: .seconds(2))
        try await until("the health is asked for") { bench.clock.sleeperCount == 1 }
        #expect(bench.driver.starts == ["blue-r1i0n0"])
        #expect(bench.driver.running == ["blue-r1i0n0"])
    }
}
