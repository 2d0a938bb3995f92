import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

/// What the commands on workspaces share.
enum WorkspaceOption {
    static let name = Option("name", "n", .value("NAME"), help: "the workspace's name; also written --workspace-name")
    static let displayName = Option("display-name", nil, .value("TEXT"), help: "a name for people")
    static let description = Option("description", nil, .value("TEXT"), help: "what it is for")

    /// The workspace that the options name, or the default.
    static func scope(_ call: Invocation, _ session: ControlSession) -> WorkspaceScope {
        var scope = session.workspace
        if let name = call.string(name) { scope.workspace = name }
        return scope
    }

    static func shown(_ body: JSON, _ scope: WorkspaceScope) throws(CommandFailure) -> JSON {
        do { return ServerView.workspace(try WorkspaceResource(json: body, scope: scope)) } catch {
            throw .failed(error)
        }
    }
}

/// `workspace create`.
enum WorkspaceCreate {
    static let command = Command(
        "workspace create",
        "create a workspace, with its resource group where that is missing",
        options: [
            WorkspaceOption.name, GroupOption.location, WorkspaceOption.displayName, WorkspaceOption.description,
            GroupOption.tags, CommonOption.noWait,
        ],
        examples: [Example("in a group", "workspace create --name main --resource-group vision --location local")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let tags = try GroupOption.tags(call)
        let name = try call.known(
            call.string(WorkspaceOption.name) ?? call.string(CommonOption.workspace),
            or: WorkspaceOption.name
        )
        return try await call.withServer { session, _ async throws(CommandFailure) in
            var scope = session.workspace
            scope.workspace = name
            let location = call.string(GroupOption.location) ?? call.defaults.value("location") ?? "local"
            do throws(Diagnostic) {
                _ = try await session.client.call("GET", session.groupPath)
            } catch {
                guard error.code == .resourceNotFound else { throw .failed(error) }
                _ = try await call.ask(session, "PUT", session.groupPath, body: ["location": .string(location)])
                call.note("resource group `\(scope.resourceGroup)` was created")
            }
            var wanted = WorkspaceResource(scope: scope, location: location)
            wanted.friendlyName = call.string(WorkspaceOption.displayName)
            wanted.description = call.string(WorkspaceOption.description)
            for (key, value) in tags.objectValue ?? JSONObject() { wanted.tags[key] = value.stringValue }
            let made = try await call.ask(session, "PUT", scope.path, body: wanted.json)
            return .result(try WorkspaceOption.shown(made, scope))
        }
    }
}

/// `workspace show`.
enum WorkspaceShow {
    static let command = Command(
        "workspace show",
        "show a workspace; without a name the default one",
        options: [WorkspaceOption.name],
        examples: [Example("its registry", "workspace show --query container_registry -o tsv")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, _ async throws(CommandFailure) in
            let scope = WorkspaceOption.scope(call, session)
            return .result(try WorkspaceOption.shown(try await call.ask(session, "GET", scope.path), scope))
        }
    }
}

/// `workspace list`.
enum WorkspaceList {
    static let command = Command(
        "workspace list",
        "list the workspaces of the subscription, or of one group",
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withServer { session, _ async throws(CommandFailure) in
            let root =
                call.flag(CommonOption.resourceGroup)
                ? session.groupPath : "/subscriptions/\(session.workspace.subscription)"
            let body = try await call.ask(
                session,
                "GET",
                "\(root)/providers/Microsoft.MachineLearningServices/workspaces"
            )
            var shown: [JSON] = []
            for entry in body["value"]?.arrayValue ?? [] {
                let parts = (entry["id"]?.stringValue ?? "").split(separator: "/").map(String.init)
                guard parts.count == 8 else { continue }
                let scope = WorkspaceScope(subscription: parts[1], resourceGroup: parts[3], workspace: parts[7])
                shown.append(try WorkspaceOption.shown(entry, scope))
            }
            return .result(.array(shown))
        }
    }
}

/// `workspace delete`.
enum WorkspaceDelete {
    static let command = Command(
        "workspace delete",
        "delete a workspace that holds no endpoint",
        options: [WorkspaceOption.name.required, CommonOption.yes, CommonOption.noWait],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let name = try call.required(WorkspaceOption.name)
        try call.confirm("delete workspace `\(name)`?")
        return try await call.withServer { session, _ async throws(CommandFailure) in
            let scope = WorkspaceOption.scope(call, session)
            // Asked first, so that a name that does not exist is an error and not a success.
            _ = try await call.ask(session, "GET", scope.path)
            _ = try await call.ask(session, "DELETE", scope.path)
            return .nothing
        }
    }
}
