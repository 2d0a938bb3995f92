import BerthDiagnostics

extension Cause {
    static let runTimedOut = Cause(
        "run-timed-out",
        .general,
        .stuck { wait, facts in
            guard case .run(let limit) = wait.kind else { return nil }
            let frame = wait.frames.last { $0.isUser }
            return Finding(
                .userScriptRunFailed,
                "run() was stopped at its deadline after \(seconds(limit)), at \(facts.subject(frame))",
                at: facts.place(frame)
            )
        }
    )
}
