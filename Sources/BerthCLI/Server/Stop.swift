import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// `stop`.
enum Stop {
    /// A server's own limits: 5 s for requests, 10 s for each instance, side by side.
    private static let patience: Duration = .seconds(30)

    static let command = Command(
        "stop",
        "end the server of this machine, its gateway and all instances",
        discussion: "Endpoints and deployments stay as they are wanted: the next start begins them again. To end the "
            + "server alone, so that scoring goes on, send it SIGTERM.",
        common: .bare,
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let isRunning: Bool
        do { isRunning = try UnixSocket.isAnswered(call.home.serveSocket) } catch { throw .failed(error) }
        guard isRunning else {
            call.note("no server runs on \(call.home.path)")
            return .nothing
        }
        let client = ControlClient(
            unixSocket: call.home.serveSocket,
            clientRequestID: RequestID.make(),
            trace: RequestTrace.printer(for: call)
        )
        do {
            _ = try await client.call("POST", "/berth/stop")
            await client.shutdown()
        } catch {
            await client.shutdown()
            throw .failed(error)
        }
        let deadline = ContinuousClock.now + patience
        while FileLock.isHeld(call.home.serveProcessFile) {
            guard ContinuousClock.now < deadline else {
                throw .failed(
                    Diagnostic(
                        .internalError,
                        .platformFault,
                        "the server has not ended within \(patience)",
                        help: ["read its log: \(call.home.logFile("serve"))"]
                    )
                )
            }
            // Another process's lock: nothing could wake us.
            poll(nil, 0, 20)
        }
        call.note("the server has ended")
        return .nothing
    }
}
