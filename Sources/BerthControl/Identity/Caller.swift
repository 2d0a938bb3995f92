/// Who sends a request.
package enum Caller: Hashable, Sendable {
    /// Somebody who may open the socket in the home, and so could read every key in it: the owner of the home.
    case machineOwner
    /// Nobody has proved anything yet.
    case nobody
    /// Somebody with a token.
    case principal(objectID: String, name: String)

    /// For the audit log.
    package var name: String {
        switch self {
        case .nobody: "nobody"
        case .machineOwner: "owner of this machine"
        case .principal(let objectID, let name): name.isEmpty ? objectID : "\(name) (\(objectID))"
        }
    }
}

/// Whom a token is for. Source: the resource names of Azure's services.
package enum TokenAudience: Hashable, Sendable {
    case management, scoring, storage, graph
    /// Of tokens that an endpoint gives out itself; nobody can ask for one here.
    case endpoint

    /// `resource` as it is asked for: a URL without `/.default`.
    package init(resource: String) {
        let name = resource.lowercased()
        if name == "berth-endpoint" {
            self = .endpoint
        } else if name.hasPrefix("https://ml.azure.com") {
            self = .scoring
        } else if name.hasPrefix("https://storage.azure.com") || name.contains(".blob.") {
            self = .storage
        } else if name.hasPrefix("https://graph.") {
            self = .graph
        } else {
            self = .management
        }
    }
}
