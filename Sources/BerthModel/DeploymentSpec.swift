package import BerthJSON

/// What a user asks of a deployment: one version behind an endpoint.
package struct DeploymentSpec: Hashable, Sendable {
    package var name: String
    package var endpointName: String
    package var computeType: ComputeType = .managed
    package var description: String?
    package var tags: [String: String] = [:]
    package var properties: [String: String] = [:]
    package var model: ModelReference?
    /// Absolute path in a custom container under which the model lies.
    package var modelMountPath: String?
    package var code: CodeConfiguration?
    package var environment: EnvironmentReference?
    package var environmentVariables: [String: String] = [:]
    package var instanceType: String?
    /// At least 1.
    package var instanceCount: Int = 1
    /// The 2021 form's `max_instances`, for which quota was reserved; nil: quota follows `instanceCount`.
    package var reservedInstanceCount: Int?
    package var appInsightsEnabled: Bool = false
    package var scaleSettings: ScaleSettings = .default
    package var requestSettings: RequestSettings = RequestSettings()
    package var livenessProbe: ProbeSettings = ProbeSettings()
    package var readinessProbe: ProbeSettings = ProbeSettings()
    package var dataCollector: DataCollector?
    package var egressPublicNetworkAccess: Bool = true
    /// Experimental in the reference; kept, without effect.
    package var privateNetworkConnection: Bool = false
    /// Experimental in the reference; kept, without effect.
    package var packageModel: Bool = false
    /// Kubernetes deployments only.
    package var resources: ContainerResources?

    package init(name: String, endpointName: String) {
        self.name = name
        self.endpointName = endpointName
    }
}

/// Who provides the machines of a deployment: the `type` key.
package enum ComputeType: String, CaseIterable, Hashable, Sendable {
    case managed
    case kubernetes
}

/// A model: registered, or inline with a path.
package enum ModelReference: Hashable, Sendable {
    /// `azureml:<name>:<version>`, `azureml:<name>@<label>`, an ARM id or a registry id; without the `azureml:` prefix of the short forms.
    case registered(String)
    case inline(ModelSpec)
}

package struct ModelSpec: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case custom = "custom_model"
        case mlflow = "mlflow_model"
        case triton = "triton_model"
    }

    /// nil: anonymous.
    package var name: String?
    package var version: String?
    /// Absolute local path, or a URI (`azureml://…`, `runs:/…`, `https://…`).
    package var path: String
    package var kind: Kind = .custom
    package var description: String?
    package var tags: [String: String] = [:]
    package var properties: [String: String] = [:]
    /// MLflow flavors, as written.
    package var flavors: JSONObject = JSONObject()
    package var stage: String?
    package var datastore: String?
    /// `system_metadata`, `default_deployment_template`, `allowed_deployment_templates`: kept as written, without effect.
    package var experimental: JSONObject = JSONObject()

    package init(path: String) { self.path = path }
}

/// A code asset as a file of its own.
package struct CodeSpec: Hashable, Sendable {
    /// nil: anonymous.
    package var name: String?
    package var version: String?
    /// Absolute local folder, or a URI.
    package var path: String
    package var description: String?
    package var tags: [String: String] = [:]
    package var properties: [String: String] = [:]
    package var datastore: String?

    package init(path: String) { self.path = path }
}

package struct CodeConfiguration: Hashable, Sendable {
    /// Absolute local folder, or a registered code asset's id.
    package var code: String
    /// Path inside `code`.
    package var scoringScript: String

    package init(code: String, scoringScript: String) {
        self.code = code
        self.scoringScript = scoringScript
    }

    /// Whether `code` is a folder here, not the id of a registered asset.
    package var isLocal: Bool { code.hasPrefix("/") && !code.lowercased().hasPrefix("/subscriptions/") }
}

/// An environment: registered, or inline.
package enum EnvironmentReference: Hashable, Sendable {
    /// As for models; also curated names `azureml://registries/<r>/environments/<e>/…`.
    case registered(String)
    case inline(EnvironmentSpec)
}

