import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import Testing

@testable import BerthDiagnosis

@Suite("Diagnosis")
struct DiagnosisTests {
    @Test("what is not known is said plainly")
    func unknown() {
        var sample = Sample()
        sample.log = ["starting", "odd"]
        sample.exit = ExitReport(ending: .exited(status: 7), at: 0, seconds: 1)
        let found = sample.found
        #expect(found.count == 1)
        #expect(found.first?.reason == .workerExited)
        #expect(found.first?.evidence.contains { $0.text == "odd" && $0.line == 2 } ?? false)
    }

    @Test("nothing at all is a diagnosis, too")
    func empty() {
        #expect(Sample().found.count == 1)
    }

    @Test("every cause has a name of its own")
    func names() {
        let names = Catalogue.all.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test("a traceback in the log does not explain a process that was killed")
    func killedAfterTraceback() {
        var sample = Sample.died(signal: 9, phase: "serving")
        sample.log = [
            "Traceback (most recent call last):", "  File \"/x.py\", line 1, in f", "ValueError: handled long ago",
        ]
        #expect(sample.first?.reason == .workerKilled)
        #expect(!(sample.first?.message.contains("ValueError") ?? true))
    }

    @Test("SIGKILL is out of memory only by our own hand or the kernel's counter", arguments: [0, 1])
    func outOfMemory(kills: Int) {
        let sample = Sample.died(signal: 9, more: [("oomKills", .integer(kills))])
        #expect(sample.first?.reason == (kills > 0 ? .podOutOfMemory : .workerKilled))
    }

    @Test("our own kill at the limit names the workers and the limit")
    func limit() {
        var sample = Sample.died(signal: 9)
        sample.spec.environmentVariables["WORKER_COUNT"] = "4"
        sample.event("memory-limit-exceeded", [("residentBytes", 1_200_000_000), ("limitBytes", 1_073_741_824)])
        sample.exit = ExitReport(ending: .signaled(9), at: 0, seconds: 1, killedBy: .memoryLimit)
        #expect(sample.first?.reason == .podOutOfMemory)
        #expect(sample.first?.message.contains("1 GiB") ?? false)
    }

    @Test("the process's own reason wins over the probe")
    func reasonBeforeProbe() {
        var sample = Sample.raised("init-failed", "ValueError", "bad table")
        sample.trigger = .readinessWindowPassed(seconds: 30)
        #expect(sample.first?.reason == .userScriptInitFailed)
    }

    @Test("a failure that the worker got over is none")
    func recovered() {
        var sample = Sample.raised("init-failed", "ValueError", "first try")
        sample.event("ready", [("worker", 0)])
        sample.event("worker-exited", [("worker", 0), ("phase", "serving"), ("signal", 11)])
        #expect(sample.first?.reason == .workerCrashed)
    }

    @Test("an instance that could not be started has the code of a start")
    func notStarted() {
        var sample = Sample()
        sample.exit = ExitReport(
            ending: .notStarted(stage: "exec", errno: 2, message: "`/env/bin/python`: no such file"),
            at: 0,
            seconds: 0
        )
        #expect(sample.first?.code == .containerStartFailed)
        #expect(sample.first?.reason == .entrypointFailed)
    }

    @Test("nothing left and nobody to say why")
    func lost() {
        var sample = Sample()
        sample.trigger = .lost
        #expect(sample.first?.reason == .workerKilled)
    }

    @Test("a slow start is told with a window that would do")
    func slowStart() {
        var sample = Sample()
        sample.trigger = .readinessWindowPassed(seconds: 30)
        sample.events = [
            InstanceEvent(name: .boot, at: 100, body: [:]),
            InstanceEvent(name: .initialized, at: 145, body: ["worker": 0, "seconds": 45]),
        ]
        #expect(sample.first?.reason == .readinessProbeFailed)
        #expect(sample.first?.message.contains("45 s") ?? false)
        #expect(sample.first?.help.first?.contains("readiness_probe.failure_threshold=") ?? false)
    }

    @Test("two different failures of run() are both told, the last first")
    func runFailures() {
        var sample = Sample.raised("run-failed", "ValueError", "a", line: 8)
        sample.add("run-failed", "IndexError", "b", line: 9)
        sample.add("run-failed", "IndexError", "b", line: 9)
        #expect(sample.found.count == 2)
        #expect(sample.first?.message.contains("IndexError") ?? false)
        #expect(sample.first?.code == .scoringFailed)
    }

    @Test("a healthy instance has warnings only where there is something to warn of")
    func warnings() {
        var sample = Sample()
        #expect(Diagnosis.warnings(sample.evidence).isEmpty)
        sample.spec.environmentVariables["WORKER_COUNT"] = "4"
        sample.spec.environmentVariables["AZUREML_MODEL_DIR"] = "/x"
        let found = Diagnosis.warnings(sample.evidence)
        #expect(found.count == 2)
        #expect(found.allSatisfy { $0.severity == .warning })
    }
}
