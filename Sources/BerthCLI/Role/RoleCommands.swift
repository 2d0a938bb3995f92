import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

/// What the commands on roles share.
enum RoleOption {
    static let role = Option("role", nil, .value("NAME"), help: "the role, by name or id")
    static let assignee = Option(
        "assignee",
        nil,
        .value("ID"),
        aliases: ["assignee-object-id"],
        help: "who gets it: an object id or a client id"
    )
    static let principalType = Option(
        "assignee-principal-type",
        nil,
        .value("TYPE"),
        help: "taken for the sake of scripts; the server knows it"
    )
    static let scope = Option("scope", nil, .value("ID"), help: "what the role is for: an id of ARM, or / for all")
    static let ids = Option("ids", nil, .values("ID"), help: "the assignments")
    static let all = Option("all", help: "those of the whole server")

    /// The scope that the options name: else the group of -g, else the subscription.
    static func scope(_ call: Invocation, _ session: ControlSession) -> String {
        if let scope = call.string(scope) {
            return scope.hasSuffix("/") ? String(scope.dropLast()) : scope
        }
        if call.flag(all) { return "" }
        return call.flag(CommonOption.resourceGroup)
            ? session.groupPath : "/subscriptions/\(session.workspace.subscription)"
    }

    static let assignments = "/providers/Microsoft.Authorization/roleAssignments"
}

/// `role assignment create`.
enum RoleAssignmentCreate {
    static let command = Command(
        "role assignment create",
        "give somebody a role",
        options: [
            RoleOption.role.required, RoleOption.assignee.required, RoleOption.principalType, RoleOption.scope,
        ],
        examples: [
            Example(
                "let an identity read blobs",
                "role assignment create --role \"Storage Blob Data Reader\" --assignee ID --scope ID"
            )
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let role = try call.required(RoleOption.role)
        let assignee = try call.required(RoleOption.assignee)
        return try await call.withServer { session, _ async throws(CommandFailure) in
            let scope = RoleOption.scope(call, session)
            return .result(ServerView.flat(try await assign(role, to: assignee, on: scope, call, session)))
        }
    }

    static func assign(
        _ role: String,
        to assignee: String,
        on scope: String,
        _ call: Invocation,
        _ session: ControlSession
    ) async throws(CommandFailure) -> JSON {
        let properties: JSON = ["roleDefinitionId": .string(role), "principalId": .string(assignee)]
        return try await call.ask(
            session,
            "PUT",
            "\(scope)\(RoleOption.assignments)/\(RequestID.make())",
            body: ["properties": properties]
        )
    }
}

/// `role assignment list`.
enum RoleAssignmentList {
    static let command = Command(
        "role assignment list",
        "list who has which role",
        options: [RoleOption.assignee, RoleOption.role, RoleOption.scope, RoleOption.all],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, _ async throws(CommandFailure) in
            .result(.array(try await find(call, session)))
        }
    }

    /// Those that the options select.
    static func find(_ call: Invocation, _ session: ControlSession) async throws(CommandFailure) -> [JSON] {
        let scope = RoleOption.scope(call, session)
        var found = (try await call.ask(session, "GET", scope + RoleOption.assignments)["value"]?.arrayValue ?? [])
            .map(ServerView.flat)
        if let assignee = call.string(RoleOption.assignee) {
            let path = "\(ServicePrincipalOption.path)/\(ControlClient.pathPart(assignee))"
            let id = try await call.ask(session, "GET", path)["id"]
            found = found.filter { $0["principalId"] == id }
        }
        if let role = call.string(RoleOption.role)?.lowercased() {
            found = found.filter {
                $0["roleDefinitionName"]?.stringValue?.lowercased() == role
                    || $0["roleDefinitionId"]?.stringValue?.lowercased().hasSuffix(role) == true
            }
        }
        return found
    }
}

/// `role assignment delete`.
enum RoleAssignmentDelete {
    static let command = Command(
        "role assignment delete",
        "take roles away",
        options: [
            RoleOption.ids, RoleOption.assignee, RoleOption.role, RoleOption.scope, CommonOption.yes,
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, _ async throws(CommandFailure) in
            var ids = call.strings(RoleOption.ids)
            if ids.isEmpty {
                _ = try call.required(RoleOption.assignee)
                let scope = RoleOption.scope(call, session)
                // What is inherited from above is another scope's, and stays.
                ids = try await RoleAssignmentList.find(call, session)
                    .filter {
                        ($0["scope"]?.stringValue ?? "").lowercased() == (scope.isEmpty ? "/" : scope).lowercased()
                    }
                    .compactMap { $0["id"]?.stringValue }
            }
            guard !ids.isEmpty else {
                throw .failed(Diagnostic(.resourceNotFound, nil, "there is no such role assignment"))
            }
            for id in ids { _ = try await call.ask(session, "DELETE", id) }
            return .nothing
        }
    }
}

/// `role definition list`.
enum RoleDefinitionList {
    static let command = Command("role definition list", "list the roles", run: run)

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, _ async throws(CommandFailure) in
            let path =
                "/subscriptions/\(session.workspace.subscription)/providers/Microsoft.Authorization/roleDefinitions"
            let body = try await call.ask(session, "GET", path)
            return .result(.array((body["value"]?.arrayValue ?? []).map(ServerView.flat)))
        }
    }
}
