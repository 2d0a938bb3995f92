import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthRuntime

extension Invocation {
    /// Asks the server of this home over its unix socket, as the owner of the home.
    func askOwnServer(_ method: String, _ path: String, body: JSON? = nil) async throws(CommandFailure) -> JSON {
        let isRunning: Bool
        do { isRunning = try UnixSocket.isAnswered(home.serveSocket) } catch { throw .failed(error) }
        guard isRunning else {
            throw .failed(
                Diagnostic(
                    .badArgument,
                    .serverUnreachable,
                    "no server runs on \(home.path)",
                    help: ["start it: berth serve"]
                )
            )
        }
        let client = ControlClient(
            unixSocket: home.serveSocket,
            clientRequestID: RequestID.make(),
            trace: RequestTrace.printer(for: self)
        )
        do {
            let answer = try await client.call(method, path, body: body)
            await client.shutdown()
            return answer
        } catch {
            await client.shutdown()
            throw .failed(error)
        }
    }
}

/// `backup`.
enum Backup {
    static let command = Command(
        "backup",
        "write a copy of the server's state to a folder, while it runs",
        discussion:
            "The folder becomes a BERTH_HOME of its own, with the key that opens its secrets: keep it as safe. To "
            + "restore it, stop the server and put the folder in the place of the old BERTH_HOME.",
        operands: [Operand(name: "FOLDER", help: "where to; not there yet")],
        common: .output,
        examples: [Example("of today", "backup /var/backups/berth-monday")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let folder = UserFile.absolute(call.arguments.operands.first ?? "")
        return .result(try await call.askOwnServer("POST", "/berth/backup", body: ["folder": .string(folder)]))
    }
}

/// `trace`.
enum TraceRequest {
    static let command = Command(
        "trace",
        "show all that the server knows of a request",
        operands: [
            Operand(name: "REQUEST-ID", help: "of an answer's x-ms-request-id, or an own x-ms-client-request-id")
        ],
        common: .output,
        examples: [Example("who has changed what", "trace 6f0c2a4e-… --query changes")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let id = ControlClient.pathPart(call.arguments.operands.first ?? "")
        return .result(try await call.askOwnServer("GET", "/berth/trace/\(id)"))
    }
}
