import BerthArtifacts
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// From a revision's plan to an instance: its folder, its artifacts, its command and environment.
struct InstancePlanner: Sendable {
    let world: ControlWorld

    /// What stands ready for `driver.start`.
    struct Prepared: Sendable {
        var plan: InstancePlan
        var modelDirectory: String?
        var warnings: [Diagnostic]
    }

    /// Variables that the platform sets: a user's value for them would break the instance.
    static let reservedVariables: Set<String> = [
        "AZUREML_MODEL_DIR", "AZUREML_ENTRY_SCRIPT", "AML_APP_ROOT", "BERTH_RUN_DIR", "BERTH_EVENT_FD",
        "BERTH_CODE_DIR", "BERTH_SCRATCH_DIR", "BERTH_COLLECTOR_DIR", "BERTH_COLLECTOR_CONFIG",
        "BERTH_MLFLOW_MODEL",
    ]

    /// Makes the folder of instance `id` and puts model and code there, with a log of its own. May be called again.
    func prepare(id: String, spec: DeploymentSpec, revision: RevisionPlan) throws(Diagnostic) -> Prepared {
        let folder = InstanceFolder(path: world.home.instancesFolder + "/" + id)
        try folder.create()
        var log = StorageLog(file: folder.log(.storageInitializer), now: world.now)
        // The server is a package: Python looks for it in the folder around it.
        var readable = revision.environment.readablePaths + [InstanceFolder.parent(of: world.inferenceServer)]
        var modelDirectory: String?
        for words in revision.fetched { log.line(words) }
        if let code = revision.code {
            readable.append(code.folder)
            let amount = code.files > 0 ? "\(code.files) files, \(Bytes(code.bytes).text), " : ""
            log.line("code: \(code.userFolder) -> \(code.folder): \(amount)sha256 \(code.digest)")
        }
        if case .inline(let model) = spec.model {
            let started = ContinuousClock.now
            do throws(Diagnostic) {
                let placed = try ModelPlacement().place(model, under: folder.path + "/azureml-models")
                modelDirectory = placed.modelDirectory
                readable += placed.readable + [folder.path + "/azureml-models"]
                let seconds = (ContinuousClock.now - started) / .seconds(1)
                let checksum = placed.checksum.map { ", sha256 \($0)" } ?? ""
                log.line(
                    "model: \(model.path) -> \(placed.modelDirectory): \(placed.files) files, \(placed.bytes.text)"
                        + ", linked in place in \(milliseconds(seconds)) ms\(checksum)"
                )
            } catch {
                log.line("failed: \(error.message)")
                try log.close()
                throw error
            }
        }
        log.line("done")
        try log.close()
        let plan = plan(folder, spec, revision, modelDirectory, readable)
        return Prepared(plan: plan, modelDirectory: modelDirectory, warnings: [])
    }

    /// What is known of an instance that runs already, without touching its folder.
    func describe(id: String, spec: DeploymentSpec, revision: RevisionPlan) -> Prepared {
        let folder = InstanceFolder(path: world.home.instancesFolder + "/" + id)
        var modelDirectory: String?
        if case .inline(let model) = spec.model {
            modelDirectory = ModelPlacement().directory(of: model, under: folder.path + "/azureml-models")
        }
        let plan = plan(folder, spec, revision, modelDirectory, revision.environment.readablePaths)
        return Prepared(plan: plan, modelDirectory: modelDirectory, warnings: [])
    }

    private func plan(
        _ folder: InstanceFolder,
        _ spec: DeploymentSpec,
        _ revision: RevisionPlan,
        _ modelDirectory: String?,
        _ readable: [String]
    ) -> InstancePlan {
        if let image = revision.environment.image {
            return ContainerLayout(world: world, spec: spec, revision: revision, folder: folder).plan(image)
        }
        return InstancePlan(
            folder: folder,
            command: [revision.environment.python, world.inferenceServer],
            environment: environment(folder, spec, revision, modelDirectory),
            workingDirectory: revision.code.map { appRoot($0) } ?? folder.scratchFolder,
            readable: readable,
            writable: [],
            limits: InstanceLimits(memory: Bytes(revision.memoryLimit), cores: world.machine.cores),
            workerCount: revision.workerCount,
            labels: ["endpoint": spec.endpointName, "deployment": spec.name]
        )
    }

