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

/// `login`: which server commands talk to, and as whom.
enum Login {
    static let server = Option("server", nil, .value("URL"), help: "the server's address, as https://host:7443")
    static let authority = Option(
        "ca",
        nil,
        .value("FILE"),
        help: "the server's ca.pem; without it the system's certificate authorities count"
    )
    static let servicePrincipal = Option("service-principal", help: "log in with an id and a secret, as always here")
    static let username = Option("username", "u", .value("ID"), help: "the client id")
    static let password = Option(
        "password",
        "p",
        .value("SECRET"),
        help: "the client secret; better in the variable AZURE_CLIENT_SECRET, where no list of processes shows it"
    )
    static let tenant = Option("tenant", "t", .value("ID"), help: "the tenant; of the server where it is not given")

    static let command = Command(
        "login",
        "use a server from now on, and prove who you are",
        discussion:
            "On the machine of the server its owner needs no login: commands find the credential in BERTH_HOME.",
        options: [server, authority, servicePrincipal, username, password, tenant],
        examples: [
            Example(
                "with the secret in AZURE_CLIENT_SECRET",
                "login --server https://gpu1:7443 --ca ca.pem --username 6f0c…"
            )
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let known = try call.ownerLogin()
        guard let address = call.string(server) ?? known?.server else { _ = try call.required(server); return .nothing }
        let id = try call.known(call.environment["AZURE_CLIENT_ID"], or: username)
        guard let secret = call.string(password) ?? call.environment["AZURE_CLIENT_SECRET"] else {
            _ = try call.required(password)
            return .nothing
        }
        var login = ServerLogin(
            server: trimmed(address),
            authorityFile: try authorityFile(call) ?? known?.authorityFile,
            tenant: call.string(tenant) ?? known?.tenant ?? "common",
            clientID: call.string(username) ?? id,
            clientSecret: Secret(secret),
            defaults: WorkspaceScope(subscription: "", resourceGroup: "default", workspace: "default")
        )
        let subscriptions = try await subscriptions(login, call)
        guard let first = subscriptions.first, let subscription = first["subscriptionId"]?.stringValue else {
            throw .failed(
                Diagnostic(
                    .forbidden,
                    nil,
                    "`\(login.clientID)` has no role on this server",
                    help: ["ask its owner for one: berth role assignment create --assignee \(login.clientID) …"]
                )
            )
        }
        login.defaults.subscription = subscription
        if let found = first["tenantId"]?.stringValue, call.string(tenant) == nil { login.tenant = found }
        do {
            try call.home.create()
            try UserFile.write(login.jsonWithSecret().text() + "\n", to: call.home.loginFile)
        } catch {
            throw .failed(error)
        }
        return .result(.array(AccountView.list(subscriptions, login)))
    }

    private static func subscriptions(_ login: ServerLogin, _ call: Invocation) async throws(CommandFailure) -> [JSON] {
        let client = ControlClient(
            login: login,
            clientRequestID: RequestID.make(),
            trace: RequestTrace.printer(for: call)
        )
        do {
            let list = try await client.call("GET", "/subscriptions?api-version=2022-12-01")
            await client.shutdown()
            return list["value"]?.arrayValue ?? []
        } catch {
            await client.shutdown()
            throw .failed(error)
        }
    }

    private static func trimmed(_ address: String) -> String {
        var text = address
        while text.hasSuffix("/") { text.removeLast() }
        return text.contains("://") ? text : "https://\(text)"
    }

    /// Absolute, for later commands in other folders.
    private static func authorityFile(_ call: Invocation) throws(CommandFailure) -> String? {
        guard let path = call.string(authority) else { return nil }
        guard let full = realpath(path, nil) else {
            throw .usage(
                Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "`--ca`: there is no file `\(path)`",
                    help: ["copy ca.pem from the server's BERTH_HOME"]
                )
            )
        }
        defer { free(full) }
        return String(cString: full)
    }
}

/// `logout`.
enum Logout {
    static let command = Command(
        "logout",
        "forget the server and the credential of `login`",
        common: .bare,
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        guard unlink(call.home.loginFile) == 0 || errno == ENOENT else {
            throw .failed(
                Diagnostic(
                    .badArgument,
                    .homeNotWritable,
                    "`\(call.home.loginFile)` cannot be removed",
                    evidence: [Evidence("system", String(cString: strerror(errno)))]
                )
            )
        }
        return .nothing
    }
}
