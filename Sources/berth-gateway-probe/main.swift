/// berth-gateway-probe: the gateway alone, for benchmarks and tests of the process.
import BerthGateway
import Glibc

/// Arguments: run folder, shared port (0: none), event loops, and optionally the traffic log's path (`-`: none), and
/// for TLS a port, the certificate's path and the key's. The snapshot is `routes.snapshot` in the run folder.
let arguments = CommandLine.arguments
guard arguments.count >= 4, let port = Int(arguments[2]), let loops = Int(arguments[3]) else {
    let usage = "usage: berth-gateway-probe RUN-FOLDER SHARED-PORT LOOPS [TRAFFIC-LOG [HTTPS-PORT CERTIFICATE KEY]]\n"
    usage.withCString { _ = write(2, $0, strlen($0)) }
    exit(2)
}
var configuration = GatewayConfiguration(
    runFolder: arguments[1],
    snapshotPath: "\(arguments[1])/routes.snapshot",
    sharedPort: port,
    loops: loops,
    trafficLogPath: arguments.count > 4 && arguments[4] != "-" ? arguments[4] : nil
)
if arguments.count > 7, let securePort = Int(arguments[5]) {
    configuration.secure = .init(certificatePath: arguments[6], keyPath: arguments[7], port: securePort)
}
configuration.isFenced = true
exit(GatewayMain.run(configuration))
