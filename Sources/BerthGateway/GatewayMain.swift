/// BerthGateway: the data plane: the scoring path, nothing else.
import BerthDiagnostics
import CBerthPlatform
import Glibc

/// The `berth gateway` process.
package enum GatewayMain {
    /// Serves until SIGTERM, SIGINT or a `shutdown` from the control plane; returns the exit status.
    ///
    /// Where a gateway runs in this run folder already, its listening sockets are taken over and it drains: starting a
    /// second one is the planned restart. Blocks the calling thread, which gets the signals.
    package static func run(_ configuration: GatewayConfiguration) -> Int32 {
        // A client that goes away is a result of `send`, not a signal; also where a library forgets the flag.
        signal(SIGPIPE, SIG_IGN)
        raiseDescriptorLimit()
        if configuration.isFenced, let why = GatewayFence.enter(configuration) {
            complain("it runs without a fence around its files", [why])
        }
        let gateway: Administration
        do throws(Diagnostic) {
            gateway = try Administration(configuration)
        } catch {
            complain(error.message, error.evidence.map(\.text))
            return 1
        }
        configuration.onReady?()
        return gateway.serve()
    }

    /// As many descriptors as this user may have: each connection takes one, and the usual limit is 1024.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // Where it is refused, the gateway serves with what it has: a full loop rests its listeners.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    static func complain(_ message: String, _ facts: [String]) {
        let text = "berth gateway: \(message)\n" + facts.map { "  \($0)\n" }.joined()
        text.withCString { _ = write(2, $0, strlen($0)) }
    }
}
