import BerthAPI
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import BerthStore
import BerthTesting
import Synchronization
import Testing

@testable import BerthControl

/// Everything at once: a seed picks changes, crashes, refusals and restarts; what must always hold is checked when all
/// has come to rest.
@Suite("A simulated life")
struct SimulationTests {
    @Test("whatever happens, intended, running and routed are the same in the end", arguments: 0..<25 as Range<UInt64>)
    func life(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let bench = try Bench()
        var plane = bench.plane
        try await bench.putEndpoint()
        var accepted: [String] = []
        for _ in 0..<30 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0, 1, 2: await put(bench, plane, &accepted, &random)
            case 3: await delete(bench, plane, &accepted, &random)
            case 4:
                let mishaps: [FakeDriver.Script] = [.importFailed, .killed, .hang, .refused]
                bench.driver.script(mishaps.randomElement(using: &random) ?? .hang)
            case 5, 6:
                if let victim = bench.driver.running.randomElement(using: &random) {
                    if Bool.random(using: &random) { bench.driver.crash(victim) } else { bench.driver.lose(victim) }
                }
            case 7: bench.clock.advance(by: .seconds(Int.random(in: 1...400, using: &random)))
            case 8: bench.gateway.refuse(Int.random(in: 0...1, using: &random))
            default:
                await plane.shutdown()
                plane = try await recovered(bench)
            }
            for _ in 0..<Int.random(in: 0..<300, using: &random) { await Task.yield() }
        }
        try await settle(bench, plane, accepted)
        try await check(bench, seed)
        await plane.shutdown()
    }

    /// A control plane that has started again. It waits a moment for instances that are not ready: the clock moves.
    private func recovered(_ bench: Bench) async throws -> ControlPlane {
        let plane = ControlPlane(world: bench.world)
        let isDone = Mutex(false)
        async let recovering: Void = {
            try await plane.recover()
            isDone.withLock { $0 = true }
        }()
        try await until("the control plane has started again") {
            bench.clock.advance(by: .milliseconds(100))
            return isDone.withLock(\.self)
        }
        try await recovering
        return plane
    }

    private func put(
        _ bench: Bench,
        _ plane: ControlPlane,
        _ ids: inout [String],
        _ random: inout SeededGenerator
    ) async {
        let count = Int.random(in: 1...3, using: &random)
        let spec = bench.spec(["blue", "green"].randomElement(using: &random) ?? "blue") { $0.instanceCount = count }
        do { ids.append(try await plane.putDeployment(spec, in: .local, requestID: "r").operation) } catch {
            #expect(error.code == .conflict, "\(error)")
        }
    }

    private func delete(
        _ bench: Bench,
        _ plane: ControlPlane,
        _ ids: inout [String],
        _ random: inout SeededGenerator
    ) async {
        let key = bench.key(["blue", "green"].randomElement(using: &random) ?? "blue")
        do {
            if let id = try await plane.deleteDeployment(key, in: .local, requestID: "r") { ids.append(id) }
        } catch {
            Issue.record("a delete is never refused here: \(error)")
        }
    }

    /// Lets all that was accepted end, and every place be filled.
    private func settle(_ bench: Bench, _ plane: ControlPlane, _ ids: [String]) async throws {
        bench.gateway.refuse(0)
        for id in Set(ids) { _ = try await bench.end(of: id, moving: .seconds(5), on: plane) }
        var seen = ""
        try await until("all is at rest: \(seen)") {
            bench.clock.advance(by: .seconds(5))
            let wanted = try await wanted(bench)
            let routed = bench.routed
            let running = bench.driver.running
            let going = try await bench.inProgress().map(\.id)
            let intended = try await bench.intended().sorted()
            seen = "wanted \(wanted), intended \(intended), routed \(routed), running \(running), going on \(going)"
            guard try await unfinished(bench) == 0 else { return false }
            guard routed.values.flatMap(\.self).sorted() == running, intended == running else { return false }
            return going.isEmpty && running.count == wanted.values.reduce(0, +) && routed.mapValues(\.count) == wanted
        }
    }

    private func wanted(_ bench: Bench) async throws -> [String: Int] {
        let revisions = try await bench.store.read { transaction in
            try transaction.deployments().compactMap(\.servingRevision).compactMap { try transaction.revision($0) }
        }
        var wanted: [String: Int] = [:]
        for revision in revisions {
            wanted[revision.key.name] = revision.spec["sku"]?["capacity"]?.intValue
        }
        return wanted
    }

    /// Revisions that are on their way in or out.
    private func unfinished(_ bench: Bench) async throws -> Int {
        try await bench.store.read { transaction in
            try transaction.revisions(in: .starting).count + transaction.revisions(in: .draining).count
        }
    }

    private func check(_ bench: Bench, _ seed: UInt64) async throws {
        let routed = bench.routed.values.flatMap(\.self).sorted()
        #expect(routed == bench.driver.running, "seed \(seed)")
        #expect(try await bench.intended().sorted() == bench.driver.running, "seed \(seed)")
        for table in bench.gateway.tables { #expect(table.endpoints.count <= 1) }
    }
}
