import BerthArtifacts
import BerthJSON
import BerthModel
import BerthRuntime

/// Where things lie in a container, and with which variables its program starts. Source: the container contract of the
/// service.
struct ContainerLayout: Sendable {
    private static let appRoot = "/var/azureml-app"
    private static let ownRoot = "/var/berth"

    let world: ControlWorld
    let spec: DeploymentSpec
    let revision: RevisionPlan
    let folder: InstanceFolder

    private var inferenceConfig: InferenceConfig? {
        guard case .inline(let environment) = spec.environment else { return nil }
        return environment.inferenceConfig
    }

    func plan(_ image: RevisionPlan.Image) -> InstancePlan {
        let share = world.machine.share(of: spec.instanceType.flatMap(InstanceType.named))
        return InstancePlan(
            folder: folder,
            command: [revision.environment.python, "\(Self.ownRoot)/python/\(serverName)"],
            environment: variables.mapValues(Secret.init),
            workingDirectory: codeRoot ?? Self.appRoot,
            readable: [],
            writable: [],
            limits: InstanceLimits(memory: Bytes(revision.memoryLimit), cores: share.cores),
            // An image's own server is one place to send requests to, whatever it does inside.
            workerCount: inferenceConfig == nil ? revision.workerCount : 1,
            labels: ["endpoint": spec.endpointName, "deployment": spec.name],
            container: ContainerPlan(
                image: image.id,
                mounts: mounts,
                inferenceConfig: inferenceConfig,
                readiness: spec.readinessProbe,
                graphicsProcessors: spec.instanceType.flatMap(InstanceType.named)?.gpus?.count ?? 0
            )
        )
    }

    private var serverName: String { Self.leaf(world.inferenceServer) }

    // MARK: Places

    /// `AZUREML_MODEL_DIR`.
    var modelDirectory: String? {
        guard case .inline(let model) = spec.model else { return nil }
        let root = spec.modelMountPath ?? Self.appRoot + "/azureml-models"
        return ModelPlacement().directory(of: model, under: root)
    }

    /// The code folder under its own name.
    var codeFolder: String? { revision.code.map { "\(Self.appRoot)/\(Self.leaf($0.userFolder))" } }

    private var codeRoot: String? {
        guard let code = revision.code, let folder = codeFolder else { return nil }
        return ([folder] + code.scoringScript.split(separator: "/").dropLast().map(String.init)).joined(separator: "/")
    }

    private var mounts: [ContainerPlan.Mount] {
        var mounts: [ContainerPlan.Mount] = []
        if case .inline(let model) = spec.model, let directory = modelDirectory {
            // A folder appears inside under its name, a file directly.
            let place = "\(directory)/\(Self.leaf(model.path))"
            mounts.append(.init(source: model.path, target: place, isReadOnly: true))
        }
        if let code = revision.code, let place = codeFolder {
            mounts.append(.init(source: code.folder, target: place, isReadOnly: true))
        }
        guard inferenceConfig == nil else { return mounts }
        return mounts + [
            .init(
                source: InstanceFolder.parent(of: world.inferenceServer),
                target: Self.ownRoot + "/python",
                isReadOnly: true
            ),
            .init(source: folder.socketFolder, target: Self.ownRoot + "/run", isReadOnly: false),
            .init(source: folder.scratchFolder, target: Self.ownRoot + "/scratch", isReadOnly: false),
        ]
    }

    private static func leaf(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

    // MARK: Variables

    private var variables: [String: String] {
        var variables: [String: String] = [:]
        let reserved = InstancePlanner.reservedVariables
        for (name, value) in spec.environmentVariables where !reserved.contains(name) { variables[name] = value }
        variables["AZUREML_MODEL_DIR"] = modelDirectory
        if let code = revision.code {
            variables["AML_APP_ROOT"] = codeRoot
            variables["AZUREML_ENTRY_SCRIPT"] = Self.leaf(code.scoringScript)
        }
        guard inferenceConfig == nil else { return variables }
        let own = [
            "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1", "LANG": "C.UTF-8", "WORKER_COUNT": "1",
            "HOME": Self.ownRoot + "/scratch", "TMPDIR": Self.ownRoot + "/scratch",
        ]
        variables.merge(own) { users, _ in users }
        variables["BERTH_RUN_DIR"] = Self.ownRoot + "/run"
        variables["BERTH_SCRATCH_DIR"] = Self.ownRoot + "/scratch"
        variables["BERTH_EVENT_FILE"] = Self.ownRoot + "/run/events.jsonl"
        variables["BERTH_CODE_DIR"] = codeFolder
        if case .inline(let model) = spec.model, model.kind == .mlflow, spec.code == nil {
            variables["BERTH_MLFLOW_MODEL"] = "1"
        }
        if spec.dataCollector != nil { variables["BERTH_COLLECTOR_DIR"] = Self.ownRoot + "/scratch/collected" }
        return variables
    }
}

/// Turns paths as a container sees them into those of this machine, in what a container said: a diagnosis reads the files.
struct ContainerPaths: Sendable {
    /// What is longer comes first.
    private let pairs: [(inside: String, outside: String)]

    init(spec: DeploymentSpec, plan: RevisionPlan, modelDirectory: String?) {
        guard plan.environment.image != nil else {
            pairs = []
            return
        }
        var pairs: [(inside: String, outside: String)] = []
        if let code = plan.code {
            let name = code.userFolder.split(separator: "/").last ?? ""
            pairs.append(("/var/azureml-app/\(name)/", code.folder + "/"))
        }
        if case .inline(let model) = spec.model, let outside = modelDirectory {
            let root = spec.modelMountPath ?? "/var/azureml-app/azureml-models"
            pairs.append((ModelPlacement().directory(of: model, under: root), outside))
        }
        self.pairs = pairs.sorted { $0.inside.utf8.count > $1.inside.utf8.count }
    }

    func onThisMachine(_ text: String) -> String {
        var result = text
        for pair in pairs { result = result.replacing(pair.inside, with: pair.outside) }
        return result
    }

    func onThisMachine(_ event: InstanceEvent) -> InstanceEvent {
        guard !pairs.isEmpty else { return event }
        return InstanceEvent(name: event.name, at: event.at, body: onThisMachine(event.body))
    }

    private func onThisMachine(_ json: JSON) -> JSON {
        switch json {
        case .string(let text): .string(onThisMachine(text))
        case .array(let elements): .array(elements.map(onThisMachine))
        case .object(let members): .object(JSONObject(members.map { ($0, onThisMachine($1)) }))
        case .null, .bool, .integer, .double: json
        }
    }
}
