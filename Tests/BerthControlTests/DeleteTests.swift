import BerthAPI
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import BerthStore
import BerthTesting
import Testing

@testable import BerthControl

@Suite("Deleting")
struct DeleteTests {
    @Test("a deployment that serves is deleted with its instances, its logs stay readable")
    func serving() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        try await bench.putAndWait(bench.spec())
        let id = try #require(try await bench.delete())
        #expect(try await bench.end(of: id).status == .succeeded)
        try await bench.expectNothingLeft()
        await #expect(throws: Diagnostic.self) { try await bench.deployment() }
        #expect(try await bench.delete() == nil)
        #expect(
            try await bench.plane.logFile(of: bench.key(), container: .inferenceServer, previous: false)?
                .hasSuffix("inference-server.log") == true
        )
    }

    @Test("a deployment that failed can be deleted")
    func failed() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        bench.driver.script(.killed)
        try await bench.putAndWait(bench.spec())
        let id = try #require(try await bench.delete())
        #expect(try await bench.end(of: id).status == .succeeded)
        try await bench.expectNothingLeft()
    }

    enum Moment: String, CaseIterable { case environment, start, boot, update }

    @Test("a delete during a put cancels it and leaves nothing", arguments: Moment.allCases)
    func duringPut(_ moment: Moment) async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        if moment == .update { try await bench.putAndWait(bench.spec()) }
        switch moment {
        case .environment, .update: bench.environments.hold(true)
        case .start: bench.driver.script(.held)
        case .boot: bench.driver.script(.hang)
        }
        let put = try await bench.put(bench.spec { $0.instanceCount = moment == .boot ? 2 : 1 })
        try await until("the put is under way") {
            switch moment {
            case .environment, .update: bench.environments.heldCount == 1
            case .start: bench.driver.heldCount == 1
            case .boot: bench.driver.running.count == 2
            }
        }
        let delete = try #require(try await bench.delete())
        #expect(try await bench.delete() == delete, "a second delete is the same operation")
        // A start that is under way cannot be taken back: the delete waits for it.
        bench.driver.release()
        #expect(try await bench.end(of: delete).status == .succeeded)
        #expect(try await bench.end(of: put).status == .canceled)
        #expect(try await bench.store.read { try $0.operation(put) }?.status == .canceled)
        try await bench.expectNothingLeft()
        await #expect(throws: Diagnostic.self) { try await bench.deployment() }
        // The name is free again.
        bench.environments.release()
        #expect(try await bench.putAndWait(bench.spec()).status == .succeeded)
    }

    @Test("a delete that overtakes a put at any turn leaves nothing", arguments: 0..<40)
    func race(turns: Int) async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        let put = try await bench.put(bench.spec { $0.instanceCount = 2 })
        for _ in 0..<(turns * 25) { await Task.yield() }
        let delete = try #require(try await bench.delete())
        #expect(try await bench.end(of: delete).status == .succeeded)
        #expect([.canceled, .succeeded].contains(try await bench.end(of: put).status))
        try await bench.expectNothingLeft()
    }

    @Test("a deployment with live traffic is not deleted")
    func liveTraffic() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        try await bench.putAndWait(bench.spec())
        try await bench.putEndpoint { $0.traffic = ["blue": 100] }
        let refused = await #expect(throws: Diagnostic.self) { try await bench.delete() }
        #expect(refused?.reason == .deploymentHasTraffic)
        #expect(bench.routed["blue"] == ["blue-r1i0n0"])
        try await bench.putEndpoint { $0.traffic = ["blue": 0] }
        let id = try #require(try await bench.delete())
        #expect(try await bench.end(of: id).status == .succeeded)
        #expect(try await bench.plane.endpoint("shop", in: .local).spec.traffic == [:])
    }

    @Test("an endpoint goes with its deployments, also those that are being made")
    func endpoint() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        try await bench.putAndWait(bench.spec("blue"))
        try await bench.putEndpoint { $0.traffic = ["blue": 100] }
        bench.environments.hold(true)
        let put = try await bench.put(bench.spec("green"))
        try await until("green is under way") { bench.environments.heldCount == 1 }
        let id = try #require(try await bench.plane.deleteEndpoint("shop", in: .local, requestID: "request"))
        #expect(try await bench.end(of: id).status == .succeeded)
        #expect(try await bench.end(of: put).status == .canceled)
        try await bench.expectNothingLeft()
        #expect(bench.gateway.table?.endpoints.isEmpty == true)
        #expect(try await bench.plane.deleteEndpoint("shop", in: .local, requestID: "request") == nil)
    }

    @Test("a delete waits for no drain: the revision that is being replaced ends too")
    func draining() async throws {
        let bench = try Bench()
        try await bench.putEndpoint()
        try await bench.putAndWait(bench.spec())
        bench.gateway.setBusy(["blue-r1i0n0": 1])
        try await bench.putAndWait(bench.spec())
        let id = try #require(try await bench.delete())
        #expect(try await bench.end(of: id).status == .succeeded)
        try await bench.expectNothingLeft()
    }
}
