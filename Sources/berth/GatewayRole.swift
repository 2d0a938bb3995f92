import BerthGateway

/// `berth gateway --run-folder F --snapshot F [--traffic-log F] [--loops N] [--ready-fd N]`: the data plane. With
/// `--port N [--host H]` endpoints without a port of their own are served there over http, with
/// `--certificate F --key F [--https-port N] [--https-host H]` also over TLS. `--max-connections-per-client N` bounds
/// the connections from one address.
enum GatewayRole {
    static func run(_ arguments: [String]) -> Int32 {
        let ready = ReadyLine(arguments: arguments)
        guard let runFolder = value("--run-folder", arguments), let snapshot = value("--snapshot", arguments) else {
            return Usage.refuse("usage: berth gateway --run-folder FOLDER --snapshot FILE")
        }
        var configuration = GatewayConfiguration(
            runFolder: runFolder,
            snapshotPath: snapshot,
            sharedPort: value("--port", arguments).flatMap(Int.init) ?? 0,
            sharedHost: value("--host", arguments) ?? "127.0.0.1",
            loops: value("--loops", arguments).flatMap(Int.init) ?? 1,
            trafficLogPath: value("--traffic-log", arguments)
        )
        switch (value("--certificate", arguments), value("--key", arguments)) {
        case (let certificate?, let key?):
            var secure = GatewayConfiguration.Secure(certificatePath: certificate, keyPath: key)
            if let port = value("--https-port", arguments).flatMap(Int.init) { secure.port = port }
            if let host = value("--https-host", arguments) { secure.host = host }
            configuration.secure = secure
        case (nil, nil): break
        case (_?, nil), (nil, _?): return Usage.refuse("--certificate and --key are given together or not at all")
        }
        if let most = value("--max-connections-per-client", arguments).flatMap(Int.init) {
            configuration.limits.maxConnectionsPerClient = most
        }
        configuration.isFenced = true
        configuration.restartCommand = restartCommand
        configuration.onReady = { ready.ready() }
        return GatewayMain.run(configuration)
    }

    /// How this process was started, but for the descriptor that tells its starter: a successor has none.
    private static var restartCommand: [String] {
        var arguments = CommandLine.arguments
        if let index = arguments.firstIndex(of: "--ready-fd") {
            arguments.removeSubrange(index..<min(index + 2, arguments.count))
        }
        return arguments
    }

    private static func value(_ option: String, _ arguments: [String]) -> String? {
        guard let index = arguments.firstIndex(of: option), arguments.indices.contains(index + 1) else { return nil }
        return arguments[index + 1]
    }
}
