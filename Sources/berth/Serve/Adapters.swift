import BerthControl
import BerthDiagnostics
import BerthEnvironments
import BerthModel
import BerthRuntime

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

/// Health over the instance's unix socket.
struct SocketHealth: HealthProber {
    func isHealthy(socket: String, timeout: Duration) async -> Bool {
        await HealthProbe.isHealthy(socket: socket, timeout: timeout)
    }
}
