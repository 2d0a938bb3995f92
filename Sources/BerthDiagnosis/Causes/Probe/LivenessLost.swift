import BerthDiagnostics
import BerthModel

extension Cause {
    /// The server did not answer its liveness probe, though it had not ended.
    static let livenessLost = Cause(
        "liveness-lost",
        .general,
        .stuck { wait, facts in
            guard case .liveness(let failures) = wait.kind else { return nil }
            let frame = wait.frames.last { $0.isUser }
            let place = facts.place(frame)
            let pause = frame.map { _ in Pause(wait.frames) }
            let site = pause.map { ": \(facts.subject(place)) \($0.text)" } ?? " while \(wait.phase.text)"
            let isStart = wait.phase == .importing || wait.phase == .initializing
            return Finding(
                isStart ? .userScriptInitTimedOut : .livenessProbeFailed,
                isStart
                    ? "\(wait.phase == .importing ? "the import of \(facts.scriptName)" : "init()") has not come to an end before the liveness probe gave up\(site)"
                    : "the instance did not answer \(failures) liveness probes in a row\(site)",
                at: place,
                evidence: [
                    Evidence(
                        "liveness_probe",
                        "\(failures) failures in a row; period \(facts.spec.livenessProbe.period.whole), timeout \(facts.spec.livenessProbe.timeout.whole)"
                    )
                ] + facts.stackEvidence(wait.frames),
                help: [
                    pause?.help.map { facts.then("\($0) (\(facts.subject(place)))") },
                    "allow more failures: \(facts.update(setting: "liveness_probe.failure_threshold=\(max(failures * 2, 2))"))",
                ]
            )
        }
    )
}
