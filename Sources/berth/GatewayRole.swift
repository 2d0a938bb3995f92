import BerthGateway

/// `berth gateway --run-folder F --snapshot F [--traffic-log F] [--loops N] [--ready-fd N]`: the data plane. With
/// `--certificate F --key F [--https-port N] [--https-host H]` also over TLS.
enum GatewayRole {
    static func run(_ arguments: [String]) -> Int32 {
        let ready = ReadyLine(arguments: arguments)
        guard let runFolder = value("--run-folder", arguments), let snapshot = value("--snapshot", arguments) else {
            return Usage.refuse("usage: berth gateway --run-folder FOLDER --snapshot FILE")
        }
        var configuration = GatewayConfiguration(
            runFolder: runFolder,
            snapshotPath: snapshot,
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
        configuration.onReady = { ready.ready() }
        return GatewayMain.run(configuration)
    }

    private static func value(_ option: String, _ arguments: [String]) -> String? {
        guard let index = arguments.firstIndex(of: option), arguments.indices.contains(index + 1) else { return nil }
        return arguments[index + 1]
    }
}
