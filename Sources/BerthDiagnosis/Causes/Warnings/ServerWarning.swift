import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

extension Cause {
    /// What the inference server noticed itself: asynchronous init(), lost events, …
    static let serverWarning = Cause(
        "server-warning",
        .general,
        .warning { facts in
            facts.events(.warning).filter { $0.body["kind"]?.stringValue != "version-mismatch" }.prefix(5).compactMap {
                event in
                guard let message = event.body["message"]?.stringValue, !message.isEmpty else { return nil }
                let path = event.body["path"]?.stringValue
                return Finding(
                    event.body["kind"]?.stringValue == "async-init" ? .userScriptSignatureError : .platformFault,
                    String(message.prefix { $0 != "\n" }),
                    at: path.map { facts.place(path: $0, line: event.body["line"]?.intValue) },
                    code: .badArgument
                )
            }
        }
    )

    /// A pickle of another version of its library that could be read all the same.
    static let versionMismatch = Cause(
        "version-mismatch",
        .exact,
        .warning { facts in
            guard let versions = facts.pickleVersions else { return [] }
            let reads = facts.installed[versions.package] ?? versions.reads
            return [
                Finding(
                    .environmentConflict,
                    "the model was written by \(versions.package) \(versions.wrote) and is read by \(versions.package) \(reads), which may give other results",
                    evidence: facts.logged("Trying to unpickle estimator"),
                    help: [facts.pinning("\(versions.package)==\(versions.wrote)", of: versions.package)],
                    code: .badArgument
                )
            ]
        }
    )

    /// As many workers as requests at a time: else requests wait, or workers idle.
    static let workerCount = Cause(
        "worker-count",
        .exact,
        .warning { facts in
            guard let text = facts.spec.environmentVariables["WORKER_COUNT"], let workers = Int(text), workers > 0
            else { return [] }
            let concurrency = facts.spec.requestSettings.maxConcurrentRequestsPerInstance
            guard workers != concurrency else { return [] }
            let effect = workers > concurrency ? "some workers never get a request" : "requests wait for a worker"
            return [
                Finding(
                    .specInvalid,
                    "WORKER_COUNT is \(workers) and max_concurrent_requests_per_instance is \(concurrency): \(effect)",
                    evidence: [Evidence("spec", "environment_variables.WORKER_COUNT: \(workers)")],
                    help: [facts.update(setting: "request_settings.max_concurrent_requests_per_instance=\(workers)")],
                    code: .badArgument
                )
            ]
        }
    )
}
