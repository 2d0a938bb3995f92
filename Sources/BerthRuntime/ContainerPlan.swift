package import BerthDiagnostics
package import BerthModel

/// What a driver of containers needs besides the rest of an `InstancePlan`.
package struct ContainerPlan: Hashable, Sendable {
    package struct Mount: Hashable, Sendable {
        /// Absolute, on this machine.
        package var source: String
        /// Absolute, in the container.
        package var target: String
        package var isReadOnly: Bool

        package init(source: String, target: String, isReadOnly: Bool) {
            self.source = source
            self.target = target
            self.isReadOnly = isReadOnly
        }
    }

    /// The image's id, or a name that the engine has.
    package var image: String
    package var mounts: [Mount]
    /// The image's own server, run as it is; nil: our inference server runs in the image's Python.
    package var inferenceConfig: InferenceConfig?
    package var readiness: ProbeSettings
    /// Graphics processors that are asked for.
    package var graphicsProcessors: Int

    package init(
        image: String,
        mounts: [Mount],
        inferenceConfig: InferenceConfig?,
        readiness: ProbeSettings,
        graphicsProcessors: Int = 0
    ) {
        self.image = image
        self.mounts = mounts
        self.inferenceConfig = inferenceConfig
        self.readiness = readiness
        self.graphicsProcessors = graphicsProcessors
    }

    /// Ports of the image's own server, each once.
    package var ports: [Int] {
        guard let routes = inferenceConfig else { return [] }
        return Set([routes.scoring.port, routes.liveness.port, routes.readiness.port]).sorted()
    }
}

/// Which code runs the instances of a deployment.
package enum RuntimeKind: String, CaseIterable, Hashable, Sendable {
    case process
    case docker

    /// The property of a deployment, or of its environment, that asks for one.
    package static let property = "berth.runtime"

    /// What a spec asks for: containers where only they can run it, or where the user says so; else processes.
    ///
    /// nil: `berth.runtime` names something else.
    package static func wanted(by spec: DeploymentSpec) -> RuntimeKind? {
        var environment: EnvironmentSpec?
        if case .inline(let given) = spec.environment { environment = given }
        let asked = spec.properties[property] ?? environment?.properties[property] ?? "auto"
        if let kind = RuntimeKind(rawValue: asked) { return kind }
        guard asked == "auto" else { return nil }
        return needsContainer(environment) ? .docker : .process
    }

    /// Whether only a container can run what the environment describes.
    package static func needsContainer(_ environment: EnvironmentSpec?) -> Bool {
        environment?.inferenceConfig != nil || environment?.build != nil
    }
}

/// Starts each instance with the driver that its plan is for, and finds the driver of one that is there by its folder.
package struct DriverSwitch: InstanceDriver {
    private let processes: any InstanceDriver
    private let containers: any InstanceDriver
    private let isContainer: @Sendable (InstanceFolder) -> Bool

    /// `isContainer` tells whether a folder's instance is, or was, a container.
    package init(
        processes: any InstanceDriver,
        containers: any InstanceDriver,
        isContainer: @escaping @Sendable (InstanceFolder) -> Bool
    ) {
        self.processes = processes
        self.containers = containers
        self.isContainer = isContainer
    }

    package var name: String { "auto" }

    package func fingerprint() async -> DriverFingerprint { await processes.fingerprint() }

    package func start(_ plan: InstancePlan) async throws(Diagnostic) {
        try await (plan.container == nil ? processes : containers).start(plan)
    }

    package func events(of instance: InstanceFolder) -> AsyncStream<InstanceEvent> {
        driver(instance).events(of: instance)
    }
    package func inspect(_ instance: InstanceFolder) async -> InstanceCondition {
        await driver(instance).inspect(instance)
    }
    package func dump(_ instance: InstanceFolder) async throws(Diagnostic) { try await driver(instance).dump(instance) }

    package func stop(_ instance: InstanceFolder, grace: Duration) async throws(Diagnostic) {
        try await driver(instance).stop(instance, grace: grace)
    }

    private func driver(_ instance: InstanceFolder) -> any InstanceDriver {
        isContainer(instance) ? containers : processes
    }
}
