package import BerthDiagnostics
import BerthJSON
package import BerthModel
import Dispatch

/// The control plane's line to the gateway. Every call opens a connection of its own, so that a gateway that was
/// restarted in between is found again.
///
/// Calls block a thread that belongs to this actor, never one of the shared pool, and for `deadline` at most.
package actor GatewayLink {
    private let thread = OwnThread(label: "berth.gateway-link")
    private let socketPath: String
    private let deadline: Duration

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// `socketPath` is that of `admin.sock` in the gateway's run folder, at most 107 bytes.
    package init(socketPath: String, deadline: Duration = .seconds(10)) {
        self.socketPath = socketPath
        self.deadline = deadline
    }

    /// Serves `table` from now on. Answered when every event loop of the gateway has it.
    ///
    /// - Throws: `ERR_5000` with reason `ServerUnreachable` when no gateway answers, `PlatformFault` when it refuses.
    package func publish(_ table: RouteTable) async throws(Diagnostic) -> PublishReport {
        try answer(to: ["do": "routes", "table": table.json], PublishReport.init(json:))
    }

    /// Requests that are with an instance now, by the instance's id; also of instances that a newer table no longer
    /// names, for as long as they have any. An instance that is absent here, or has 0, may be stopped.
    package func inFlight() async throws(Diagnostic) -> [String: Int] {
        try answer(to: ["do": "in-flight"]) { json in
            json["inFlight"]?.objectValue.map { members in
                var counts: [String: Int] = [:]
                for member in members { counts[member.key] = member.value.intValue }
                return counts
            }
        }
    }

    package func stats() async throws(Diagnostic) -> GatewayStats {
        try answer(to: ["do": "stats"], GatewayStats.init(json:))
    }

    /// The counters in Prometheus' text form.
    package func metrics() async throws(Diagnostic) -> String {
        try answer(to: ["do": "metrics"]) { $0["text"]?.stringValue }
    }

    package func status() async throws(Diagnostic) -> GatewayStatus {
        try answer(to: ["do": "status"], GatewayStatus.init(json:))
    }

    /// Accepts nothing more, lets the requests in flight finish for `grace`, then ends. Answered when it has begun.
    package func shutdown(grace: Duration) async throws(Diagnostic) {
        _ = try answer(to: ["do": "shutdown", "graceSeconds": .integer(Int(grace.components.seconds))]) {
            $0["draining"]
        }
    }

    private func answer<Answer>(to request: JSON, _ read: (JSON) -> Answer?) throws(Diagnostic) -> Answer {
        let line: [UInt8]
        do throws(LineExchange.Failure) {
            line = try LineExchange.ask(request.utf8, of: socketPath, within: deadline)
        } catch {
            throw Diagnostic(
                .internalError,
                .serverUnreachable,
                "the gateway does not answer",
                evidence: [Evidence("gateway", "\(error.what) on `\(socketPath)`: \(error.cause)")],
                help: ["start it again: berth restart gateway"]
            )
        }
        let json: JSON
        do throws(JSONSyntaxError) { json = try JSON.parse(line) } catch {
            throw refusal("its answer is not JSON: \(error.message)")
        }
        if let problem = json["error"]?.stringValue { throw refusal(problem) }
        guard let answer = read(json) else { throw refusal("its answer has not the expected form") }
        return answer
    }

    private func refusal(_ why: String) -> Diagnostic {
        Diagnostic(
            .internalError,
            .platformFault,
            "the gateway did not do what it was asked",
            evidence: [Evidence("gateway", why)]
        )
    }
}

/// Runs an actor's jobs on a queue of its own, where they may block.
private final class OwnThread: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
