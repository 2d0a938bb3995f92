import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

extension Invocation {
    /// The login that counts; a failure where there is none.
    func requiredLogin() throws(CommandFailure) -> ServerLogin {
        guard let login = try login() else { throw noServer }
        return login
    }

    /// Connects to a server, never to the workspace of `--local`.
    func withServer<Value>(
        _ body: (ControlSession, ServerLogin) async throws(CommandFailure) -> Value
    ) async throws(CommandFailure) -> Value {
        let login = try requiredLogin()
        return try await withControl { session async throws(CommandFailure) in try await body(session, login) }
    }

    /// Asks the server; the answer's body.
    func ask(
        _ session: ControlSession,
        _ method: String,
        _ path: String,
        body: JSON? = nil
    ) async throws(CommandFailure) -> JSON {
        try await orFail { () async throws(Diagnostic) in try await session.client.call(method, path, body: body) }
    }
}

extension ControlSession {
    /// `/subscriptions/{s}/resourceGroups/{g}`.
    var groupPath: String {
        "/subscriptions/\(workspace.subscription)/resourceGroups/\(ControlClient.pathPart(workspace.resourceGroup))"
    }
}

/// Bodies of ARM as commands print them.
enum ServerView {
    static func workspace(_ resource: WorkspaceResource) -> JSON {
        var object = JSONObject([
            ("name", .string(resource.scope.workspace)),
            ("id", .string(resource.scope.path)),
            ("resource_group", .string(resource.scope.resourceGroup)),
            ("location", .string(resource.location)),
            ("display_name", .string(resource.friendlyName ?? resource.scope.workspace)),
            ("description", .string(resource.description ?? "")),
            ("tags", JSON(resource.tags)),
        ])
        object["storage_account"] = .string(resource.storageAccountID)
        object["container_registry"] = .string(resource.registryID)
        object["public_network_access"] = "Enabled"
        object["workspace_id"] = .string(resource.workspaceID)
        object["provisioning_state"] = "Succeeded"
        return .object(object)
    }

    /// An ARM resource with its properties beside its name, as `az` prints what has no spec of its own.
    static func flat(_ body: JSON) -> JSON {
        var object = JSONObject()
        for (key, value) in body.objectValue ?? JSONObject() where key != "properties" { object[key] = value }
        for (key, value) in body["properties"]?.objectValue ?? JSONObject() { object[key] = value }
        let parts = (body["id"]?.stringValue ?? "").split(separator: "/").map(String.init)
        if let place = parts.firstIndex(where: { $0.lowercased() == "resourcegroups" }), place + 1 < parts.count {
            object["resourceGroup"] = .string(parts[place + 1])
        }
        return .object(object)
    }
}
