import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

/// What the commands on service principals share.
enum ServicePrincipalOption {
    static let name = Option("name", "n", .value("NAME"), aliases: ["display-name"], help: "a name for people")
    static let id = Option("id", nil, .value("ID"), help: "its object id or client id")
    static let role = Option("role", nil, .value("NAME"), help: "a role to give it at once, on --scopes")
    static let scopes = Option("scopes", nil, .values("ID"), help: "what the role is for; ids of ARM")
    static let path = "/providers/Microsoft.Authorization/servicePrincipals"

    static func path(_ call: Invocation) throws(CommandFailure) -> String {
        "\(path)/\(ControlClient.pathPart(try call.required(id)))"
    }

    /// As `az ad sp create-for-rbac` prints it, with the secret that is shown this once.
    static func withSecret(_ body: JSON) -> JSON {
        [
            "appId": body["appId"] ?? .null, "displayName": body["displayName"] ?? .null,
            "objectId": body["id"] ?? .null, "password": body["password"] ?? .null, "tenant": body["tenant"] ?? .null,
        ]
    }
}

/// `ad sp create-for-rbac`.
enum ServicePrincipalCreate {
    static let command = Command(
        "ad sp create-for-rbac",
        "create a service principal and print its secret, which nobody can read again",
        options: [ServicePrincipalOption.name.required, ServicePrincipalOption.role, ServicePrincipalOption.scopes],
        examples: [
            Example(
                "for a CI job",
                "ad sp create-for-rbac --name ci --role Contributor --scopes /subscriptions/ID/resourceGroups/default"
            )
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let name = ControlClient.pathPart(try call.required(ServicePrincipalOption.name))
        return try await call.withServer { session, _ async throws(CommandFailure) in
            let made = try await call.ask(session, "PUT", "\(ServicePrincipalOption.path)/\(name)", body: [:])
            if let role = call.string(ServicePrincipalOption.role), let id = made["id"]?.stringValue {
                let scopes = call.strings(ServicePrincipalOption.scopes)
                for scope in scopes.isEmpty ? ["/subscriptions/\(session.workspace.subscription)"] : scopes {
                    _ = try await RoleAssignmentCreate.assign(role, to: id, on: scope, call, session)
                }
            }
            return .result(ServicePrincipalOption.withSecret(made))
        }
    }
}

/// `ad sp list`.
enum ServicePrincipalList {
    static let command = Command("ad sp list", "list the service principals", run: run)

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, _ async throws(CommandFailure) in
            .result(try await call.ask(session, "GET", ServicePrincipalOption.path)["value"] ?? [])
        }
    }
}

/// `ad sp reset-credential`.
enum ServicePrincipalReset {
    static let command = Command(
        "ad sp reset-credential",
        "give a service principal a new secret in place of all earlier ones",
        options: [ServicePrincipalOption.id.required],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let path = "\(try ServicePrincipalOption.path(call))/credentials/new"
        return try await call.withServer { session, _ async throws(CommandFailure) in
            .result(ServicePrincipalOption.withSecret(try await call.ask(session, "PUT", path, body: [:])))
        }
    }
}

/// `ad sp delete`.
enum ServicePrincipalDelete {
    static let command = Command(
        "ad sp delete",
        "delete a service principal with its roles",
        options: [ServicePrincipalOption.id.required],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let path = try ServicePrincipalOption.path(call)
        return try await call.withServer { session, _ async throws(CommandFailure) in
            _ = try await call.ask(session, "DELETE", path)
            return .nothing
        }
    }
}
