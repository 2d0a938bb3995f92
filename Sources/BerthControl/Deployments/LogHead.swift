import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

/// What stands above the log of a deployment, in the form of Azure's `get-logs`: how far the instance came, and what
/// happened to it.
struct LogHead {
    enum State: String {
        case succeeded = "Succeeded"
        case inProgress = "InProgress"
        case failed = "Failed"
    }

    struct Entry {
        var name: String
        var at: Double
        var message: String
        var isWarning = false
    }

    var events: [InstanceEvent]
    var exit: ExitReport?
    /// The deployment's last failure.
    var failure: Diagnostic?
    var createdAt: Double
    var hasModel: Bool

    /// Ends with the title of the log.
    var text: String {
        var lines = ["Instance status:"]
        lines += steps.map { "\($0.name): \($0.state.rawValue)" }
        lines += ["", "Container events:"]
        lines += entries.map { entry in
            "Kind: Pod, Name: \(entry.name), Type: \(entry.isWarning ? "Warning" : "Normal"), "
                + "Time: \(Timestamp.text(entry.at)), Message: \(entry.message)"
        }
        return (lines + ["", "Container logs:"]).map { $0 + "\n" }.joined()
    }

    private var isReady: Bool { events.contains { $0.name == .ready } }
    private var hasFailed: Bool {
        exit.map { $0.killedBy != .stop } ?? false || events.contains { Self.failures.contains($0.name) }
    }
    private static let failures: Set<InstanceEvent.Name> = [
        .importFailed, .initFailed, .scriptInvalid, .launchFailed, .givingUp, .memoryLimitExceeded,
    ]

    /// The environment and the model were there before the instance was started.
    private var steps: [(name: String, state: State)] {
        [
            ("SystemSetup", .succeeded), ("UserContainerImagePull", .succeeded), ("ModelDownload", .succeeded),
            ("UserContainerStart", hasFailed ? .failed : isReady ? .succeeded : .inProgress),
        ]
    }

    var entries: [Entry] {
        var found = [Entry(name: "Pulled", at: createdAt, message: "The environment is there")]
        if hasModel {
            found.append(Entry(name: "Downloading", at: createdAt, message: "Start downloading models"))
            found.append(Entry(name: "Downloaded", at: createdAt, message: "Models are downloaded successfully"))
        }
        for event in events { if let entry = Self.entry(event) { found.append(entry) } }
        if let exit { found.append(Self.entry(exit)) }
        if let failure, let last = found.last {
            let reason = failure.reason?.rawValue ?? failure.code.azureCode
            found.append(
                Entry(
                    name: reason,
                    at: last.at,
                    message: "\(failure.code.rawValue): \(failure.message)",
                    isWarning: true
                )
            )
        }
        return found
    }

    private static func entry(_ event: InstanceEvent) -> Entry? {
        let worker = event.body["worker"]?.intValue ?? 0
        switch event.name {
        case .launched: return Entry(name: "Started", at: event.at, message: "Started container inference-server")
        case .launchFailed:
            return Entry(
                name: "Failed",
                at: event.at,
                message: "Could not start container inference-server",
                isWarning: true
            )
        case .ready:
            return Entry(name: "ContainerReady", at: event.at, message: "Container is ready (worker \(worker))")
        case .memoryLimitExceeded:
            return Entry(name: "OOMKilling", at: event.at, message: "Memory limit exceeded", isWarning: true)
        case .workerExited:
            return Entry(name: "BackOff", at: event.at, message: "Worker \(worker) has ended", isWarning: true)
        case .unknown("probe-failed"):
            return Entry(name: "Unhealthy", at: event.at, message: "Liveness probe failed", isWarning: true)
        case .stopping: return Entry(name: "Killing", at: event.at, message: "Stopping container inference-server")
        case .boot, .importing, .imported, .importFailed, .initializing, .initialized, .initFailed, .scriptInvalid,
            .warning, .runFailed, .runTimedOut, .givingUp, .stack, .memory, .exited, .lost, .unknown:
            return nil
        }
    }

    private static func entry(_ exit: ExitReport) -> Entry {
        let how =
            switch exit.ending {
            case .exited(let status): "exit status \(status)"
            case .signaled(let signal): "signal \(signal)"
            case .notStarted(let stage, _, let message): "\(stage): \(message)"
            }
        return Entry(
            name: "ContainerTerminated",
            at: exit.at,
            message: "Container inference-server has terminated (\(how))",
            isWarning: exit.killedBy != .stop
        )
    }
}
