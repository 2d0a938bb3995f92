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
