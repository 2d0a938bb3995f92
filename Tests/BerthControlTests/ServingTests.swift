import BerthAPI
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import BerthStore
import BerthTesting
import Testing

@testable import BerthControl

@Suite("Keeping instances running")
struct ServingTests {
    /// A bench whose deployment `blue` serves.
    private func serving(instances: Int = 1) async throws -> Bench {
        let bench = try Bench()
        try await bench.putEndpoint()
        try await bench.putAndWait(bench.spec { $0.instanceCount = instances })
        return bench
    }

    @Test("an instance that ends is replaced, and the failure is kept")
    func restarted() async throws {
        let bench = try await serving()
        bench.driver.crash("blue-r1i0n0")
        try await until("its successor is routed") { bench.routed["blue"] == ["blue-r1i0n1"] }
        #expect(bench.driver.running == ["blue-r1i0n1"])
        #expect(try await bench.intended() == ["blue-r1i0n1"])
        let shown = try await bench.deployment()
        #expect(shown.state == .succeeded)
        #expect(shown.failure?.message.contains("ended") == true)
    }

    @Test("one that keeps ending is started later and later")
    func backsOff() async throws {
        let bench = try await serving()
        bench.driver.setUsual(.killed)
        bench.driver.crash("blue-r1i0n0")
        var expected = 2
        for delay in [1, 2, 4, 8, 16, 32, 60, 60] as [Int] {
            try await until("start \(expected)") { bench.driver.starts.count == expected }
            try await until("the next is awaited") { bench.clock.remaining == [.seconds(delay)] }
            #expect(bench.gateway.table?.endpoints.first?.deployments.first?.instances.isEmpty == true)
            bench.clock.advance(by: .seconds(delay) - .milliseconds(1))
            #expect(bench.clock.remaining == [.milliseconds(1)], "not before \(delay) seconds")
            bench.clock.advance(by: .milliseconds(1))
            expected += 1
        }
        #expect(bench.driver.running.isEmpty)
    }

    @Test("the routes never name an instance that has ended, the others go on")
    func others() async throws {
        let bench = try await serving(instances: 3)
        bench.driver.setUsual(.hang)
        bench.driver.lose("blue-r1i1n0")
        try await until("two are routed") { bench.routed["blue"] == ["blue-r1i0n0", "blue-r1i2n0"] }
        try await until("a third is started") { bench.driver.running.contains("blue-r1i1n1") }
        #expect(bench.routed["blue"] == ["blue-r1i0n0", "blue-r1i2n0"])
        bench.driver.emit(.ready, worker: 0, from: "blue-r1i1n1")
        try await until("three are routed") { bench.routed["blue"]?.count == 3 }
    }

    @Test("an instance whose liveness probe gives up is replaced, once")
    func liveness() async throws {
        let bench = try await serving()
        bench.health.setSick(true)
        try await until("it is given up") {
            bench.clock.advance(by: .seconds(10))
            return bench.driver.starts.count == 2
        }
        bench.health.setSick(false)
        try await until("its successor is routed") { bench.routed["blue"] == ["blue-r1i0n1"] }
        #expect(bench.driver.running == ["blue-r1i0n1"])
        #expect(bench.driver.starts == ["blue-r1i0n0", "blue-r1i0n1"])
        #expect(try await bench.deployment().failure?.message.contains("livenessFailed(failures: 30)") == true)
    }

    @Test("a start that is refused while serving is tried again")
    func refused() async throws {
        let bench = try await serving()
        bench.driver.script(.refused, .refused)
        bench.driver.crash("blue-r1i0n0")
        try await until("its successor is routed") {
            bench.clock.advance(by: .seconds(1))
            return bench.driver.starts.count == 4 && bench.routed["blue"] == bench.driver.running
        }
        #expect(bench.driver.starts.count == 4)
        #expect(bench.driver.running.count == 1)
        #expect(try await bench.intended() == bench.driver.running)
    }

    @Test("a delete while a place is filled anew leaves nothing")
    func deletedMeanwhile() async throws {
        let bench = try await serving()
        bench.driver.script(.held)
        bench.driver.crash("blue-r1i0n0")
        try await until("its successor is being started") { bench.driver.heldCount == 1 }
        let id = try #require(try await bench.delete())
        bench.driver.release()
        #expect(try await bench.end(of: id).status == .succeeded)
        try await bench.expectNothingLeft()
    }

    @Test("a worker that ends takes its address with it until it is back")
    func worker() async throws {
        let bench = try await serving()
        bench.driver.emit(.workerExited, worker: 0, from: "blue-r1i0n0")
        try await until("it is not routed") { bench.routed["blue"] == [] }
        bench.driver.emit(.ready, worker: 0, from: "blue-r1i0n0")
        try await until("it is routed") { bench.routed["blue"] == ["blue-r1i0n0"] }
        #expect(bench.driver.starts.count == 1)
    }

    @Test("routes that the gateway refused are published again until it takes them")
    func refusedRoutes() async throws {
        let bench = try await serving()
        bench.gateway.refuse(3)
        bench.driver.setUsual(.hang)
        bench.driver.crash("blue-r1i0n0")
        try await until("it is not routed") {
            bench.clock.advance(by: .seconds(1))
            return bench.routed["blue"] == []
        }
    }

    @Test("one that ends between ready and serving is replaced")
    func endedEarly() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        // The switch waits for the gateway: until it answers, the revision is ready and does not serve.
        let revision = try await bench.store.write { [key = bench.key()] in
            try $0.insertRevision(of: key, spec: [:], createdAt: 1)
        }
        let plan = RevisionPlan(
            environment: try await bench.environments.prepare(EnvironmentSpec(), strict: false, log: { _ in }),
            code: nil,
            memoryLimit: 1 << 30,
            workerCount: 1
        )
        let runner = await bench.plane.runner(of: revision, spec: bench.spec(), plan: plan)
        try await runner.start()
        guard case .ready = await runner.waitUntilReady() else {
            Issue.record("not ready")
            return
        }
        bench.driver.crash("blue-r1i0n0")
        try await until("its end is known") { await runner.places[0]?.earlyEnd != nil }
        await runner.promote()
        try await until("its successor runs") { bench.driver.running == ["blue-r1i0n1"] }
        await runner.abandon()
    }

    @Test("an end and a readiness window that passes meanwhile make one successor")
    func oneSuccessor() async throws {
        let bench = try await serving()
        bench.driver.setUsual(.hang)
        bench.driver.crash("blue-r1i0n0")
        try await until("its successor runs") { bench.driver.running == ["blue-r1i0n1"] }
        bench.driver.setUsual(.ready)
        for _ in 0..<400 {
            bench.clock.advance(by: .seconds(1))
            await Task.yield()
        }
        try await until("a third is routed") {
            bench.clock.advance(by: .seconds(1))
            return bench.routed["blue"] == ["blue-r1i0n2"]
        }
        #expect(bench.driver.running == ["blue-r1i0n2"])
    }
}
