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
        return LogReader(path: file).tail(lines: lines).map { $0 + "\n" }.joined()
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
