import BerthControl
import BerthDiagnostics
import BerthEnvironments
import BerthModel
import BerthRuntime
import BerthRuntimeDocker

/// Python environments for the control plane.
struct PythonEnvironments: EnvironmentPreparer {
    let store: EnvironmentStore

    func prepare(
        _ spec: EnvironmentSpec,
        strict: Bool,
        log: @escaping @Sendable (String) -> Void
    ) async throws(Diagnostic) -> RevisionPlan.Environment {
        let prepared = try await store.prepare(spec, strict: strict, log: log)
        return RevisionPlan.Environment(
            python: prepared.python,
            pythonVersion: prepared.pythonVersion.description,
            sitePackages: prepared.sitePackages,
            readablePaths: prepared.readablePaths,
            lock: prepared.lock,
            warnings: prepared.warnings,
            wasReused: prepared.wasReused
        )
    }
}

/// Images for the control plane, for deployments whose instances are containers.
struct ContainerImages: EnvironmentPreparer {
    let store: ImageStore

    func prepare(
        _ spec: EnvironmentSpec,
        strict: Bool,
        log: @escaping @Sendable (String) -> Void
    ) async throws(Diagnostic) -> RevisionPlan.Environment {
        let image = try await store.prepare(spec, log: log)
        return RevisionPlan.Environment(
            python: "python3",
            pythonVersion: "",
            sitePackages: "",
            readablePaths: [],
            lock: [],
            warnings: [],
            wasReused: image.wasReused,
            image: RevisionPlan.Image(id: image.id, name: image.name)
        )
    }
}

/// Health over the instance's unix socket, or its port.
struct SocketHealth: HealthProber {
    func isHealthy(_ target: HealthTarget, timeout: Duration) async -> Bool {
        switch target {
        case .unix(let path): await HealthProbe.isHealthy(socket: path, timeout: timeout)
        case .tcp(let host, let port, let path):
            await HealthProbe.isHealthy(host: host, port: port, path: path, timeout: timeout)
        }
    }
}
