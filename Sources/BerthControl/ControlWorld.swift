/// BerthControl: workflows and reconcilers: makes what is intended true, and keeps it true.

package import BerthDiagnostics
package import BerthModel
package import BerthRuntime
package import BerthStore
package import Logging

/// What the control plane needs of the world. The executable fills it with the real parts, tests with small ones.
package struct ControlWorld: Sendable {
    package var store: Store
    package var home: BerthHome
    package var driver: any InstanceDriver
    package var environments: any EnvironmentPreparer
    /// nil: there are no containers here.
    package var images: (any EnvironmentPreparer)?
    package var routes: any RoutePublisher
    package var health: any HealthProber
    package var diagnose: @Sendable (FailureEvidence) -> [Diagnostic]
    /// The folder of the inference server, `…/berth_infsrv`.
    package var inferenceServer: String
    package var machine: Machine
    package var clock: any Clock<Duration>
    /// Seconds since 1970.
    package var now: @Sendable () -> Double
    package var logger: Logger
    package var settings: ControlSettings
    /// What a server has beyond `--local`; nil: only the workspace `local` has endpoints.
    package var service: ServiceFacts?
    /// Where registered assets are; nil: deployments bring all they need.
    package var assets: AssetWorld?

    package init(
        store: Store,
        home: BerthHome,
        driver: any InstanceDriver,
        environments: any EnvironmentPreparer,
        images: (any EnvironmentPreparer)? = nil,
        routes: any RoutePublisher,
        health: any HealthProber,
        diagnose: @escaping @Sendable (FailureEvidence) -> [Diagnostic],
        inferenceServer: String,
        machine: Machine,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Double,
        logger: Logger,
        settings: ControlSettings = ControlSettings(),
        service: ServiceFacts? = nil
    ) {
        self.store = store
        self.home = home
        self.driver = driver
        self.environments = environments
        self.images = images
        self.routes = routes
        self.health = health
        self.diagnose = diagnose
        self.inferenceServer = inferenceServer
        self.machine = machine
        self.clock = clock
        self.now = now
        self.logger = logger
        self.settings = settings
        self.service = service
    }
}

/// What endpoints of a server need: who is who, and where the gateway is.
package struct ServiceFacts: Sendable {
    package var directory: Directory
    /// Where clients reach the gateway, as `http://127.0.0.1:7480`.
    package var gatewayURL: String
    /// Where instances ask for tokens; nil: nowhere.
    package var identityURL: String?

    package init(directory: Directory, gatewayURL: String, identityURL: String? = nil) {
        self.directory = directory
        self.gatewayURL = gatewayURL
        self.identityURL = identityURL
    }

    /// The variables by which libraries of Azure find the identity of an endpoint. Source: those of managed endpoints
    /// (`MSI_…`) and of app services (`IDENTITY_…`), which newer libraries ask for.
    func identityVariables(of endpoint: String) -> [String: Secret] {
        guard let identityURL else { return [:] }
        let secret = directory.instanceSecret(of: endpoint)
        return [
            "MSI_ENDPOINT": Secret(identityURL), "MSI_SECRET": secret,
            "IDENTITY_ENDPOINT": Secret(identityURL), "IDENTITY_HEADER": secret,
        ]
    }
}

/// From an environment spec to a Python environment that is ready.
package protocol EnvironmentPreparer: Sendable {
    /// `log` gets lines of the build as they appear. `strict`: another Python than the one asked for is an error.
    func prepare(
        _ spec: EnvironmentSpec,
        strict: Bool,
        log: @escaping @Sendable (String) -> Void
    ) async throws(Diagnostic) -> RevisionPlan.Environment
}

/// Brings route tables to the gateway.
package protocol RoutePublisher: Sendable {
    /// Serves `table` from now on; returns the endpoints whose own port could not be opened, with the reason.
    func publish(_ table: RouteTable) async throws(Diagnostic) -> [String: String]
    /// Requests in flight by instance.
    func inFlight() async throws(Diagnostic) -> [String: Int]
}

/// Asks an instance for its health.
package protocol HealthProber: Sendable {
    /// Whether a `GET` to the target answers 200 within `timeout`.
    func isHealthy(_ target: HealthTarget, timeout: Duration) async -> Bool
}

/// Where an instance is asked for its health.
package enum HealthTarget: Hashable, Sendable {
    /// The root, on the unix socket of this path.
    case unix(String)
    case tcp(host: String, port: Int, path: String)
}

/// Numbers of the control plane, in one place.
package struct ControlSettings: Hashable, Sendable {
    package var limits = PresetLimits()
    package var overcommit = Overcommit()
    /// Loopback ports of `--local` endpoints: below the ephemeral range, so that no client's socket takes them.
    package var localPorts = 31_000...32_767
    /// How long an instance may take to end politely.
    package var stopGrace: Duration = .seconds(10)
    /// How long a replaced revision may take to answer what it has, beyond its own request timeout.
    package var drainMargin: Duration = .seconds(5)
    package var drainPoll: Duration = .milliseconds(50)
    /// How long after routes were refused they are published again.
    package var routesPeriod: Duration = .seconds(1)
    /// Lines of the log that a diagnosis looks at.
    package var evidenceLines = 200
    package var eventsKept = 500
    package var progressKept = 2000
    /// How long an operation that has ended can be asked about.
    package var operationsKept: Duration = .seconds(7 * 86_400)
    /// Ended revisions of a deployment whose logs are kept.
    package var revisionsKept = 5
    /// After a failed boot was reported, how long to wait for the exit report that belongs to it.
    package var exitReportGrace: Duration = .seconds(1)
    /// How long a restart of the control plane waits for what adopted instances told before.
    package var replayGrace: Duration = .seconds(2)
    package var stackDumpGrace: Duration = .seconds(2)
    /// How often failures of requests are written to the store, at most.
    package var failureInterval: Duration = .seconds(1)

    package init() {}
}
