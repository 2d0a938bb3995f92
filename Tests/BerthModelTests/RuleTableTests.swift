import BerthDiagnostics
import BerthModel
import Testing

@Suite("Liveness probe")
struct ProbeMachineTests {
    private static func settings(threshold: Int) -> ProbeSettings {
        var settings = ProbeSettings()
        settings.initialDelay = .seconds(3)
        settings.period = .seconds(7)
        settings.failureThreshold = threshold
        return settings
    }

    @Test("the first question comes after the initial delay, the next ones at the period")
    func delays() {
        var machine = ProbeMachine(settings: Self.settings(threshold: 3))
        #expect(machine.first == .probe(after: .seconds(3)))
        #expect(machine.probed(succeeded: true) == .probe(after: .seconds(7)))
        #expect(machine.probed(succeeded: false) == .probe(after: .seconds(7)))
    }

    @Test("an instance that fails `failureThreshold` probes in a row is given up", arguments: [1, 2, 3, 30])
    func givesUp(threshold: Int) {
        var machine = ProbeMachine(settings: Self.settings(threshold: threshold))
        for count in 1..<max(2, threshold) where count < threshold {
            #expect(machine.probed(succeeded: false) == .probe(after: .seconds(7)))
            #expect(machine.state == .failing(inARow: count))
        }
        #expect(machine.probed(succeeded: false) == .giveUp(failures: threshold))
        #expect(machine.state == .dead)
        #expect(machine.probed(succeeded: true) == .giveUp(failures: threshold), "the dead stay dead")
    }

    @Test("a success forgives what came before")
    func forgives() {
        var machine = ProbeMachine(settings: Self.settings(threshold: 2))
        for _ in 0..<10 {
            #expect(machine.probed(succeeded: false) == .probe(after: .seconds(7)))
            #expect(machine.probed(succeeded: true) == .probe(after: .seconds(7)))
            #expect(machine.state == .passing)
        }
    }

    @Test("the window is the initial delay and every period")
    func window() {
        #expect(Self.settings(threshold: 4).window == .seconds(31))
        #expect(ProbeSettings().window == .seconds(310))
    }
}

@Suite("Restart policy")
struct RestartPolicyTests {
    @Test("the first restart is at once, then 1, 2, 4 … 60 seconds")
    func doubles() {
        var policy = RestartPolicy()
        let delays = (0..<10).map { _ in policy.ended(after: .seconds(1)) }
        #expect(delays == [0, 1, 2, 4, 8, 16, 32, 60, 60, 60].map { Duration.seconds($0) })
    }

    @Test("the delay stays bounded however often an instance ends")
    func bounded() {
        var policy = RestartPolicy()
        for _ in 0..<1000 { #expect(policy.ended(after: .zero) <= .seconds(60)) }
    }

    @Test("a long life is forgiven, one just short of it is not", arguments: [(120, 0), (119, 4)])
    func forgives(lived: Int, delay: Int) {
        var policy = RestartPolicy()
        for _ in 0..<3 { _ = policy.ended(after: .zero) }
        #expect(policy.ended(after: .seconds(lived)) == .seconds(delay))
    }
}

@Suite("Limits of an endpoint by its properties")
struct LimitPropertiesTests {
    @Test("the presets say what the documentation of their time says")
    func presets() {
        let old = LimitProperties.limits(of: [:])
        #expect(old.problems.isEmpty && old.limits == RouteTable.Limits())
        #expect(old.limits.requestsPerSecond == 100 && old.limits.maxRequestBytes == 1_572_864)
        #expect(LimitProperties.limits(of: ["berth.preset": "azure-2021"]).limits == old.limits)
        let new = LimitProperties.limits(of: ["berth.preset": "azure-2026"])
        #expect(new.problems.isEmpty && new.limits == .azure2026)
        #expect(new.limits.requestsPerSecond == 500 && new.limits.bandwidthBytesPerSecond == 5_000_000)
    }

    @Test("each number can be set on top of a preset")
    func numbers() {
        let (limits, problems) = LimitProperties.limits(of: [
            "berth.preset": "azure-2026", "berth.requests_per_second": "7", "berth.max_request_bytes": "10",
            "berth.max_response_bytes": "11", "berth.max_connections": "0", "berth.new_connections_per_second": "3",
            "berth.bandwidth_bytes_per_second": "1000", "other": "x",
        ])
        #expect(problems.isEmpty)
        #expect([limits.requestsPerSecond, limits.maxRequestBytes, limits.maxResponseBytes] == [7, 10, 11])
        #expect(
            [limits.maxConnections, limits.newConnectionsPerSecond, limits.bandwidthBytesPerSecond] == [0, 3, 1000]
        )
    }

    @Test(
        "what cannot be read is named, and the default is served",
        arguments: [
            ("berth.requests_per_second", "many"), ("berth.requests_per_second", "-1"),
            ("berth.max_request_bytes", "0"),
            ("berth.max_request_bytes", "1.5"), ("berth.preset", "azure-2020"), ("berth.max_connections", ""),
        ]
    )
    func unreadable(property: String, value: String) throws {
        let (limits, problems) = LimitProperties.limits(of: [property: value])
        #expect(limits == RouteTable.Limits())
        let problem = try #require(problems.first)
        #expect(problems.count == 1 && problem.message.contains(property) && !problem.help.isEmpty)
    }

    @Test("a ceiling holds for values and presets")
    func ceilings() {
        var ceilings = RouteTable.Limits.none
        ceilings.requestsPerSecond = 200
        ceilings.maxConnections = 50
        let (limits, problems) = LimitProperties.limits(of: ["berth.requests_per_second": "201"], ceilings: ceilings)
        #expect(limits.requestsPerSecond == 200 && limits.maxConnections == 50)
        #expect(problems.count == 1)
        let preset = LimitProperties.limits(of: ["berth.preset": "azure-2026"], ceilings: ceilings)
        #expect(preset.limits.requestsPerSecond == 200 && preset.limits.maxConnections == 50)
        #expect(preset.problems.isEmpty)
        let unlimited = LimitProperties.limits(of: ["berth.requests_per_second": "0"], ceilings: ceilings)
        #expect(unlimited.limits.requestsPerSecond == 200 && unlimited.problems.count == 1)
    }
}
