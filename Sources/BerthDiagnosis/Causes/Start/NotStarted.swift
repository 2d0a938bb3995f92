import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// The program could not be started; what the system said.
    static let notStarted = Cause(
        "not-started",
        .general,
        .notStarted { failure, facts in
            Finding(
                failure.stage == "exec" || failure.stage == "chdir" ? .entrypointFailed : .platformFault,
                "the instance could not be started: \(failure.stage.isEmpty ? "start" : failure.stage) failed"
                    + (failure.message.isEmpty ? "" : " (\(failure.message))"),
                evidence: [Evidence("launch", "\(failure.stage): errno \(failure.errno) \(failure.message)")],
                help: ["try again: \(facts.updateCommand)"]
            )
        }
    )

    /// The program itself: missing, not executable, made for something else.
    static let entrypoint = Cause(
        "entrypoint",
        .exact,
        .notStarted { failure, facts in
            guard failure.stage == "exec" else { return nil }
            let program = failure.message.quoted.first.map { "`\($0)`" } ?? "the program of the instance"
            let what: String
            switch failure.errno {
            case 2: what = "does not exist, or the interpreter in its first line does not (as with Windows line ends)"
            case 13: what = "may not be executed"
            case 8: what = "is no program for this machine: another processor, or a script without `#!`"
            case 7: what = "was given more arguments and variables than the system allows"
            case 12, 11: what = "could not get the memory or the process that it needs"
            case 40: what = "is a link that leads in a circle"
            default: return nil
            }
            return Finding(
                .entrypointFailed,
                "the instance could not be started: \(program) \(what)",
                evidence: [Evidence("launch", "exec: errno \(failure.errno) \(failure.message)")],
                help: ["build the environment again: \(facts.updateCommand)"]
            )
        }
    )
}
