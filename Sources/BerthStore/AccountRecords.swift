package import BerthJSON

/// A subscription: what resource groups belong to.
package struct SubscriptionRecord: Hashable, Sendable {
    /// A GUID.
    package var id: String
    package var name: String
    /// Seconds since 1970.
    package var createdAt: Double

    package init(id: String, name: String, createdAt: Double) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
    }
}

/// A resource group.
package struct ResourceGroupRecord: Hashable, Sendable {
    package var subscription: String
    package var name: String
    package var location: String
    package var tags: JSON
    package var createdAt: Double

    package init(subscription: String, name: String, location: String, tags: JSON, createdAt: Double) {
        self.subscription = subscription
        self.name = name
        self.location = location
        self.tags = tags
        self.createdAt = createdAt
    }
}

/// A workspace. Its name is unique in the store: endpoints are known to the gateway by it.
package struct WorkspaceRecord: Hashable, Sendable {
    package var name: String
    package var subscription: String
    package var resourceGroup: String
    /// A GUID of its own, `workspaceId`.
    package var id: String
    package var location: String
    /// What was asked for: the ARM body.
    package var spec: JSON
    package var createdAt: Double
    package var modifiedAt: Double

    package init(
        name: String,
        subscription: String,
        resourceGroup: String,
        id: String,
        location: String,
        spec: JSON,
        createdAt: Double,
        modifiedAt: Double
    ) {
        self.name = name
        self.subscription = subscription
        self.resourceGroup = resourceGroup
        self.id = id
        self.location = location
        self.spec = spec
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
    }
}

/// Somebody who can prove who they are.
package struct PrincipalRecord: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case servicePrincipal = "ServicePrincipal"
        /// Lives and ends with the resource that it belongs to.
        case systemAssigned = "SystemAssigned"
        case userAssigned = "UserAssigned"
    }

    /// A GUID.
    package var objectID: String
    /// A GUID; what a login names.
    package var clientID: String
    package var kind: Kind
    package var name: String
    /// The ARM id of the identity, or of the resource that it belongs to; nil for a service principal.
    package var resourceID: String?
    package var location: String
    package var tags: JSON
    package var createdAt: Double

    package init(
        objectID: String,
        clientID: String,
        kind: Kind,
        name: String,
        resourceID: String?,
        location: String = "",
        tags: JSON = [:],
        createdAt: Double
    ) {
        self.objectID = objectID
        self.clientID = clientID
        self.kind = kind
        self.name = name
        self.resourceID = resourceID
        self.location = location
        self.tags = tags
        self.createdAt = createdAt
    }
}

/// A password of a principal, as its fingerprint.
package struct CredentialRecord: Hashable, Sendable {
    /// A GUID.
    package var id: String
    package var objectID: String
    package var sha256: String
    package var expiresAt: Double

    package init(id: String, objectID: String, sha256: String, expiresAt: Double) {
        self.id = id
        self.objectID = objectID
        self.sha256 = sha256
        self.expiresAt = expiresAt
    }
}

/// A secret that must be shown again: sealed, and its fingerprint for those who only check.
package struct SecretRecord: Hashable, Sendable {
    package var name: String
    package var sealed: [UInt8]
    package var sha256: String

    package init(name: String, sealed: [UInt8], sha256: String) {
        self.name = name
        self.sealed = sealed
        self.sha256 = sha256
    }
}
