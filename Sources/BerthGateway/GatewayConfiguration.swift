/// How a gateway is started.
package struct GatewayConfiguration: Sendable {
    /// Where `admin.sock` is; made by the caller, mode 0700.
    package var runFolder: String
    /// The last table, kept over a restart.
    package var snapshotPath: String
    /// Of the listener that all endpoints without a port of their own share; 0: none.
    package var sharedPort: Int
    package var sharedHost: String
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

    package var adminSocketPath: String { "\(runFolder)/admin.sock" }
}