    private func milliseconds(_ seconds: Double) -> Int { Int((seconds * 1000).rounded()) }

    private func appRoot(_ code: RevisionPlan.Code) -> String {
        let parts = code.scoringScript.split(separator: "/").dropLast()
        return ([code.folder] + parts.map(String.init)).joined(separator: "/")
    }

    private func environment(
        _ folder: InstanceFolder,
        _ spec: DeploymentSpec,
        _ revision: RevisionPlan,
        _ modelDirectory: String?
    ) -> [String: Secret] {
        let binaries = String(
            revision.environment.python.prefix(
                upTo: revision.environment.python.lastIndex(of: "/") ?? revision.environment.python.startIndex
            )
        )
        var variables: [String: String] = [
            "PATH": "\(binaries):/usr/local/bin:/usr/bin:/bin",
            "HOME": folder.scratchFolder,
            "TMPDIR": folder.scratchFolder,
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "WORKER_COUNT": "1",
        ]
        for (name, value) in spec.environmentVariables where !Self.reservedVariables.contains(name) {
            variables[name] = value
        }
        if let code = revision.code {
            variables["AML_APP_ROOT"] = appRoot(code)
            variables["AZUREML_ENTRY_SCRIPT"] = String(code.scoringScript.split(separator: "/").last ?? "")
            variables["BERTH_CODE_DIR"] = code.folder
        }
        if case .inline(let model) = spec.model, model.kind == .mlflow, spec.code == nil {
            variables["BERTH_MLFLOW_MODEL"] = "1"
        }
        variables["AZUREML_MODEL_DIR"] = modelDirectory
        variables["BERTH_RUN_DIR"] = folder.socketFolder
        variables["BERTH_SCRATCH_DIR"] = folder.scratchFolder
        if let collector = spec.dataCollector {
            variables["BERTH_COLLECTOR_DIR"] = folder.scratchFolder + "/collected"
            variables["BERTH_COLLECTOR_CONFIG"] = collector.settings.text()
        }
        // What a user sets wins: a script may want an identity of its own.
        let identity = revision.owner.flatMap { world.service?.identityVariables(of: $0) } ?? [:]
        return identity.merging(variables.mapValues(Secret.init)) { _, own in own }
    }
}

extension DataCollector {
    /// What the inference server reads: which collections are stored, and which share of their rows.
    var settings: JSON {
        let entries = collections.sorted { $0.key < $1.key }.map { name, collection in
            let rate = collection.samplingRate ?? samplingRate
            let entry: JSON = ["enabled": .bool(collection.enabled), "sampling_rate": .double(rate)]
            return (name, entry)
        }
        return ["collections": .object(JSONObject(entries))]
    }
}

extension InstanceFolder {
    static func parent(of path: String) -> String {
        String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.endIndex))
    }
}

/// The log of the storage-initializer: what was fetched, from where, bytes, time, checksum.
struct StorageLog {
    private let file: String
    private let now: @Sendable () -> Double
    private var text = ""

    init(file: String, now: @escaping @Sendable () -> Double) {
        self.file = file
        self.now = now
    }

    mutating func line(_ words: String) { text += "\(Timestamp.text(now())) \(words)\n" }

    /// Replaces what an earlier attempt wrote.
    func close() throws(Diagnostic) {
        do {
            try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
        } catch {
            throw Diagnostic(
                .internalError,
                .homeNotWritable,
                "the storage-initializer's log cannot be written",
                evidence: [Evidence("file", file), Evidence("system", "\(error)")],
                help: ["make BERTH_HOME writable and free some space there"]
            )
        }
    }
}

/// Times as ISO 8601 in UTC, without Foundation's calendars: the civil date of a day number.
package enum Timestamp {
    /// `seconds` since 1970, in milliseconds: `2026-01-31T23:59:59.000Z`.
    package static func text(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.down))
        let milliseconds = Int((seconds - Double(whole)) * 1000)
        let (days, rest) = whole.quotientAndRemainder(dividingBy: 86_400)
        // Source: days since 1970-01-01 to a civil date over 400-year eras that begin on 1 March.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let fraction = String(1000 + milliseconds).dropFirst()
        return
            "\(year)-\(two(month))-\(two(day))T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60)).\(fraction)Z"
    }
}
