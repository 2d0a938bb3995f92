import BerthJSON
import BerthModel
import BerthRuntime

/// What the engine says about a container.
struct ContainerState: Hashable, Sendable {
    enum Phase: Hashable, Sendable {
        /// Made, never started.
        case created
        case running(pid: Int)
        case ended
    }

    var id: String
    var phase: Phase
    var exitCode: Int
    /// The engine's words where it could not start it.
    var error: String
    var wasOutOfMemory: Bool
    /// Nanoseconds since 1970.
    var startedAt: Int?
    var finishedAt: Int?
    /// Port on loopback by port in the container.
    var ports: [Int: Int]

    init?(json: JSON) {
        guard let id = json["Id"]?.stringValue, let state = json["State"] else { return nil }
        self.id = id
        exitCode = state["ExitCode"]?.intValue ?? 0
        error = state["Error"]?.stringValue ?? ""
        wasOutOfMemory = state["OOMKilled"]?.boolValue ?? false
        startedAt = state["StartedAt"]?.stringValue.flatMap(EngineTime.nanoseconds)
        finishedAt = state["FinishedAt"]?.stringValue.flatMap(EngineTime.nanoseconds)
        switch state["Status"]?.stringValue ?? "" {
        case "running", "paused", "restarting": phase = .running(pid: state["Pid"]?.intValue ?? 0)
        case "created", "configured", "initialized": phase = .created
        default: phase = state["Running"]?.boolValue == true ? .running(pid: state["Pid"]?.intValue ?? 0) : .ended
        }
        ports = [:]
        for (name, bindings) in json["NetworkSettings"]?["Ports"]?.objectValue ?? JSONObject() {
            guard let inside = Int(name.prefix { $0 != "/" }),
                let outside = bindings.arrayValue?.first?["HostPort"]?.stringValue.flatMap(Int.init)
            else { continue }
            ports[inside] = outside
        }
    }

    /// How it ended. A status above 128 is how a shell and the engine spell a signal.
    func report(killedBy: ExitReport.Killer?) -> ExitReport {
        let lived = zip(startedAt, finishedAt).map { Double($1 - $0) / 1e9 } ?? 0
        let signals = 129...159
        return ExitReport(
            ending: signals.contains(exitCode) ? .signaled(exitCode - 128) : .exited(status: exitCode),
            at: finishedAt.map { Double($0) / 1e9 } ?? 0,
            seconds: max(0, lived),
            oomKills: wasOutOfMemory ? 1 : 0,
            killedBy: killedBy
        )
    }

    private func zip(_ left: Int?, _ right: Int?) -> (Int, Int)? {
        guard let left, let right else { return nil }
        return (left, right)
    }
}
