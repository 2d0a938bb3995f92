/// BerthServer: the REST routes of the control plane, thin.

package import BerthControl
import BerthDiagnostics
import Hummingbird
package import Logging
import ServiceLifecycle
import UnixSignals

/// The control plane's HTTP server on a unix socket.
package struct ControlServer: Sendable {
    private let control: ControlPlane
    private let socketPath: String
    private let logger: Logger
    private let onRunning: @Sendable () async -> Void

    /// `onRunning` is called once the socket takes connections.
    package init(
        control: ControlPlane,
        socketPath: String,
        logger: Logger,
        onRunning: @escaping @Sendable () async -> Void
    ) {
        self.control = control
        self.socketPath = socketPath
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Serves until SIGTERM or SIGINT, then answers what it has.
    package func run() async throws {
        let router = Router(context: ControlRequestContext.self, options: [.caseInsensitive])
        router.addMiddleware { ErrorMiddleware(logger: logger) }
        EndpointRoutes(control: control).add(to: router)
        DeploymentRoutes(control: control).add(to: router)
        OperationRoutes(control: control).add(to: router)
        var quiet = logger
        quiet.logLevel = .warning
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socketPath)),
            onServerRunning: { _ in await onRunning() },
            logger: quiet
        )
        var configuration = ServiceGroupConfiguration(
            services: [application],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet
        )
        // A request that waits for news of an operation must not hold the end up.
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        configuration.maximumCancellationDuration = .seconds(5)
        try await ServiceGroup(configuration: configuration).run()
    }
}

/// What a request carries along: its ids.
struct ControlRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Ours, new for every request.
    let requestID: String

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        requestID = RequestID.fresh()
    }
}

enum RequestID {
    /// A random UUID, version 4.
    static func fresh() -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let hex = bytes.map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
        var text = ""
        for (index, digit) in hex.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }
}
