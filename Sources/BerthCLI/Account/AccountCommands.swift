import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

/// Subscriptions as `account` prints them.
enum AccountView {
    static func list(_ subscriptions: [JSON], _ login: ServerLogin) -> [JSON] {
        subscriptions.map { entry in
            [
                "cloudName": "Berth", "homeTenantId": entry["tenantId"] ?? .null,
                "id": entry["subscriptionId"] ?? .null,
                "isDefault": .bool(entry["subscriptionId"]?.stringValue == login.defaults.subscription),
                "managedByTenants": [], "name": entry["displayName"] ?? .null, "state": entry["state"] ?? .null,
                "tenantId": entry["tenantId"] ?? .null,
                "user": ["name": .string(login.clientID), "type": "servicePrincipal"],
            ]
        }
    }

    static func all(_ call: Invocation, _ session: ControlSession, _ login: ServerLogin) async throws(CommandFailure)
        -> [JSON]
    {
        let body = try await call.ask(session, "GET", "/subscriptions?api-version=2022-12-01")
        return list(body["value"]?.arrayValue ?? [], login)
    }
}

/// `account list`.
enum AccountList {
    static let command = Command("account list", "list the subscriptions that you may see", run: run)

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, login async throws(CommandFailure) in
            .result(.array(try await AccountView.all(call, session, login)))
        }
    }
}

/// `account show`.
enum AccountShow {
    static let command = Command(
        "account show",
        "show the subscription that commands use",
        examples: [Example("its id", "account show --query id -o tsv")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, login async throws(CommandFailure) in
            let wanted = session.workspace.subscription
            let found = try await AccountView.all(call, session, login).first { $0["id"]?.stringValue == wanted }
            guard let found else {
                throw .failed(
                    Diagnostic(
                        .resourceNotFound,
                        nil,
                        "there is no subscription `\(wanted)`",
                        help: ["see which there are: \(call.program) account list"]
                    )
                )
            }
            return .result(found)
        }
    }
}

/// `account set`.
enum AccountSet {
    static let name = Option("name", "n", .value("ID"), aliases: ["s"], help: "the subscription, by id or name")

    static let command = Command(
        "account set",
        "choose the subscription that commands use",
        discussion: "The subscription is that of --subscription or --name.",
        options: [name],
        examples: [Example("by name", "account set --subscription default")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        guard let wanted = call.string(CommonOption.subscription) ?? call.string(name) else {
            _ = try call.required(CommonOption.subscription)
            return .nothing
        }
        return try await call.withServer { session, login async throws(CommandFailure) in
            var chosen = login
            chosen.defaults.subscription = try await session.subscription(wanted)
            do throws(Diagnostic) {
                try UserFile.write(chosen.jsonWithSecret().text() + "\n", to: call.home.loginFile)
            } catch {
                throw .failed(error)
            }
            return .nothing
        }
    }
}

/// `account get-access-token`.
enum AccountGetAccessToken {
    static let resource = Option(
        "resource",
        nil,
        .value("URL"),
        fallback: "the server's own address",
        help: "whom the token is for; https://ml.azure.com for endpoints with aad_token"
    )

    static let command = Command(
        "account get-access-token",
        "get a token for scripts that call the server themselves",
        options: [resource],
        examples: [Example("for curl", "account get-access-token --query accessToken -o tsv")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, login async throws(CommandFailure) in
            let target = call.string(resource) ?? login.server
            let token = try await orFail { () async throws(Diagnostic) in
                try await session.client.newToken(for: target)
            }
            return .result([
                "accessToken": token["access_token"] ?? .null,
                "expires_on": token["expires_on"] ?? .null,
                "subscription": .string(session.workspace.subscription), "tenant": .string(login.tenant),
                "tokenType": "Bearer",
            ])
        }
    }
}
