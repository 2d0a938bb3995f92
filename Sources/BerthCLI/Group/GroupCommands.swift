import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

/// What the commands on resource groups share.
enum GroupOption {
    static let name = Option("name", "n", .value("NAME"), help: "the group's name; also written --resource-group")
    static let location = Option("location", "l", .value("NAME"), help: "where it is; a word of your own")
    static let tags = Option("tags", nil, .values("KEY=VALUE"), help: "tags")

    static func name(_ call: Invocation) throws(CommandFailure) -> String {
        try call.known(call.string(name) ?? call.string(CommonOption.resourceGroup), or: name)
    }

    /// Of `--tags a=b c=d`.
    static func tags(_ call: Invocation) throws(CommandFailure) -> JSON {
        var object = JSONObject()
        for word in call.strings(tags) where !word.isEmpty {
            guard let sign = word.firstIndex(of: "="), sign != word.startIndex else {
                throw .usage(
                    Diagnostic(
                        .badArgument,
                        .argumentInvalid,
                        "`--tags`: `\(word)` is no tag",
                        help: ["write a key and its value: team=vision"]
                    )
                )
            }
            object[String(word[..<sign])] = .string(String(word[word.index(after: sign)...]))
        }
        return .object(object)
    }

    static func path(_ call: Invocation, _ session: ControlSession) throws(CommandFailure) -> String {
        "/subscriptions/\(session.workspace.subscription)/resourceGroups/\(ControlClient.pathPart(try name(call)))"
    }
}

/// `group create`.
enum GroupCreate {
    static let command = Command(
        "group create",
        "create a resource group, or change its tags",
        options: [GroupOption.name, GroupOption.location, GroupOption.tags],
        examples: [Example("for a team", "group create --name vision --location local")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let tags = try GroupOption.tags(call)
        return try await call.withServer { session, _ async throws(CommandFailure) in
            let location = call.string(GroupOption.location) ?? call.defaults.value("location") ?? "local"
            return .result(
                try await call.ask(
                    session,
                    "PUT",
                    try GroupOption.path(call, session),
                    body: ["location": .string(location), "tags": tags]
                )
            )
        }
    }
}

/// `group show`.
enum GroupShow {
    static let command = Command("group show", "show a resource group", options: [GroupOption.name], run: run)

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, _ async throws(CommandFailure) in
            .result(try await call.ask(session, "GET", try GroupOption.path(call, session)))
        }
    }
}

/// `group list`.
enum GroupList {
    static let command = Command("group list", "list the resource groups", run: run)

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, _ async throws(CommandFailure) in
            let path = "/subscriptions/\(session.workspace.subscription)/resourceGroups"
            return .result(try await call.ask(session, "GET", path)["value"] ?? [])
        }
    }
}

/// `group exists`.
enum GroupExists {
    static let command = Command("group exists", "say whether there is a group", options: [GroupOption.name], run: run)

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, _ async throws(CommandFailure) in
            let path = try GroupOption.path(call, session)
            do throws(Diagnostic) {
                _ = try await session.client.call("GET", path)
                return .result(true)
            } catch {
                guard error.code == .resourceNotFound else { throw .failed(error) }
                return .result(false)
            }
        }
    }
}

/// `group delete`.
enum GroupDelete {
    static let command = Command(
        "group delete",
        "delete a resource group that holds no workspace",
        options: [GroupOption.name, CommonOption.yes, CommonOption.noWait],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let name = try GroupOption.name(call)
        try call.confirm("delete resource group `\(name)`?")
        return try await call.withServer { session, _ async throws(CommandFailure) in
            // Asked first, so that a name that does not exist is an error and not a success.
            _ = try await call.ask(session, "GET", try GroupOption.path(call, session))
            _ = try await call.ask(session, "DELETE", try GroupOption.path(call, session))
            return .nothing
        }
    }
}
