package import BerthDiagnostics
import BerthModel
package import BerthRuntime
package import BerthStore

extension ControlPlane {
    /// The last `lines` lines of a container of a deployment: of the instance that runs, or that ran last; with
    /// `previous`, of the one before it. Works after a failure and after the deployment's delete.
    package func logs(
        of key: DeploymentKey,
        container: LogContainer,
        lines: Int,
        previous: Bool
    ) async throws(Diagnostic) -> String {
        touch()
        guard let file = try await logFile(of: key, container: container, previous: previous) else {
            throw try await noLog(key)
        }
        let head = container == .inferenceServer ? try await logHead(of: key, file) : ""
        return head + LogReader(path: file).tail(lines: lines).map { $0 + "\n" }.joined()
    }

    /// What stands above the log in `file`.
    private func logHead(of key: DeploymentKey, _ file: String) async throws(Diagnostic) -> String {
        let parts = file.split(separator: "/")
        guard let id = parts.dropLast(2).last.map(String.init) else { return "" }
        let folder = InstanceFolder(path: world.home.instancesFolder + "/" + id)
        let record = try await world.store.read { try $0.deployment(key) }
        let revisions = try await world.store.read { try $0.revisions(of: key) }
        let instances = try await world.store.read { transaction -> [InstanceRecord] in
            try revisions.flatMap { try transaction.instances(of: $0.number) }
        }
        let instance = instances.first { $0.id == id }
        // A failure while it serves, or of a later attempt, is told where it belongs: with the last instance.
        let isLast = instance.map { $0.revision == revisions.last?.number } ?? false
        return LogHead(
            events: folder.keptEvents(),
            exit: folder.exitReport(),
            failure: isLast ? record?.failures.first.flatMap(Diagnostic.init(json:)) : nil,
            createdAt: instance?.createdAt ?? 0,
            hasModel: !EvidenceFile.paths(below: folder.path + "/azureml-models").isEmpty
        ).text
    }

    /// The file to follow, nil where nothing was written yet.
    package func logFile(
        of key: DeploymentKey,
        container: LogContainer,
        previous: Bool
    ) async throws(Diagnostic) -> String? {
        let revisions = try await world.store.read { try $0.revisions(of: key) }
        if container == .environmentBuild {
            return revisions.last.map { PrepareEnvironment.logFile(home: world.home, revision: $0.number) }
        }
        var candidates: [InstanceRecord] = []
        for revision in revisions.reversed() where candidates.count < 2 {
            let instances = try await world.store.read { try $0.instances(of: revision.number) }
            candidates += instances.filter { $0.ordinal == 0 }.sorted { $0.restarts > $1.restarts }
        }
        let index = previous ? 1 : 0
        guard candidates.indices.contains(index) else { return nil }
        return InstanceFolder(path: world.home.instancesFolder + "/" + candidates[index].id).log(container)
    }

    private func noLog(_ key: DeploymentKey) async throws(Diagnostic) -> Diagnostic {
        let state = try await world.store.read { transaction -> ProvisioningState in
            guard let record = try transaction.deployment(key) else {
                throw try DeploymentRules.notFound(key, transaction: transaction)
            }
            return record.state
        }
        return Diagnostic(
            .resourceNotFound,
            nil,
            "deployment `\(key.name)` has not started an instance yet: it is \(state.rawValue)",
            help: [
                "try again in a few seconds, or follow the environment's build:"
                    + " berth online-deployment get-logs -n \(key.name) -e \(key.endpoint) --local -c environment-build"
            ]
        )
    }
}
