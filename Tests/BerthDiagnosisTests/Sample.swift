import BerthDiagnosis
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import Foundation

/// Evidence made by hand: a deployment `blue` of `my-endpoint`, in which one thing went wrong.
struct Sample {
    var trigger = FailureEvidence.Trigger.ended
    var isServing = false
    var spec = DeploymentSpec(name: "blue", endpointName: "my-endpoint")
    var events: [InstanceEvent] = []
    var exit: ExitReport?
    var log: [String] = []
    var lock: [String] = []
    var python = "3.11.7"
    var conda: String?
    var memory = Bytes.gibibytes(1)
    var folder: ScratchFolder?

    /// Where code frames lie.
    var code: String { folder.map { $0.path + "/code" } ?? "/instance/code" }

    init() {
        spec.code = CodeConfiguration(code: "/home/user/project", scoringScript: "score.py")
    }

    /// An exception in `phase`, at `line` of `file`.
    static func raised(
        _ phase: String,
        _ type: String,
        _ message: String,
        line: Int = 3,
        text: String = "",
        file: String = "score.py",
        more: [(String, JSON)] = [],
        causes: [JSON] = []
    ) -> Sample {
        var sample = Sample()
        sample.add(phase, type, message, line: line, text: text, file: file, more: more, causes: causes)
        return sample
    }

    mutating func add(
        _ phase: String,
        _ type: String,
        _ message: String,
        line: Int = 3,
        text: String = "",
        file: String = "score.py",
        more: [(String, JSON)] = [],
        causes: [JSON] = []
    ) {
        var error = JSONObject([("type", .string(type)), ("message", .string(message))])
        error["frames"] = [Self.frame(code + "/" + file, line, phase == "run-failed" ? "run" : "init", text)]
        for (key, value) in more { error[key] = value }
        error["causes"] = .array(causes)
        event(phase, [("worker", 0), ("error", .object(error))])
        if phase == "run-failed" {
            trigger = .runFailed
            isServing = true
        }
    }

    mutating func event(_ name: String, _ keys: [(String, JSON)]) {
        let body = JSON.object(JSONObject([("event", .string(name))] + keys))
        if let event = InstanceEvent(json: body) { events.append(event) }
    }

    static func frame(_ path: String, _ line: Int, _ function: String, _ text: String, user: Bool = true) -> JSON {
        [
            "path": .string(path), "line": .integer(line), "function": .string(function), "text": .string(text),
            "user": .bool(user),
        ]
    }

    /// A worker that ended with `signal` or `status`.
    static func died(signal: Int? = nil, status: Int? = nil, phase: String = "init", more: [(String, JSON)] = [])
        -> Sample
    {
        var sample = Sample()
        sample.event("boot", [])
        sample.event("initializing", [("worker", 0)])
        var keys: [(String, JSON)] = [("worker", 0), ("phase", .string(phase))]
        if let signal { keys.append(("signal", .integer(signal))) }
        if let status { keys.append(("exitStatus", .integer(status))) }
        sample.event("worker-exited", keys + more)
        return sample
    }

    /// `init()` that hangs at `text`.
    static func stuck(_ trigger: FailureEvidence.Trigger, text: String, line: Int = 5) -> Sample {
        var sample = Sample()
        sample.trigger = trigger
        sample.event("boot", [("workers", 1)])
        sample.event("initializing", [("worker", 0)])
        let frames: JSON = [frame(sample.code + "/score.py", line, "init", text)]
        sample.event("stack", [("worker", 0), ("threads", [["main": true, "frames": frames]])])
        return sample
    }

    /// The files of the instance: `code/…`, `model/…`, `site/…`.
    mutating func files(_ files: [String: String]) throws {
        let scratch = try ScratchFolder()
        for (name, text) in files { try scratch.write(name, text) }
        folder = scratch
    }

    var evidence: FailureEvidence {
        let root = folder?.path
        return FailureEvidence(
            trigger: trigger,
            isServing: isServing,
            instanceID: "i-1",
            spec: spec,
            events: events,
            exit: exit,
            limits: InstanceLimits(memory: memory, cores: Cores(1)),
            logTail: log,
            environment: .init(
                pythonVersion: python,
                sitePackages: root.map { $0 + "/site" } ?? "",
                lock: lock,
                condaFilePath: conda == nil ? nil : "/home/user/project/conda.yml",
                condaFile: conda
            ),
            codeFolder: code,
            modelFolder: root.map { $0 + "/model" },
            userCodeFolder: "/home/user/project"
        )
    }

    var found: [Diagnostic] { Diagnosis.diagnose(evidence) }
    var first: Diagnostic? { found.first }
    var text: String { found.map { $0.text() }.joined(separator: "\n") }
}

/// A folder that is removed with its last user.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("diagnosis-\(UUID().uuidString)")
        for name in ["code", "model", "site"] {
            try FileManager.default.createDirectory(
                at: place.appendingPathComponent(name),
                withIntermediateDirectories: true
            )
        }
        path = place.path
    }

    func write(_ name: String, _ text: String) throws {
        let file = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    deinit {
        // Nothing depends on it any more; what is left in the temporary folder is swept by the system.
        try? FileManager.default.removeItem(atPath: path)
    }
}
