import BerthDiagnostics

extension Cause {
    static let notStarted = Cause(
        "not-started",
        .general,
        .notStarted { failure, _ in
            Finding(.entrypointFailed, "the instance could not be started: \(failure.stage): \(failure.message)")
        }
    )
}