package struct EnvironmentSpec: Hashable, Sendable {
    package struct Build: Hashable, Sendable {
        /// Absolute local folder or URL.
        package var path: String
        package var dockerfilePath: String = "Dockerfile"

        package init(path: String, dockerfilePath: String = "Dockerfile") {
            self.path = path
            self.dockerfilePath = dockerfilePath
        }
    }

    package var name: String?
    package var version: String?
    package var description: String?
    package var tags: [String: String] = [:]
    package var properties: [String: String] = [:]
    package var image: String?
    /// The text of the conda file. Inline objects of the spec are re-written as YAML.
    package var condaFile: String?
    /// Where `condaFile` was read, for messages.
    package var condaFilePath: String?
    package var build: Build?
    package var osType: String = "linux"
    /// Its presence means «run the image as it is».
    package var inferenceConfig: InferenceConfig?
    package var datastore: String?

    package init() {}
}

package struct InferenceConfig: Hashable, Sendable {
    package struct Route: Hashable, Sendable {
        package var path: String
        /// 1 to 65535.
        package var port: Int

        package init(path: String, port: Int) {
            self.path = path
            self.port = port
        }
    }

    package var liveness: Route
    package var readiness: Route
    package var scoring: Route

    package init(liveness: Route, readiness: Route, scoring: Route) {
        self.liveness = liveness
        self.readiness = readiness
        self.scoring = scoring
    }
}

package enum ScaleSettings: Hashable, Sendable {
    case `default`
    /// Kubernetes, and the 2021 form's `auto`. `pollingInterval` in seconds.
    case targetUtilization(minInstances: Int, maxInstances: Int, percent: Int, pollingInterval: Int)
}

package struct RequestSettings: Hashable, Sendable {
    /// Source: the service's documented maximum for managed deployments.
    package static let maxTimeoutMs = 180_000
    /// Source: the limits page, Kubernetes endpoints.
    package static let maxKubernetesTimeoutMs = 300_000

    package var requestTimeoutMs: Int = 5000
    package var maxConcurrentRequestsPerInstance: Int = 1
    package var maxQueueWaitMs: Int = 500

    package init() {}
}

/// Defaults and minima. Source: the deployment YAML reference.
package struct ProbeSettings: Hashable, Sendable {
    package var initialDelay: Duration = .seconds(10)
    package var period: Duration = .seconds(10)
    package var timeout: Duration = .seconds(2)
    package var successThreshold: Int = 1
    package var failureThreshold: Int = 30

    package init() {}
}

package struct DataCollector: Hashable, Sendable {
    package struct Collection: Hashable, Sendable {
        package var enabled: Bool = false
        package var dataName: String?
        package var dataPath: String?
        package var dataVersion: String?
        package var samplingRate: Double?
        /// Identity that writes the data.
        package var clientID: String?

        package init() {}
    }

    /// 0 to 1.
    package var samplingRate: Double = 1
    package var rollingRate: String = "hour"
    package var collections: [String: Collection] = [:]
    package var captureHeaders: [String] = []

    package init() {}
}

/// Kubernetes quantity strings.
package struct ContainerResources: Hashable, Sendable {
    package var requests: [String: String] = [:]
    package var limits: [String: String] = [:]

    package init() {}
}

/// What may follow the name in `provisioning_state`.
package enum ProvisioningState: String, CaseIterable, Hashable, Sendable {
    case creating = "Creating"
    case updating = "Updating"
    case scaling = "Scaling"
    case deleting = "Deleting"
    case succeeded = "Succeeded"
    case failed = "Failed"
    case canceled = "Canceled"

    /// Whether nothing more will happen by itself.
    package var isTerminal: Bool {
        switch self {
        case .succeeded, .failed, .canceled: true
        case .creating, .updating, .scaling, .deleting: false
        }
    }
}
