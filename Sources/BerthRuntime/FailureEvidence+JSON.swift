package import BerthJSON
import BerthModel

extension FailureEvidence {
    /// What is kept beside the logs of an instance that failed: all that was read, without the values of variables. The
    /// spec is kept with its revision.
    package var json: JSON {
        var object = JSONObject()
        object["instance"] = .string(instanceID)
        object["trigger"] = trigger.json
        object["isServing"] = .bool(isServing)
        object["exit"] = exit?.json ?? .null
        object["limits"] = [
            "memory": .integer(limits.memory.count), "openFiles": .integer(limits.openFiles),
            "processes": .integer(limits.processes),
        ]
        object["environment"] = [
            "python": .string(environment.pythonVersion), "lock": JSON(environment.lock),
            "condaFilePath": environment.condaFilePath.map(JSON.string) ?? .null,
        ]
        object["codeFolder"] = userCodeFolder.map(JSON.string) ?? .null
        object["modelFiles"] = JSON(modelFiles)
        object["events"] = .array(events.map(\.body))
        object["log"] = ["firstLine": .integer(logTailFirstLine), "lines": JSON(logTail)]
        return .object(object)
    }
}

extension FailureEvidence.Trigger {
    fileprivate var json: JSON {
        switch self {
        case .ended: ["kind": "ended"]
        case .lost: ["kind": "lost"]
        case .readinessWindowPassed(let seconds): ["kind": "readiness-window-passed", "seconds": .double(seconds)]
        case .livenessFailed(let failures): ["kind": "liveness-failed", "failures": .integer(failures)]
        case .workerExited: ["kind": "worker-exited"]
        case .runFailed: ["kind": "run-failed"]
        case .runTimedOut: ["kind": "run-timed-out"]
        }
    }
}
