/// berth-gateway-probe: the gateway alone, for benchmarks and tests of the process.
import BerthGateway
import Glibc

/// Arguments: run folder, shared port, event loops, and optionally the traffic log's path. The snapshot is
/// `routes.snapshot` in the run folder.
let arguments = CommandLine.arguments
guard arguments.count >= 4, let port = Int(arguments[2]), let loops = Int(arguments[3]) else {
    let usage = "usage: berth-gateway-probe RUN-FOLDER SHARED-PORT LOOPS [TRAFFIC-LOG]\n"
    usage.withCString { _ = write(2, $0, strlen($0)) }
    exit(2)
}
exit(
    GatewayMain.run(
        GatewayConfiguration(
            runFolder: arguments[1],
            snapshotPath: "\(arguments[1])/routes.snapshot",
            sharedPort: port,
            loops: loops,
            trafficLogPath: arguments.count > 4 ? arguments[4] : nil
        )
    )
)
