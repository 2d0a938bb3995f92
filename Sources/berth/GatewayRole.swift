import BerthGateway

/// `berth gateway --run-folder F --snapshot F [--traffic-log F] [--loops N] [--ready-fd N]`: the data plane.
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
        configuration.onReady = { ready.ready() }
        return GatewayMain.run(configuration)
    }

    private static func value(_ option: String, _ arguments: [String]) -> String? {
        guard let index = arguments.firstIndex(of: option), arguments.indices.contains(index + 1) else { return nil }
        return arguments[index + 1]
    }
}
