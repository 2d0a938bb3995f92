package import BerthModel

/// Everything that was read about an instance that failed: what BerthDiagnosis judges by. Facts only.
package struct FailureEvidence: Sendable {
    /// What made us look.
    package enum Trigger: Hashable, Sendable {
        /// The instance has ended, or never started: see `exit`.
        case ended
        /// Nothing of it runs any more and nobody wrote how it ended.
        case lost
        /// Not ready within the readiness probe's window (`initial_delay` + `period` × `failure_threshold`).
        case readinessWindowPassed(seconds: Double)
        /// The liveness probe failed `failures` times in a row; the instance was stopped for it.
        case livenessFailed(failures: Int)
        /// A worker died while the instance serves; its master goes on.
        case workerExited
        /// `run()` raised.
        case runFailed
        /// `run()` was stopped at its deadline.
        case runTimedOut
    }

    package var trigger: Trigger
    /// Before the deployment became ready, or while it served.
    package var isServing: Bool
    package var instanceID: String
    package var spec: DeploymentSpec
    package var events: [InstanceEvent]
    package var exit: ExitReport?
    package var limits: InstanceLimits
    /// The last lines of `inference-server.log`, oldest first, with the number of the first one.
    package var logTail: [String]
    package var logTailFirstLine: Int
    package var environment: Environment
    /// As the instance sees them; nil where the spec has none.
    package var codeFolder: String?
    package var modelFolder: String?
    /// The user's own path of the code, for messages.
    package var userCodeFolder: String?
    /// What lies below `modelFolder`, at most some hundred paths.
    package var modelFiles: [String] = []

    /// The Python environment that the instance ran in.
    package struct Environment: Sendable {
        package var pythonVersion: String
        package var sitePackages: String
        /// `name==version`, one a package.
        package var lock: [String]
        package var condaFilePath: String?
        package var condaFile: String?

        package init(
            pythonVersion: String,
            sitePackages: String,
            lock: [String],
            condaFilePath: String? = nil,
            condaFile: String? = nil
        ) {
            self.pythonVersion = pythonVersion
            self.sitePackages = sitePackages
            self.lock = lock
            self.condaFilePath = condaFilePath
            self.condaFile = condaFile
        }
    }

    package init(
        trigger: Trigger,
        isServing: Bool,
        instanceID: String,
        spec: DeploymentSpec,
        events: [InstanceEvent],
        exit: ExitReport?,
        limits: InstanceLimits,
        logTail: [String],
        logTailFirstLine: Int = 1,
        environment: Environment,
        codeFolder: String?,
        modelFolder: String?,
        userCodeFolder: String?
    ) {
        self.trigger = trigger
        self.isServing = isServing
        self.instanceID = instanceID
        self.spec = spec
        self.events = events
        self.exit = exit
        self.limits = limits
        self.logTail = logTail
        self.logTailFirstLine = logTailFirstLine
        self.environment = environment
        self.codeFolder = codeFolder
        self.modelFolder = modelFolder
        self.userCodeFolder = userCodeFolder
    }
}
