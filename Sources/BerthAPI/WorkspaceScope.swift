import BerthJSON

/// The namespace that owns everything, as ARM ids name it.
package struct WorkspaceScope: Hashable, Sendable {
    package var subscription: String
    package var resourceGroup: String
    package var workspace: String

    package init(subscription: String, resourceGroup: String, workspace: String) {
        self.subscription = subscription
        self.resourceGroup = resourceGroup
        self.workspace = workspace
    }

    /// The built-in workspace of `--local`.
    package static let local = WorkspaceScope(subscription: "local", resourceGroup: "local", workspace: "local")

    package var path: String {
        "/subscriptions/\(subscription)/resourceGroups/\(resourceGroup)"
            + "/providers/Microsoft.MachineLearningServices/workspaces/\(workspace)"
    }

    package func endpoint(_ name: String) -> String { "\(path)/onlineEndpoints/\(name)" }
    package func deployment(_ name: String, of endpoint: String) -> String {
        "\(self.endpoint(endpoint))/deployments/\(name)"
    }
}

/// Who made a resource and when. Both times or none: the SDK parses what is there.
enum SystemData {
    /// Keys that the SDK copies from `systemData` into `properties.properties` and sends back.
    static let echoedKeys: Set<String> = ["createdBy", "createdAt", "lastModifiedAt", "AzureAsyncOperationUri"]

    static func json(createdAt: String?, modifiedAt: String?) -> JSON? {
        guard let createdAt, let modifiedAt else { return nil }
        return ["createdAt": .string(createdAt), "lastModifiedAt": .string(modifiedAt)]
    }
}
