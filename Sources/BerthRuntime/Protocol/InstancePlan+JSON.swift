package import BerthJSON
import BerthModel

extension InstancePlan {
    /// Bound for `launch.json`.
    package static let maxFileBytes = 4_194_304

    /// What `launch.json` holds, with the user's variables in clear.
    package var json: JSON {
        var limits = JSONObject([
            ("memoryBytes", .integer(self.limits.memory.count)),
            ("cores", .integer(self.limits.cores.count)),
            ("processes", .integer(self.limits.processes)),
            ("openFiles", .integer(self.limits.openFiles)),
        ])
        limits["scratchBytes"] = self.limits.scratch.map { .integer($0.count) }
        return .object(
            JSONObject([
                ("version", 1),
                ("command", JSON(command)),
                ("environment", JSON(environment.mapValues { $0.reveal() })),
                ("workingDirectory", .string(workingDirectory)),
                ("readable", JSON(readable)),
                ("writable", JSON(writable)),
                ("limits", .object(limits)),
                ("workerCount", .integer(workerCount)),
                ("labels", JSON(labels)),
            ])
        )
    }

    /// The plan that `json` spells for the instance of `folder`; nil where something is missing or of a wrong kind.
    package init?(json: JSON, folder: InstanceFolder) {
        guard let command = json["command"].flatMap(Self.texts), let program = command.first, program.hasPrefix("/"),
            let environment = json["environment"].flatMap(Self.table),
            let workingDirectory = json["workingDirectory"]?.stringValue,
            let readable = json["readable"].flatMap(Self.texts),
            let writable = json["writable"].flatMap(Self.texts),
            let limits = json["limits"],
            let memory = limits["memoryBytes"]?.intValue, memory > 0,
            let cores = limits["cores"]?.intValue, cores > 0,
            let processes = limits["processes"]?.intValue, processes > 0,
            let openFiles = limits["openFiles"]?.intValue, openFiles > 0,
            let labels = json["labels"].flatMap(Self.table)
        else { return nil }
        self.init(
            folder: folder,
            command: command,
            environment: environment.mapValues(Secret.init),
            workingDirectory: workingDirectory,
            readable: readable,
            writable: writable,
            limits: InstanceLimits(
                memory: Bytes(memory),
                cores: Cores(cores),
                processes: processes,
                openFiles: openFiles,
                scratch: limits["scratchBytes"]?.intValue.map { Bytes($0) }
            ),
            workerCount: json["workerCount"]?.intValue ?? 1,
            labels: labels
        )
    }

    private static func texts(_ json: JSON) -> [String]? {
        guard let values = json.arrayValue else { return nil }
        let texts = values.compactMap(\.stringValue)
        return texts.count == values.count ? texts : nil
    }

    private static func table(_ json: JSON) -> [String: String]? {
        guard let object = json.objectValue else { return nil }
        var table: [String: String] = [:]
        for (key, value) in object {
            guard let text = value.stringValue else { return nil }
            table[key] = text
        }
        return table
    }
}
