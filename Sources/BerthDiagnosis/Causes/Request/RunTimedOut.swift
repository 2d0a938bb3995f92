import BerthDiagnostics
import BerthModel

extension Cause {
    /// `run()` was stopped at the deadline of its request.
    static let runTimedOut = Cause(
        "run-timed-out",
        .general,
        .stuck { wait, facts in
            guard case .run(let taken) = wait.kind else { return nil }
            let frame = wait.frames.last { $0.isUser }
            let pause = Pause(wait.frames)
            let place = facts.place(frame)
            let limit = facts.spec.requestSettings.requestTimeoutMs
            let site = frame == nil ? "" : ": \(facts.subject(place)) \(pause.text)"
            let longer = min(RequestSettings.maxTimeoutMs, max(limit * 2, Int(taken * 3000)))
            return Finding(
                .userScriptRunFailed,
                "run() was stopped at its deadline after \(seconds(taken)) (request_timeout_ms is \(limit))\(site)",
                at: place,
                evidence: facts.stackEvidence(wait.frames),
                help: [
                    pause.help.map { facts.then("\($0) (\(facts.subject(place)))") },
                    limit < RequestSettings.maxTimeoutMs
                        ? "allow more time: \(facts.update(setting: "request_settings.request_timeout_ms=\(longer)"))"
                        : nil,
                ]
            )
        }
    )
}
