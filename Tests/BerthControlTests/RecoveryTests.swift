import BerthAPI
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import BerthStore
import BerthTesting
import Testing

@testable import BerthControl

@Suite("A control plane that starts again")
struct RecoveryTests {
    @Test("running instances are adopted, not started, and stay routed in every table")
    func adopts() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        try await bench.putAndWait(bench.spec { $0.instanceCount = 2 })
        let starts = bench.driver.starts
        let tables = bench.gateway.tables.count
        await bench.plane.shutdown()
        #expect(bench.driver.running.count == 2)
        #expect(bench.clock.sleeperCount == 0, "nothing goes on after a shutdown")
        let next = ControlPlane(world: bench.world)
        try await next.recover()
        for table in bench.gateway.tables.dropFirst(tables) {
            #expect(table.endpoints.first?.deployments.first?.instances.count == 2)
        }
        #expect(bench.driver.starts == starts)
        bench.driver.crash("blue-r1i0n0")
        try await until("it is replaced") { bench.routed["blue"] == ["blue-r1i0n1", "blue-r1i1n0"] }
        await next.shutdown()
    }

    @Test("an adopted instance is asked for its health")
    func probes() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        try await bench.putAndWait(bench.spec())
        await bench.plane.shutdown()
        let next = ControlPlane(world: bench.world)
        try await next.recover()
        bench.health.setSick(true)
        try await until("it is replaced") {
            bench.clock.advance(by: .seconds(10))
            return bench.driver.starts.count == 2
        }
        bench.health.setSick(false)
        await next.shutdown()
    }

    @Test("an instance that was lost meanwhile gets a successor")
    func lost() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        try await bench.putAndWait(bench.spec())
        await bench.plane.shutdown()
        bench.driver.loseSilently("blue-r1i0n0")
        let next = ControlPlane(world: bench.world)
        try await next.recover()
        try await until("it is routed") { bench.routed["blue"] == ["blue-r1i0n1"] }
        #expect(try await bench.intended() == ["blue-r1i0n1"])
        await next.shutdown()
    }

    @Test("an instance that cannot be started at once is tried again")
    func startRefused() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        try await bench.putAndWait(bench.spec())
        await bench.plane.shutdown()
        bench.driver.loseSilently("blue-r1i0n0")
        bench.driver.script(.refused)
        let next = ControlPlane(world: bench.world)
        try await next.recover()
        try await until("it is routed") {
            bench.clock.advance(by: .seconds(1))
            return bench.routed["blue"]?.count == 1
        }
        #expect(bench.driver.running.count == 1)
        await next.shutdown()
    }

    enum Moment: String, CaseIterable { case environment, boot }

    @Test("a shutdown during a put ends soon, and the put is resumed", arguments: Moment.allCases)
    func resumes(_ moment: Moment) async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        if moment == .environment { bench.environments.hold(true) } else { bench.driver.script(.hang) }
        let id = try await bench.put(bench.spec())
        try await until("it is under way") {
            moment == .environment ? bench.environments.heldCount == 1 : bench.driver.running.count == 1
        }
        await bench.plane.shutdown()
        #expect(try await bench.inProgress().map(\.id) == [id])
        #expect(bench.driver.running.count == (moment == .boot ? 1 : 0))
        bench.environments.release()
        let next = ControlPlane(world: bench.world)
        try await next.recover()
        if moment == .boot { bench.driver.emit(.ready, worker: 0, from: "blue-r1i0n0") }
        #expect(try await bench.end(of: id, on: next).status == .succeeded)
        #expect(bench.driver.starts == ["blue-r1i0n0"])
        #expect(bench.routed["blue"] == ["blue-r1i0n0"])
        await next.shutdown()
    }

    @Test("an operation that was cut off after the switch ends well")
    func cutOff() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        let id = try await bench.put(bench.spec())
        _ = try await bench.end(of: id)
        await bench.plane.shutdown()
        try await bench.store.write { transaction in
            guard var operation = try transaction.operation(id) else { return }
            operation.status = .inProgress
            try transaction.save(operation)
        }
        let next = ControlPlane(world: bench.world)
        try await next.recover()
        #expect(try await bench.end(of: id, on: next).status == .succeeded)
        #expect(bench.driver.starts == ["blue-r1i0n0"])
        await next.shutdown()
    }

    @Test("a delete that was cut off is resumed, and drains are done again")
    func deletes() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        try await bench.putAndWait(bench.spec("green"))
        try await bench.putAndWait(bench.spec())
        bench.gateway.setBusy(["blue-r2i0n0": 1])
        try await bench.putAndWait(bench.spec())
        await bench.plane.shutdown()
        #expect(bench.driver.running == ["blue-r2i0n0", "blue-r3i0n0", "green-r1i0n0"])
        // Accepted, and the process ended before its task began.
        let id = try #require(try await bench.delete("green"))
        bench.gateway.setBusy([:])
        let next = ControlPlane(world: bench.world)
        try await next.recover()
        #expect(try await bench.end(of: id, on: next).status == .succeeded)
        try await until("the drain is done") { bench.driver.running == ["blue-r3i0n0"] }
        #expect(bench.routed == ["blue": ["blue-r3i0n0"]])
        await next.shutdown()
    }

    @Test("operations that ended long ago are forgotten, those that go on are not")
    func forgets() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        let recent = try await bench.put(bench.spec())
        _ = try await bench.end(of: recent)
        await bench.plane.shutdown()
        try await bench.store.write { transaction in
            for id in ["old", "recent"] {
                var record = OperationRecord(
                    id: id,
                    kind: .deleteEndpoint,
                    workspace: "local",
                    endpoint: "shop",
                    deployment: nil,
                    revision: nil,
                    requestID: "r",
                    createdAt: id == "old" ? 1 : bench.world.now()
                )
                record.status = .failed
                try transaction.save(record)
            }
        }
        let next = ControlPlane(world: bench.world)
        try await next.recover()
        #expect(try await bench.store.read { try $0.operation("old") } == nil)
        #expect(try await bench.store.read { try $0.operation("recent") } != nil)
        #expect(try await bench.store.read { try $0.operation(recent) } != nil)
        await next.shutdown()
    }

    @Test("what a failed stop left running is ended by the next start")
    func orphans() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        bench.driver.script(.hang)
        bench.driver.refuseStops(true)
        let id = try await bench.put(bench.spec())
        #expect(try await bench.end(of: id, moving: .seconds(400)).status == .failed)
        #expect(bench.driver.running.count == 1)
        await bench.plane.shutdown()
        bench.driver.refuseStops(false)
        let next = ControlPlane(world: bench.world)
        try await next.recover()
        #expect(bench.driver.running == [])
        #expect(try await bench.intended() == [])
        await next.shutdown()
    }
}
