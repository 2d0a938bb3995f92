import BerthDiagnostics
import BerthModel
import BerthRuntime
import Foundation

/// What the engine's refusals mean. The words are those of dockerd 20.10 to 28 and of Podman 4 and 5.
enum EngineWords {
    /// A container could not be made or started.
    static func start(_ failure: EngineFailure, _ plan: InstancePlan, image: String, _ engine: EngineAddress)
        -> Diagnostic
    {
        guard case .refused(let status, let message) = failure else { return unreachable(failure, engine) }
        let text = message.lowercased()
        func has(_ words: String...) -> Bool { words.contains { text.contains($0) } }
        let deployment = plan.labels["deployment"] ?? plan.folder.instanceID
        let fact = Evidence("engine", String(message.prefix(800)))
        func diagnostic(_ code: ErrorCode, _ reason: Reason, _ words: String, _ help: String) -> Diagnostic {
            Diagnostic(code, reason, words, evidence: [fact], help: [help])
        }
        if status == 404, has("no such image", "image not known") {
            return diagnostic(
                .imageDownloadFailed,
                .imageNotFound,
                "image `\(image)` is not in the container engine any more",
                "update the deployment, so that the image is fetched again"
            )
        }
        if has("address already in use", "port is already allocated") {
            return diagnostic(
                .containerStartFailed,
                .portInUse,
                "a port of deployment `\(deployment)` is in use on this machine",
                "end what uses it: ss -ltnp"
            )
        }
        if has("device driver", "no such device", "nvidia", "cdi device") {
            return diagnostic(
                .containerStartFailed,
                .deviceNotFound,
                "deployment `\(deployment)` needs a device that the container engine does not have",
                "choose an `instance_type` without graphics processors, or install the device's toolkit for the engine"
            )
        }
        if has("range of cpus", "minimum memory limit", "memory limit", "cpu") && status == 400 {
            return diagnostic(
                .containerStartFailed,
                .resourceRequestTooLarge,
                "deployment `\(deployment)` asks for more than the container engine may give",
                "choose a smaller `instance_type`"
            )
        }
        if has("no such file or directory", "executable file not found", "permission denied", "exec format error") {
            return entrypoint(message, deployment, image, fact)
        }
        return files(text, deployment, image, fact)
    }

    /// Refusals that are about files and space, and those that are about nothing that is known.
    private static func files(_ text: String, _ deployment: String, _ image: String, _ fact: Evidence) -> Diagnostic {
        func diagnostic(_ code: ErrorCode, _ reason: Reason, _ words: String, _ help: String) -> Diagnostic {
            Diagnostic(code, reason, words, evidence: [fact], help: [help])
        }
        if text.contains("bind source path does not exist") {
            return diagnostic(
                .artifactDownloadFailed,
                .artifactNotFound,
                "a file of deployment `\(deployment)` is not there for the container engine",
                "let berth and the engine run on the same machine, with BERTH_HOME on a file system that both see"
            )
        }
        if text.contains("no space left") {
            return diagnostic(
                .notEnoughDisk,
                .diskFull,
                "the disk of the container engine is full",
                "free some space: docker system prune"
            )
        }
        return diagnostic(
            .containerStartFailed,
            .entrypointFailed,
            "the container engine cannot start deployment `\(deployment)`",
            "see what the engine says by hand: docker run --rm \(image)"
        )
    }

    private static func entrypoint(
        _ message: String,
        _ deployment: String,
        _ image: String,
        _ fact: Evidence
    ) -> Diagnostic {
        let what: String
        let help: String
        if message.contains("exec format error") {
            what = "is no program for this machine: another processor, or a script without `#!`"
            help = "build the image for this machine, and begin scripts with #!/bin/sh"
        } else if message.contains("permission denied") {
            what = "may not be executed"
            help = "in the Dockerfile: RUN chmod +x the program"
        } else {
            what = "does not exist in it, or the interpreter in its first line does not (as with Windows line ends)"
            help =
                "correct ENTRYPOINT or CMD in the Dockerfile; see what is there: docker run --rm --entrypoint ls \(image)"
        }
        let program = quoted(message).map { "`\($0)`" } ?? "the entry point"
        return Diagnostic(
            .containerStartFailed,
            .entrypointFailed,
            "deployment `\(deployment)` cannot start: \(program) of image `\(image)` \(what)",
            evidence: [fact],
            help: [help]
        )
    }

    /// The last text in double quotes before the cause: `exec: "/start.sh": permission denied`.
    private static func quoted(_ message: String) -> String? {
        let plain = message.replacingQuotes()
        guard let exec = plain.range(of: #"exec: ""#) else { return nil }
        let rest = plain[exec.upperBound...]
        guard let end = rest.firstIndex(of: "\"") else { return nil }
        return String(rest[..<end])
    }

    static func unreachable(_ failure: EngineFailure, _ engine: EngineAddress) -> Diagnostic {
        if failure == .cancelled {
            return Diagnostic(.operationCanceled, nil, "the change was taken back, or the control plane is stopping")
        }
        return Diagnostic(
            .internalError,
            .engineUnreachable,
            "the container engine does not answer",
            evidence: [Evidence("engine", "\(engine.text): \(String(failure.message.prefix(500)))")],
            help: [
                "start it: sudo systemctl start docker",
                "or name its socket: export DOCKER_HOST=unix:///path/docker.sock",
            ]
        )
    }

    /// Anything else that was asked of the engine.
    static func fault(_ failure: EngineFailure, _ doing: String, _ engine: EngineAddress) -> Diagnostic {
        guard case .refused(let status, let message) = failure else { return unreachable(failure, engine) }
        return Diagnostic(
            .internalError,
            .platformFault,
            "the container engine refused \(doing)",
            evidence: [Evidence("engine", "\(status): \(String(message.prefix(800)))")],
            help: ["see the engine's own log: journalctl -u docker"]
        )
    }
}

extension String {
    /// Podman writes quotes with backslashes and backticks.
    fileprivate func replacingQuotes() -> String {
        var text = ""
        for sign in self where sign != "\\" { text.append(sign == "`" ? "\"" : sign) }
        return text
    }
}
