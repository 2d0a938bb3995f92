import BerthDiagnosis
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

/// One line for the probe: the evidence of a run, and whether a failure or only warnings are asked for.
///
/// ```
/// {"name", "healthy": bool, "trigger", "seconds"|"failures", "isServing", "spec": {…}, "events": […], "exit": {…}|null,
///  "limits": {"memory"}, "log": […], "environment": {"python", "sitePackages", "lock", "condaFilePath", "condaFile"},
///  "codeFolder", "modelFolder", "userCodeFolder"}
/// ```
struct ProbeRequest {
    private let json: JSON
    private let evidence: FailureEvidence

    init?(_ json: JSON) {
        guard let trigger = Self.trigger(json) else { return nil }
        self.json = json
        evidence = FailureEvidence(
            trigger: trigger,
            isServing: json["isServing"]?.boolValue ?? false,
            instanceID: "i-1",
            spec: Self.spec(json["spec"] ?? .null),
            events: (json["events"]?.arrayValue ?? []).compactMap { InstanceEvent(json: $0) },
            exit: json["exit"].flatMap { ExitReport(json: $0) },
            limits: InstanceLimits(
                memory: Bytes(json["limits"]?["memory"]?.intValue ?? 1_073_741_824),
                cores: Cores(1)
            ),
            logTail: (json["log"]?.arrayValue ?? []).compactMap(\.stringValue),
            environment: Self.environment(json["environment"] ?? .null),
            codeFolder: json["codeFolder"]?.stringValue,
            modelFolder: json["modelFolder"]?.stringValue,
            userCodeFolder: json["userCodeFolder"]?.stringValue
        )
    }

    /// The diagnostics, their text, and the milliseconds that the verdict took.
    func answer() -> JSON {
        let clock = ContinuousClock()
        let began = clock.now
        let found = json["healthy"]?.boolValue ?? false ? Diagnosis.warnings(evidence) : Diagnosis.diagnose(evidence)
        let taken = clock.now - began
        var answer = JSONObject([("name", json["name"] ?? .null)])
        answer["diagnostics"] = .array(found.map(\.json))
        answer["text"] = .string(found.map { $0.text() }.joined(separator: "\n"))
        answer["untranslated"] = JSON(found.map(\.message).filter { Translation.japanese.of($0) == nil })
        answer["ms"] = .double(Double(taken / .microseconds(1)) / 1000)
        return .object(answer)
    }

    private static func trigger(_ json: JSON) -> FailureEvidence.Trigger? {
        switch json["trigger"]?.stringValue {
        case "ended": .ended
        case "lost": .lost
        case "readiness": .readinessWindowPassed(seconds: json["seconds"]?.doubleValue ?? 0)
        case "liveness": .livenessFailed(failures: json["failures"]?.intValue ?? 1)
        case "workerExited": .workerExited
        case "runFailed": .runFailed
        case "runTimedOut": .runTimedOut
        default: nil
        }
    }

    private static func spec(_ json: JSON) -> DeploymentSpec {
        var spec = DeploymentSpec(
            name: json["name"]?.stringValue ?? "blue",
            endpointName: json["endpoint"]?.stringValue ?? "my-endpoint"
        )
        spec.code = CodeConfiguration(
            code: json["code"]?.stringValue ?? "",
            scoringScript: json["scoringScript"]?.stringValue ?? "score.py"
        )
        for (name, value) in json["environmentVariables"]?.objectValue ?? JSONObject() {
            spec.environmentVariables[name] = value.stringValue
        }
        if let timeout = json["requestTimeoutMs"]?.intValue { spec.requestSettings.requestTimeoutMs = timeout }
        if let count = json["maxConcurrentRequestsPerInstance"]?.intValue {
            spec.requestSettings.maxConcurrentRequestsPerInstance = count
        }
        return spec
    }

    private static func environment(_ json: JSON) -> FailureEvidence.Environment {
        FailureEvidence.Environment(
            pythonVersion: json["python"]?.stringValue ?? "",
            sitePackages: json["sitePackages"]?.stringValue ?? "",
            lock: (json["lock"]?.arrayValue ?? []).compactMap(\.stringValue),
            condaFilePath: json["condaFilePath"]?.stringValue,
            condaFile: json["condaFile"]?.stringValue
        )
    }
}
