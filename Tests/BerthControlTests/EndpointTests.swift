import BerthAPI
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import BerthStore
import BerthTesting
import Testing

@testable import BerthControl

@Suite("Endpoint rules")
struct EndpointTests {
    @Test("traffic sums to 0 or 100", arguments: [[:], ["blue": 100], ["blue": 0], ["blue": 30, "green": 70]])
    func allowed(traffic: [String: Int]) async throws {
        let bench = try await withDeployments()
        try await bench.putEndpoint { $0.traffic = traffic }
        #expect(try await bench.plane.endpoint("shop", in: .local).spec.traffic == traffic)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var traffic: [String: Int] = [:]
        var mirror: [String: Int] = [:]
        var words: String
        var testDescription: String { words }
    }

    static let refused = [
        Case(traffic: ["blue": 90], words: "sums to 90"),
        Case(traffic: ["blue": 60, "green": 60], words: "sums to 120"),
        Case(traffic: ["blue": 101, "green": -1], words: "allowed are 0 to 100"),
        Case(traffic: ["blau": 100], words: "no deployment `blau`"),
        Case(mirror: ["blau": 10], words: "no deployment `blau`"),
        Case(traffic: ["blau": 0], mirror: ["blau": 10], words: "no deployment `blau`"),
        Case(traffic: ["blue": 100], mirror: ["blue": 10], words: "live and mirror traffic"),
        Case(traffic: ["blue": 100], mirror: ["green": 51], words: "allowed are 0 to 50"),
        Case(mirror: ["blue": 10, "green": 10], words: "mirror traffic to blue, green"),
    ]

    @Test("what cannot be is refused and changes nothing", arguments: refused)
    func refuses(_ wrong: Case) async throws {
        let bench = try await withDeployments()
        let thrown = await #expect(throws: Diagnostic.self) {
            try await bench.putEndpoint {
                $0.traffic = wrong.traffic
                $0.mirrorTraffic = wrong.mirror
            }
        }
        #expect(thrown?.code == .badArgument)
        #expect(thrown?.message.contains(wrong.words) == true, "\(thrown?.message ?? "")")
        #expect(try await bench.plane.endpoint("shop", in: .local).spec.traffic == [:])
    }

    @Test("the nearest name is offered")
    func nearest() async throws {
        let bench = try await withDeployments()
        let thrown = await #expect(throws: Diagnostic.self) {
            try await bench.putEndpoint { $0.traffic = ["blu": 100] }
        }
        #expect(thrown?.help == ["did you mean `blue`?"])
    }

    @Test("a deployment needs its endpoint")
    func missing() async throws {
        let bench = try Bench()
        let thrown = await #expect(throws: Diagnostic.self) { try await bench.put(bench.spec()) }
        #expect(thrown?.reason == .endpointNotFound)
    }

    @Test("a deployment that is being deleted gets no traffic any more")
    func deleting() async throws {
        let bench = try await withDeployments()
        bench.driver.script(.held)
        let put = try await bench.put(bench.spec("green"))
        try await until("a start is held") { bench.driver.heldCount == 1 }
        let delete = try #require(try await bench.delete("green"))
        await #expect(throws: Diagnostic.self) { try await bench.putEndpoint { $0.traffic = ["green": 100] } }
        bench.driver.release()
        #expect(try await bench.end(of: delete).status == .succeeded)
        #expect(try await bench.end(of: put).status == .canceled)
    }

    private func withDeployments() async throws -> Bench {
        let bench = try Bench()
        try await bench.putEndpoint()
        try await bench.putAndWait(bench.spec("blue"))
        try await bench.putAndWait(bench.spec("green"))
        return bench
    }
}
