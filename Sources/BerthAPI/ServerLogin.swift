import BerthDiagnostics
package import BerthJSON
package import BerthModel

/// Where a server is, who calls it, and what commands mean when they name no workspace.
package struct ServerLogin: Hashable, Sendable {
    /// `https://host:port`, without a slash at its end.
    package var server: String
    /// The file with the certificate authority to trust; nil: those of the system.
    package var authorityFile: String?
    package var tenant: String
    package var clientID: String
    package var clientSecret: Secret
    package var defaults: WorkspaceScope

    package init(
        server: String,
        authorityFile: String?,
        tenant: String,
        clientID: String,
        clientSecret: Secret,
        defaults: WorkspaceScope
    ) {
        self.server = server
        self.authorityFile = authorityFile
        self.tenant = tenant
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.defaults = defaults
    }

    /// With the secret: for a file that only its owner may read.
    package func jsonWithSecret() -> JSON {
        var object = JSONObject()
        object["server"] = .string(server)
        object["ca"] = authorityFile.map(JSON.string)
        object["tenant"] = .string(tenant)
        object["client_id"] = .string(clientID)
        object["client_secret"] = .string(clientSecret.reveal())
        object["subscription"] = .string(defaults.subscription)
        object["resource_group"] = .string(defaults.resourceGroup)
        object["workspace"] = .string(defaults.workspace)
        return .object(object)
    }

    /// nil where `json` is no login.
    package init?(json: JSON) {
        func text(_ key: String) -> String? { json[key]?.stringValue }
        guard let server = text("server"), let tenant = text("tenant"), let id = text("client_id"),
            let secret = text("client_secret"), let subscription = text("subscription")
        else { return nil }
        self.init(
            server: server,
            authorityFile: text("ca"),
            tenant: tenant,
            clientID: id,
            clientSecret: Secret(secret),
            defaults: WorkspaceScope(
                subscription: subscription,
                resourceGroup: text("resource_group") ?? "default",
                workspace: text("workspace") ?? "default"
            )
        )
    }
}
