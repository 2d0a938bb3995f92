/// Everything that the gateway needs to know, as one immutable value: the control plane makes it, the gateway serves it.
package struct RouteTable: Hashable, Sendable {
    /// Rises with every change; the gateway ignores a table that is older than its own.
    package var revision: Int
    /// What follows `<endpoint>.` in the host names of endpoints, as `westeurope.inference.example.org`; empty: endpoints
    /// are found by path alone.
    package var inferenceDomain: String
    /// Names are unique among the endpoints without a port of their own: those share a listener.
    package var endpoints: [Endpoint]
    /// Who may sign the tokens that endpoints with `.amlToken` and `.aadToken` take; see `ScoringToken`. At most 64 keys
    /// in all. A key that a new table no longer names verifies nothing from the moment the table is served.
    package var tokenIssuers: [TokenIssuer]
    /// What the traffic log says of the workspaces that `Endpoint.workspace` names; one that is absent has no more than
    /// its name.
    package var workspaces: [Workspace]

    package init(
        revision: Int,
        inferenceDomain: String = "",
        endpoints: [Endpoint] = [],
        tokenIssuers: [TokenIssuer] = [],
        workspaces: [Workspace] = []
    ) {
        self.revision = revision
        self.inferenceDomain = inferenceDomain
        self.endpoints = endpoints
        self.tokenIssuers = tokenIssuers
        self.workspaces = workspaces
    }

    /// Columns of AmlOnlineEndpointTrafficLog that are the same for a whole workspace.
    package struct Workspace: Hashable, Sendable {
        package var name: String
        /// Its GUID.
        package var id: String
        package var subscriptionID: String
        package var location: String

        package init(name: String, id: String = "", subscriptionID: String = "", location: String = "") {
            self.name = name
            self.id = id
            self.subscriptionID = subscriptionID
            self.location = location
        }
    }

    /// Who signs tokens, and with which keys.
    package struct TokenIssuer: Hashable, Sendable {
        /// The claim `iss`, letter by letter.
        package var name: String
        package var keys: [SigningKey]

        package init(name: String, keys: [SigningKey]) {
            self.name = name
            self.keys = keys
        }
    }

    /// A public key on the curve P-256.
    package struct SigningKey: Hashable, Sendable {
        /// The `kid` of a token's header; unique within its issuer.
        package var id: String
        /// PEM (`-----BEGIN PUBLIC KEY-----` …), or the 65 bytes of X9.63 (`04` ‖ X ‖ Y) in Base64.
        package var publicKey: String

        package init(id: String, publicKey: String) {
            self.id = id
            self.publicKey = publicKey
        }
    }

    package struct Endpoint: Hashable, Sendable {
        package var name: String
        /// The workspace that owns it; `local` for `--local`.
        package var workspace: String
        /// A listener of its own on loopback (0: none), with `/score` at its root. `--local` endpoints have one, and are
        /// reached through it alone.
        package var localPort: Int
        package var auth: Auth
        package var limits: Limits
        package var deployments: [Deployment]
        /// Percent by deployment name; 0 to 100 in sum.
        package var traffic: [String: Int]
        /// Percent of copied requests by deployment name, 0 to 50.
        package var mirror: [String: Int]

        package init(
            name: String,
            workspace: String,
            localPort: Int = 0,
            auth: Auth = .none,
            limits: Limits = Limits(),
            deployments: [Deployment] = [],
            traffic: [String: Int] = [:],
            mirror: [String: Int] = [:]
        ) {
            self.name = name
            self.workspace = workspace
            self.localPort = localPort
            self.auth = auth
            self.limits = limits
            self.deployments = deployments
            self.traffic = traffic
            self.mirror = mirror
        }
    }

    package enum Auth: Hashable, Sendable {
        case none
        /// SHA-256 of each key that is valid now, lower-case hexadecimal.
        case keys(sha256: [String])
        /// Tokens for this endpoint alone, as `aml_token` gives them out; see `ScoringToken`.
        case amlToken
        /// Tokens of an identity, as `aad_token` takes them; see `ScoringToken`. `scorers` are the object ids (claim
        /// `oid`) that hold the action `onlineEndpoints/score/action` on the endpoint: an identity that is known and not
        /// among them gets 403.
        case aadToken(scorers: [String])
    }

    /// Limits of an endpoint; 0 means none. Source of the defaults: the 2021 guide's status table.
    package struct Limits: Hashable, Sendable {
        package var requestsPerSecond: Int = 100
        package var maxRequestBytes: Int = 1_572_864
        package var maxResponseBytes: Int = 1_572_864
        package var maxConnections: Int = 0
        package var newConnectionsPerSecond: Int = 0
        /// Bytes per second in each direction; more is delayed, not refused.
        package var bandwidthBytesPerSecond: Int = 0

        package init() {}

        /// Today's service: 500 requests and 500 new connections a second, 500 connections, 5 MB a second.
        /// Source: the quota page of 2026-01.
        package static var azure2026: Limits {
            var limits = Limits()
            limits.requestsPerSecond = 500
            limits.maxConnections = 500
            limits.newConnectionsPerSecond = 500
            limits.bandwidthBytesPerSecond = 5_000_000
            return limits
        }
    }

    package struct Deployment: Hashable, Sendable {
        package var name: String
        /// 1 to 180,000 (300,000 for flows).
        package var requestTimeoutMs: Int
        package var maxConcurrentRequestsPerInstance: Int
        /// As in the spec, also while fewer are ready: the admission limit is 2 × concurrency × this.
        package var instanceCount: Int
        /// Path to which `/score` is sent; `/score` but for custom containers.
        package var scoringPath: String
        /// Every path goes to the instance, as custom containers need it; otherwise `/score`, `/swagger.json` and `/` do.
        package var passesEveryPath: Bool
        /// The instances that are ready now.
        package var instances: [Instance]

        package init(
            name: String,
            requestTimeoutMs: Int = 5000,
            maxConcurrentRequestsPerInstance: Int = 1,
            instanceCount: Int = 1,
            scoringPath: String = "/score",
            passesEveryPath: Bool = false,
            instances: [Instance] = []
        ) {
            self.name = name
            self.requestTimeoutMs = requestTimeoutMs
            self.maxConcurrentRequestsPerInstance = maxConcurrentRequestsPerInstance
            self.instanceCount = instanceCount
            self.scoringPath = scoringPath
            self.passesEveryPath = passesEveryPath
            self.instances = instances
        }
    }

    package struct Instance: Hashable, Sendable {
        package var id: String
        /// One per worker; the instance's concurrency is spread over them.
        package var addresses: [Address]

        package init(id: String, addresses: [Address]) {
            self.id = id
            self.addresses = addresses
        }
    }

    package enum Address: Hashable, Sendable {
        /// Path of at most 107 bytes.
        case unix(String)
        case tcp(host: String, port: Int)
    }
}
