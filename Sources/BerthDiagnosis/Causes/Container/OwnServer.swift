import BerthDiagnostics
import BerthModel
import BerthRuntime

extension Cause {
    /// The init process of a container could not run the image's program. It says so in the log, and nothing else is there.
    static let containerEntrypoint = Cause(
        "container-entrypoint",
        .exact,
        .died { death, facts in
            guard case .exited(let status) = death.ending, facts.image != nil,
                let line = facts.evidence.logTail.last(where: { !$0.trimmed.isEmpty }),
                let failure = ExecFailure(line)
            else { return nil }
            let image = facts.image.map { " of image `\($0)`" } ?? ""
            return Finding(
                .entrypointFailed,
                "the container cannot start: `\(failure.program)`\(image) \(failure.what)",
                evidence: [Evidence("exit", "status \(status)")] + facts.logged(line.trimmed),
                help: [failure.help, "then run: \(facts.updateCommand)"],
                code: .containerStartFailed
            )
        }
    )

    /// A container whose own server ended: nothing is known but its status and what it wrote.
    static let containerEnded = Cause(
        "container-ended",
        .kind,
        .died { death, facts in
            guard case .exited(let status) = death.ending, facts.ownRoutes != nil else { return nil }
            let last = facts.evidence.logTail.last { !$0.trimmed.isEmpty }?.trimmed
            let words = last.map { "; the last that it wrote is `\($0.shortened(to: 240))`" } ?? " and wrote nothing"
            let image = facts.image.map { " of image `\($0)`" } ?? ""
            return Finding(
                .workerExited,
                "the entry point\(image) ended itself with status \(status)\(words)",
                evidence: [Evidence("exit", "status \(status)")] + (last.map { facts.logged($0) } ?? []),
                help: [
                    status == 0
                        ? "let the entry point stay in the foreground as long as it serves"
                        : facts.then("see the whole log, and correct what the entry point does"),
                    facts.image.map { "by hand: docker run --rm \($0)" },
                ]
            )
        }
    )

    /// A server of the image's own that runs, and does not answer its readiness route.
    static let containerNotReady = Cause(
        "container-not-ready",
        .exact,
        .stuck { wait, facts in
            guard case .readiness(let limit) = wait.kind, let routes = facts.ownRoutes else { return nil }
            let route = routes.readiness
            let last = facts.evidence.logTail.last { !$0.trimmed.isEmpty }?.trimmed
            return Finding(
                .readinessProbeFailed,
                "the container runs, but `GET \(route.path)` on port \(route.port) was not answered with 200 within"
                    + " \(Int(limit.rounded())) s",
                evidence: [facts.window(limit)] + (last.map { facts.logged($0) } ?? []),
                help: [
                    "let the server listen on 0.0.0.0:\(route.port), and answer \(route.path) with 200 once it is ready",
                    "or correct `inference_config.readiness_route` in the environment",
                ]
            )
        }
    )
}

extension Facts {
    /// The routes of an image's own server; nil where our inference server runs.
    fileprivate var ownRoutes: InferenceConfig? { inlineEnvironment?.inferenceConfig }
    fileprivate var image: String? { inlineEnvironment?.image ?? inlineEnvironment?.build?.path }

    private var inlineEnvironment: EnvironmentSpec? {
        guard case .inline(let environment) = evidence.spec.environment else { return nil }
        return environment
    }
}

/// `[FATAL tini (7)] exec /start.sh failed: No such file or directory`, and the shells' own way of saying it.
private struct ExecFailure {
    var program: String
    var what: String
    var help: String

    init?(_ line: String) {
        guard let program = line.between("] exec ", " failed: ") ?? line.between("exec ", ": exec format error") else {
            return nil
        }
        self.program = program
        if line.contains("Permission denied") {
            what = "may not be executed"
            help = "in the Dockerfile: RUN chmod +x \(program)"
        } else if line.lowercased().contains("exec format error") {
            what = "is no program for this machine: another processor, or a script without `#!`"
            help = "build the image for this machine, and begin scripts with #!/bin/sh"
        } else {
            what = "does not exist in it, or the interpreter in its first line does not (as with Windows line ends)"
            help = "correct ENTRYPOINT or CMD in the Dockerfile; scripts need LF line ends"
        }
    }
}
