/// How a gateway is started.
package struct GatewayConfiguration: Sendable {
    /// Where `admin.sock` is; made by the caller, mode 0700.
    package var runFolder: String
    /// The last table, kept over a restart.
    package var snapshotPath: String
    /// Of the listener that all endpoints without a port of their own share; 0: none.
    package var sharedPort: Int
    package var sharedHost: String
    /// Of the listener for TLS; nil: there is none.
    package var secure: Secure?
    /// Event loops, one thread each; at most 64.
    package var loops: Int
    /// Lines of JSON, one a request; nil: none is written.
    package var trafficLogPath: String?
    package var trafficLogMaxBytes = 64 << 20
    /// Rotated files that are kept beside the one that is written.
    package var trafficLogKeptFiles = 4
    package var limits = GatewayLimits()
    /// How long SIGTERM and a planned restart let requests in flight finish.
    package var shutdownGrace = Duration.seconds(30)
    /// It gives up the right to every file that it does not need, for good: only for a process of its own.
    package var isFenced = false
    /// The command that starts this gateway again, for SIGHUP; empty: the arguments of this process.
    package var restartCommand: [String] = []
    /// Called once when the gateway takes requests on its admin socket.
    package var onReady: (@Sendable () -> Void)?

    package init(
        runFolder: String,
        snapshotPath: String,
        sharedPort: Int = 0,
        sharedHost: String = "127.0.0.1",
        loops: Int = 1,
        trafficLogPath: String? = nil
    ) {
        self.runFolder = runFolder
        self.snapshotPath = snapshotPath
        self.sharedPort = sharedPort
        self.sharedHost = sharedHost
        self.loops = max(1, min(loops, 64))
        self.trafficLogPath = trafficLogPath
    }

    /// The listener for https, with HTTP/2 and HTTP/1.1: every endpoint without a port of its own is served there.
    package struct Secure: Sendable {
        /// Source: the design's default of a server.
        package static let defaultPort = 7444

        package var port: Int
        package var host: String
        /// PEM: the certificate, and behind it those that lead to its root.
        package var certificatePath: String
        /// PEM, without a password.
        package var keyPath: String
        /// How often the files are looked at for a change.
        package var lookInterval = Duration.seconds(2)

        package init(
            certificatePath: String,
            keyPath: String,
            port: Int = Secure.defaultPort,
            host: String = "127.0.0.1"
        ) {
            self.certificatePath = certificatePath
            self.keyPath = keyPath
            self.port = port
            self.host = host
        }
    }

    package var adminSocketPath: String { "\(runFolder)/admin.sock" }
}
