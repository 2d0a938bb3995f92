package import BerthJSON

/// What can be registered in a workspace.
package enum AssetKind: String, CaseIterable, Hashable, Sendable {
    case model
    case code
    case environment
}

/// What names a registered asset, without its version.
package struct AssetKey: Hashable, Sendable {
    package var workspace: String
    package var kind: AssetKind
    package var name: String

    package init(workspace: String, kind: AssetKind, name: String) {
        self.workspace = workspace
        self.kind = kind
        self.name = name
    }
}

/// Which assets a list shows.
package enum AssetView: Hashable, Sendable {
    case active, archived, all
}

/// What all versions of an asset have together.
package struct AssetRecord: Hashable, Sendable {
    package var key: AssetKey
    /// ARM `properties`: description, tags, properties.
    package var body: JSON
    /// Made for one deployment: not listed.
    package var isAnonymous: Bool
    package var isArchived: Bool
    /// The highest version that was a number, also when it is gone; 0: none.
    package var highestNumber: Int
    package var createdAt: Double
    package var modifiedAt: Double

    package init(key: AssetKey, body: JSON, isAnonymous: Bool, createdAt: Double) {
        self.key = key
        self.body = body
        self.isAnonymous = isAnonymous
        isArchived = false
        highestNumber = 0
        self.createdAt = createdAt
        modifiedAt = createdAt
    }
}

/// One version of an asset. What it is made of never changes; words about it may.
package struct AssetVersionRecord: Hashable, Sendable {
    package var key: AssetKey
    package var version: String
    /// ARM `properties`.
    package var body: JSON
    /// The client's hash of a code's content, for its look-up.
    package var contentHash: String?
    package var isAnonymous: Bool
    package var isArchived: Bool
    package var createdAt: Double
    package var modifiedAt: Double

    package init(
        key: AssetKey,
        version: String,
        body: JSON,
        contentHash: String?,
        isAnonymous: Bool,
        isArchived: Bool,
        createdAt: Double
    ) {
        self.key = key
        self.version = version
        self.body = body
        self.contentHash = contentHash
        self.isAnonymous = isAnonymous
        self.isArchived = isArchived
        self.createdAt = createdAt
        modifiedAt = createdAt
    }
}
