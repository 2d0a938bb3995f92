/// BerthServer: the REST routes of the control plane, thin.

package import BerthControl
import BerthDiagnostics
package import BerthIdentity
import BerthModel
import BerthStore
import Hummingbird
import HummingbirdTLS
package import Logging
import NIOSSL
import ServiceLifecycle
import UnixSignals

/// The control plane's HTTP server: on a unix socket for the owner of the home, and where it serves others too, on HTTPS.
package struct ControlServer: Sendable {
    /// What is served on the network.
    package struct Network: Sendable {
        package var host: String
        package var port: Int
        package var certificate: CertificatePair
        /// On loopback, over http: where instances ask for tokens.
        package var instancePort: Int

        package init(host: String, port: Int, certificate: CertificatePair, instancePort: Int) {
            self.host = host
            self.port = port
            self.certificate = certificate
            self.instancePort = instancePort
        }
    }

    private let control: ControlPlane
    private let directory: Directory
    private let accounts: Accounts
    private let assets: AssetWorld
    private let blobs: BlobFront
    private let now: @Sendable () -> Double
    private let socketPath: String
    private let network: Network?
    private let stop: StopSwitch
    private let audit: AuditLog
    private let trace: Trace
    private let logger: Logger
    private let onRunning: @Sendable () async -> Void

    /// `onRunning` is called once all of it takes connections.
    package init(
        control: ControlPlane,
        directory: Directory,
        accounts: Accounts,
        assets: AssetWorld,
        now: @escaping @Sendable () -> Double,
        socketPath: String,
        network: Network?,
        stop: StopSwitch,
        audit: AuditLog,
        trace: Trace,
        logger: Logger,
        onRunning: @escaping @Sendable () async -> Void
    ) {
        self.control = control
        self.directory = directory
        self.accounts = accounts
        self.assets = assets
        self.now = now
        let access = BlobAccess(storage: assets.storage, directory: directory, now: now)
        blobs = BlobFront(blobs: assets.storage.blobs, access: access, now: now)
        self.socketPath = socketPath
        self.network = network
        self.stop = stop
        self.audit = audit
        self.trace = trace
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Serves until SIGTERM or SIGINT, then answers what it has.
    package func run() async throws {
        var quiet = logger
        quiet.logLevel = .warning
        let running = StartCount(of: network == nil ? 1 : 3, then: onRunning)
        var services: [any Service] = [
            Application(
                router: router(.socket),
                configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socketPath)),
                onServerRunning: { _ in await running.oneMore() },
                logger: quiet
            )
        ]
        if let network {
            services.append(
                Application(
                    router: router(.network),
                    server: try .tls(.http1(), tlsConfiguration: try Self.tls(network.certificate)),
                    configuration: ApplicationConfiguration(address: .hostname(network.host, port: network.port)),
                    onServerRunning: { _ in await running.oneMore() },
                    logger: quiet
                )
            )
        }
        if let network {
            let instances = Router(context: ControlRequestContext.self)
            instances.addMiddleware { ErrorMiddleware(door: .network, logger: logger) }
            InstanceRoutes(directory: directory).add(to: instances)
            services.append(
                Application(
                    router: instances,
                    configuration: ApplicationConfiguration(
                        address: .hostname("127.0.0.1", port: network.instancePort)
                    ),
                    onServerRunning: { _ in await running.oneMore() },
                    logger: quiet
                )
            )
        }
        var configuration = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet
        )
        // A request that waits for news of an operation must not hold the end up.
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        configuration.maximumCancellationDuration = .seconds(5)
        try await ServiceGroup(configuration: configuration).run()
    }

    private func router(_ door: AccessMiddleware.Door) -> Router<ControlRequestContext> {
        let router = Router(context: ControlRequestContext.self, options: [.caseInsensitive])
        router.addMiddleware {
            ErrorMiddleware(door: door, logger: logger)
            BlobMiddleware(door: door, front: blobs, logger: logger)
            AccessMiddleware(door: door, directory: directory, accounts: accounts, audit: audit)
        }
        if door == .network {
            MetadataRoutes(tenant: directory.tenant).add(to: router)
            TokenRoutes(directory: directory).add(to: router)
        } else {
            StopRoutes(stop: stop).add(to: router)
            OwnerRoutes(control: control, trace: trace).add(to: router)
        }
        AccountRoutes(accounts: accounts, directory: directory).add(to: router)
        WorkspaceRoutes(accounts: accounts, assets: assets).add(to: router)
        IdentityRoutes(directory: directory, accounts: accounts, control: control).add(to: router)
        RoleRoutes(directory: directory, control: control).add(to: router)
        EndpointRoutes(control: control).add(to: router)
        DeploymentRoutes(control: control).add(to: router)
        OperationRoutes(control: control).add(to: router)
        StorageRoutes(accounts: accounts, storage: assets.storage).add(to: router)
        DatastoreRoutes(storage: assets.storage, now: now).add(to: router)
        for kind in AssetKind.allCases {
            AssetRoutes(kind: kind, assets: assets, control: control, now: now).add(to: router)
        }
        QuotaRoutes(control: control).add(to: router)
        return router
    }

    private static func tls(_ pair: CertificatePair) throws -> TLSConfiguration {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(pair.certificate.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(pair.key.reveal().utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return configuration
    }
}

/// Calls once when a number of things have started.
private actor StartCount {
    private var missing: Int
    private let action: @Sendable () async -> Void

    init(of count: Int, then action: @escaping @Sendable () async -> Void) {
        missing = count
        self.action = action
    }

    func oneMore() async {
        missing -= 1
        if missing == 0 { await action() }
    }
}

/// What a request carries along: its ids, who sends it, and the workspace that it is about.
struct ControlRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Ours, new for every request.
    let requestID: String
    /// The caller's IP address; empty on the unix socket.
    let address: String
    var door = AccessMiddleware.Door.network
    var caller = Caller.nobody
    var workspace: WorkspaceRecord?
    /// `https://host:port` as the caller has written it; empty on the unix socket.
    var baseURL = ""

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        requestID = Fresh.guid()
        address = source.channel.remoteAddress?.ipAddress ?? ""
    }
}
