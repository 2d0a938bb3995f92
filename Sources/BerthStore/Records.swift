/// BerthStore: the durable state of the control plane: schema, migrations, operation log.
package import BerthJSON
package import BerthModel

/// An endpoint: what was asked for and where it stands. `spec` is opaque here: the ARM body.
package struct EndpointRecord: Hashable, Sendable {
    package var workspace: String
    package var name: String
    package var spec: JSON
    package var state: ProvisioningState
    /// The loopback port of a `--local` endpoint; 0: none.
    package var localPort: Int
    /// Seconds since 1970.
    package var createdAt: Double
    package var modifiedAt: Double

    package init(
        workspace: String,
        name: String,
        spec: JSON,
        state: ProvisioningState,
        localPort: Int,
        createdAt: Double,
        modifiedAt: Double
    ) {
        self.workspace = workspace
        self.name = name
        self.spec = spec
        self.state = state
        self.localPort = localPort
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
    }
}

/// What names a deployment everywhere.
package struct DeploymentKey: Hashable, Sendable {
    package var workspace: String
    package var endpoint: String
    package var name: String

    package init(workspace: String, endpoint: String, name: String) {
        self.workspace = workspace
        self.endpoint = endpoint
        self.name = name
    }
}

/// A deployment: the last spec asked for, and the revision that answers.
package struct DeploymentRecord: Hashable, Sendable {
    package var key: DeploymentKey
    package var spec: JSON
    package var state: ProvisioningState
    /// The revision that has the route; nil before the first success.
    package var servingRevision: Int?
    package var createdAt: Double
    package var modifiedAt: Double
    /// The last failure and further independent ones, as diagnostics.
    package var failures: [JSON]
    package var warnings: [JSON]

    package init(key: DeploymentKey, spec: JSON, state: ProvisioningState, createdAt: Double) {
        self.key = key
        self.spec = spec
        self.state = state
        self.createdAt = createdAt
        self.modifiedAt = createdAt
        failures = []
        warnings = []
    }
}

/// A deployment without its specs: what many are looked through for.
package struct DeploymentHead: Hashable, Sendable {
    package var key: DeploymentKey
    package var servingRevision: Int?

    package init(key: DeploymentKey, servingRevision: Int?) {
        self.key = key
        self.servingRevision = servingRevision
    }
}

/// One attempt at a deployment's spec. Its number is unique in the store and rises.
package struct RevisionRecord: Hashable, Sendable {
    package enum Phase: String, CaseIterable, Hashable, Sendable {
        /// Being prepared or started.
        case starting
        /// Has, or is about to have, the route.
        case serving
        /// Replaced or deleted: answers what it has, then ends.
        case draining
        /// Did not become ready. Nothing runs; logs are kept.
        case failed
        /// Nothing runs; logs are kept for a while.
        case retired
    }

    package var number: Int
    package var key: DeploymentKey
    package var spec: JSON
    package var phase: Phase
    package var createdAt: Double
    /// How an instance is started, known once environment and artifacts are there.
    package var launch: JSON?

    package init(number: Int, key: DeploymentKey, spec: JSON, phase: Phase, createdAt: Double, launch: JSON? = nil) {
        self.number = number
        self.key = key
        self.spec = spec
        self.phase = phase
        self.createdAt = createdAt
        self.launch = launch
    }
}

/// An instance that should run, or did.
package struct InstanceRecord: Hashable, Sendable {
    package enum Phase: String, CaseIterable, Hashable, Sendable {
        case intended
        case ended
    }

    /// Also the name of its folder.
    package var id: String
    package var revision: Int
    /// 0-based place within the revision.
    package var ordinal: Int
    package var phase: Phase
    package var createdAt: Double
    /// How often its place was filled anew.
    package var restarts: Int

    package init(id: String, revision: Int, ordinal: Int, phase: Phase, createdAt: Double, restarts: Int) {
        self.id = id
        self.revision = revision
        self.ordinal = ordinal
        self.phase = phase
        self.createdAt = createdAt
        self.restarts = restarts
    }
}

/// A long-running change that was accepted.
package struct OperationRecord: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// Done when it is accepted; kept for those who ask how it went.
        case putEndpoint
        case putDeployment
        case deleteDeployment
        case deleteEndpoint
    }

    package enum Status: String, CaseIterable, Hashable, Sendable {
        case inProgress = "InProgress"
        case succeeded = "Succeeded"
        case failed = "Failed"
        case canceled = "Canceled"
    }

    package var id: String
    package var kind: Kind
    package var workspace: String
    package var endpoint: String
    package var deployment: String?
    package var revision: Int?
    package var status: Status
    package var requestID: String
    package var createdAt: Double
    package var failures: [JSON]

    package init(
        id: String,
        kind: Kind,
        workspace: String,
        endpoint: String,
        deployment: String?,
        revision: Int?,
        requestID: String,
        createdAt: Double
    ) {
        self.id = id
        self.kind = kind
        self.workspace = workspace
        self.endpoint = endpoint
        self.deployment = deployment
        self.revision = revision
        status = .inProgress
        self.requestID = requestID
        self.createdAt = createdAt
        failures = []
    }
}
