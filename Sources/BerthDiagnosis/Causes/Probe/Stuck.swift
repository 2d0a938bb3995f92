import BerthDiagnostics

extension Cause {
    static let notReadyInTime = Cause(
        "not-ready-in-time",
        .general,
        .stuck { wait, facts in
            guard case .readiness(let limit) = wait.kind else { return nil }
            let frame = wait.frames.last { $0.isUser }
            return Finding(
                .userScriptInitTimedOut,
                "the instance was not ready within \(seconds(limit)): \(facts.subject(frame)) has not come to an end",
                at: facts.place(frame)
            )
        }
    )

    static let livenessLost = Cause(
        "liveness-lost",
        .general,
        .stuck { wait, facts in
            guard case .liveness(let failures) = wait.kind else { return nil }
            let frame = wait.frames.last { $0.isUser }
            return Finding(
                .livenessProbeFailed,
                "the instance did not answer \(failures) liveness probes in a row",
                at: facts.place(frame)
            )
        }
    )
}
