import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

/// Whose endpoints a command means.
enum Scope: Hashable, Sendable {
    /// The built-in workspace of this machine.
    case local
    /// A server, and who calls it.
    case server(ServerLogin)
}

/// A connection to the control plane for the time of one command.
struct ControlSession: Sendable {
    let client: ControlClient
    let workspace: WorkspaceScope
    let scope: Scope
}

extension Invocation {
    /// The scope that the options and defaults name.
    func scope() throws(CommandFailure) -> Scope {
        if flag(CommonOption.local) { return .local }
        if let login = try login() { return .server(login) }
        throw noServer
    }

    var noServer: CommandFailure {
        .usage(
            Diagnostic(
                .badArgument,
                .serverUnreachable,
                "this machine is not connected to a server",
                help: [
                    "add --local to use this machine",
                    "to use a server, start one (berth serve) or connect to one: berth login --server URL",
                ]
            )
        )
    }

    /// Connects, starting the local server where none runs, and closes the connection afterwards.
    func withControl<Value>(
        _ body: (ControlSession) async throws(CommandFailure) -> Value
    ) async throws(CommandFailure) -> Value {
        let session: ControlSession
        switch try scope() {
        case .local: session = try localSession()
        case .server(let login): session = try await serverSession(login)
        }
        do {
            let value = try await body(session)
            await session.client.shutdown()
            return value
        } catch {
            await session.client.shutdown()
            throw error
        }
    }

    var serverStarter: ServerStarter {
        ServerStarter(home: home, executable: executable, onStart: { detail($0) })
    }

    /// The login that counts: the one that `login` has made, else the owner's of the server of this home.
    func login() throws(CommandFailure) -> ServerLogin? {
        if let chosen = try login(in: home.loginFile) { return chosen }
        return try ownerLogin()
    }

    /// The owner's, of the server of this home.
    func ownerLogin() throws(CommandFailure) -> ServerLogin? { try login(in: home.ownerFile) }

    private func login(in path: String) throws(CommandFailure) -> ServerLogin? {
        let bytes: [UInt8]?
        do { bytes = try UserFile.readIfPresent(path) } catch { throw .failed(error) }
        guard let bytes else { return nil }
        do throws(JSONSyntaxError) {
            if let login = ServerLogin(json: try JSON.parse(bytes)) { return login }
        } catch {
            // Said below: it is no login either way.
        }
        throw .failed(Self.damaged(path))
    }

    private static func damaged(_ path: String) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .argumentInvalid,
            "`\(path)` is no login",
            help: ["log in again: berth login --server URL, or remove the file"]
        )
    }

    private func serverSession(_ login: ServerLogin) async throws(CommandFailure) -> ControlSession {
        let client = ControlClient(
            login: login,
            clientRequestID: RequestID.make(),
            trace: RequestTrace.printer(for: self)
        )
        var workspace = login.defaults
        if let group = string(CommonOption.resourceGroup) ?? defaults.value("group") { workspace.resourceGroup = group }
        if let name = string(CommonOption.workspace) ?? defaults.value("workspace") { workspace.workspace = name }
        let session = ControlSession(client: client, workspace: workspace, scope: .server(login))
        guard let wanted = string(CommonOption.subscription), wanted != workspace.subscription else { return session }
        do {
            workspace.subscription = try await session.subscription(wanted)
        } catch {
            await client.shutdown()
            throw error
        }
        return ControlSession(client: client, workspace: workspace, scope: .server(login))
    }

    private func localSession() throws(CommandFailure) -> ControlSession {
        do { try serverStarter.ensureRunning() } catch { throw .failed(error) }
        let client = ControlClient(
            unixSocket: home.serveSocket,
            clientRequestID: RequestID.make(),
            trace: RequestTrace.printer(for: self)
        )
        return ControlSession(client: client, workspace: .local, scope: .local)
    }
}

/// Ids of requests.
enum RequestID {
    /// A random UUID, version 4.
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return make(using: &generator)
    }

    static func make(using generator: inout some RandomNumberGenerator) -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = bytes.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return [digits[0..<4], digits[4..<6], digits[6..<8], digits[8..<10], digits[10..<16]]
            .map { $0.joined() }.joined(separator: "-")
    }
}

/// What `--debug` and `--verbose` show of requests.
enum RequestTrace {
    static func printer(for call: Invocation) -> (@Sendable (ControlClient.Trace) -> Void)? {
        guard call.isVerbose else { return nil }
        let console = call.console
        let isDebug = call.flag(CommonOption.debug)
        return { trace in
            for line in lines(trace, isDebug: isDebug) { console.error(line + "\n") }
        }
    }

    static func lines(_ trace: ControlClient.Trace, isDebug: Bool) -> [String] {
        switch trace {
        case .request(let method, let url, let clientRequestID, let body):
            guard isDebug else { return [] }
            return ["debug: request: \(method) \(url)", "debug:   x-ms-client-request-id: \(clientRequestID)"]
                + (body.map { ["debug:   body: \(withoutSecrets($0).text())"] } ?? [])
        case .answer(let status, let milliseconds, let requestID):
            guard isDebug else { return ["the control plane answered \(status) in \(milliseconds) ms"] }
            return ["debug: answer: \(status) in \(milliseconds) ms"]
                + (requestID.map { ["debug:   x-ms-request-id: \($0)"] } ?? [])
        }
    }

    /// Values of environment variables are never shown: they may be secrets.
    static func withoutSecrets(_ body: JSON) -> JSON {
        switch body {
        case .object(let members):
            return .object(
                JSONObject(
                    members.map { key, value in
                        guard key == "environmentVariables", let variables = value.objectValue else {
                            return (key, withoutSecrets(value))
                        }
                        return (key, .object(JSONObject(variables.map { ($0.key, "***") })))
                    }
                )
            )
        case .array(let elements): return .array(elements.map(withoutSecrets))
        case .null, .bool, .integer, .double, .string: return body
        }
    }
}
