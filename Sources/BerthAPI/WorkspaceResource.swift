package import BerthDiagnostics
package import BerthJSON

/// A workspace as the control plane shows it.
package struct WorkspaceResource: Hashable, Sendable {
    package var scope: WorkspaceScope
    package var location: String
    package var friendlyName: String?
    package var description: String?
    package var tags: [String: String]
    /// A GUID; empty before it is known.
    package var workspaceID: String
    package var createdAt: String?
    package var modifiedAt: String?

    package init(scope: WorkspaceScope, location: String, workspaceID: String = "") {
        self.scope = scope
        self.location = location
        self.workspaceID = workspaceID
        tags = [:]
    }

    /// The first ten digits of the GUID: what names of accounts that belong to the workspace are made of.
    package var shortID: String { String(workspaceID.filter { $0 != "-" }.prefix(10)) }
    package var storageAccountName: String { "st\(shortID)" }
    package var registryName: String { "cr\(shortID)" }

    private var groupPath: String { "/subscriptions/\(scope.subscription)/resourceGroups/\(scope.resourceGroup)" }

    /// The ARM id of the storage account of the workspace.
    package var storageAccountID: String {
        "\(groupPath)/providers/Microsoft.Storage/storageAccounts/\(storageAccountName)"
    }

    /// The ARM id of the registry of the workspace.
    package var registryID: String {
        "\(groupPath)/providers/Microsoft.ContainerRegistry/registries/\(registryName)"
    }

    /// The ARM body of a PUT and of its answer.
    package var json: JSON {
        var properties = JSONObject()
        properties["friendlyName"] = .string(friendlyName ?? scope.workspace)
        properties["description"] = .string(description ?? "")
        if !workspaceID.isEmpty {
            properties["workspaceId"] = .string(workspaceID)
            properties["storageAccount"] = .string(storageAccountID)
            properties["containerRegistry"] = .string(registryID)
            properties["keyVault"] = .string("\(groupPath)/providers/Microsoft.KeyVault/vaults/kv\(shortID)")
            properties["applicationInsights"] = .string(
                "\(groupPath)/providers/Microsoft.Insights/components/ai\(shortID)"
            )
        }
        properties["publicNetworkAccess"] = "Enabled"
        properties["hbiWorkspace"] = false
        properties["provisioningState"] = "Succeeded"
        var body = JSONObject([
            ("id", .string(scope.path)),
            ("name", .string(scope.workspace)),
            ("type", "Microsoft.MachineLearningServices/workspaces"),
            ("location", .string(location)),
            ("tags", JSON(tags)),
            ("kind", "Default"),
            ("sku", ["name": "Basic", "tier": "Basic"] as JSON),
            ("identity", ["type": "SystemAssigned"] as JSON),
            ("properties", .object(properties)),
        ])
        body["systemData"] = SystemData.json(createdAt: createdAt, modifiedAt: modifiedAt)
        return .object(body)
    }

    /// The workspace that an ARM body spells, in the group that `scope` names.
    package init(json: JSON, scope: WorkspaceScope) throws(Diagnostic) {
        let body = WireReader(json, path: "")
        let properties = body.child("properties")
        self.init(
            scope: scope,
            location: try body.string("location") ?? "",
            workspaceID: try properties.string("workspaceId") ?? ""
        )
        friendlyName = try properties.string("friendlyName")
        description = try properties.string("description")
        tags = try body.stringMap("tags")
        createdAt = try body.child("systemData").string("createdAt")
        modifiedAt = try body.child("systemData").string("lastModifiedAt")
    }
}
