import BerthDiagnosis
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import Testing

@Suite("Diagnosis")
struct DiagnosisTests {
    @Test("nothing known is said plainly, with the last lines of the log")
    func unknown() {
        var evidence = Sample.evidence()
        evidence.logTail = ["starting", "odd"]
        evidence.exit = ExitReport(ending: .exited(status: 7), at: 0, seconds: 1)
        let found = Diagnosis.diagnose(evidence)
        #expect(found.count == 1)
        #expect(found.first?.reason == .workerExited)
    }
}

enum Sample {
    static func evidence() -> FailureEvidence {
        FailureEvidence(
            trigger: .ended,
            isServing: false,
            instanceID: "i-1",
            spec: DeploymentSpec(name: "blue", endpointName: "my-endpoint"),
            events: [],
            exit: nil,
            limits: InstanceLimits(memory: .gibibytes(1), cores: Cores(1)),
            logTail: [],
            environment: .init(pythonVersion: "3.11.7", sitePackages: "", lock: []),
            codeFolder: nil,
            modelFolder: nil,
            userCodeFolder: nil
        )
    }
}
