import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

/// What the commands on user-assigned identities share.
enum IdentityOption {
    static let name = Option("name", "n", .value("NAME"), help: "the identity's name")
    static let type = "providers/Microsoft.ManagedIdentity/userAssignedIdentities"

    static func path(_ call: Invocation, _ session: ControlSession) throws(CommandFailure) -> String {
        "\(session.groupPath)/\(type)/\(ControlClient.pathPart(try call.required(name)))"
    }
}

/// `identity create`.
enum IdentityCreate {
    static let command = Command(
        "identity create",
        "create a user-assigned identity",
        options: [IdentityOption.name.required, GroupOption.location, GroupOption.tags],
        examples: [Example("for an endpoint", "identity create --name reader --query principalId -o tsv")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let tags = try GroupOption.tags(call)
        return try await call.withServer { session, _ async throws(CommandFailure) in
            let location = call.string(GroupOption.location) ?? call.defaults.value("location") ?? "local"
            let made = try await call.ask(
                session,
                "PUT",
                try IdentityOption.path(call, session),
                body: ["location": .string(location), "tags": tags]
            )
            return .result(ServerView.flat(made))
        }
    }
}

/// `identity show`.
enum IdentityShow {
    static let command = Command(
        "identity show",
        "show a user-assigned identity",
        options: [IdentityOption.name.required],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, _ async throws(CommandFailure) in
            .result(ServerView.flat(try await call.ask(session, "GET", try IdentityOption.path(call, session))))
        }
    }
}

/// `identity list`.
enum IdentityList {
    static let command = Command("identity list", "list the user-assigned identities", run: run)

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, _ async throws(CommandFailure) in
            let root =
                call.flag(CommonOption.resourceGroup)
                ? session.groupPath : "/subscriptions/\(session.workspace.subscription)"
            let body = try await call.ask(session, "GET", "\(root)/\(IdentityOption.type)")
            return .result(.array((body["value"]?.arrayValue ?? []).map(ServerView.flat)))
        }
    }
}

/// `identity delete`.
enum IdentityDelete {
    static let command = Command(
        "identity delete",
        "delete a user-assigned identity with its roles",
        options: [IdentityOption.name.required, CommonOption.yes],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, _ async throws(CommandFailure) in
            let path = try IdentityOption.path(call, session)
            // Asked first, so that a name that does not exist is an error and not a success.
            _ = try await call.ask(session, "GET", path)
            _ = try await call.ask(session, "DELETE", path)
            return .nothing
        }
    }
}
