package import BerthModel

/// What names a container everywhere.
package struct ContainerKey: Hashable, Sendable {
    package var account: String
    package var name: String

    package init(account: String, name: String) {
        self.account = account
        self.name = name
    }
}

/// A container of blobs.
package struct ContainerRecord: Hashable, Sendable {
    package var key: ContainerKey
    /// The workspace that it belongs to; its deletion takes the container along. Empty: none.
    package var workspace: String
    package var etag: String
    package var metadata: [String: String]
    /// Seconds since 1970.
    package var createdAt: Double
    package var modifiedAt: Double

    package init(key: ContainerKey, workspace: String, etag: String, createdAt: Double) {
        self.key = key
        self.workspace = workspace
        self.etag = etag
        metadata = [:]
        self.createdAt = createdAt
        modifiedAt = createdAt
    }
}

/// What names a blob everywhere.
package struct BlobKey: Hashable, Sendable {
    package var container: ContainerKey
    package var name: String

    package init(container: ContainerKey, name: String) {
        self.container = container
        self.name = name
    }
}

/// What a blob's content is shown with.
package struct BlobHeaders: Hashable, Sendable {
    package var contentType: String = "application/octet-stream"
    package var contentEncoding: String?
    package var contentLanguage: String?
    package var contentDisposition: String?
    package var cacheControl: String?

    package init() {}
}

/// A blob: a name for content.
package struct BlobRecord: Hashable, Sendable {
    package var key: BlobKey
    /// SHA-256 of the content: its name in the content store.
    package var digest: String
    package var bytes: Bytes
    /// Base64; nil where it was made of blocks and the client sent none.
    package var md5: String?
    package var headers: BlobHeaders
    package var metadata: [String: String]
    package var etag: String
    package var createdAt: Double
    package var modifiedAt: Double

    package init(
        key: BlobKey,
        digest: String,
        bytes: Bytes,
        md5: String?,
        headers: BlobHeaders,
        metadata: [String: String],
        etag: String,
        createdAt: Double
    ) {
        self.key = key
        self.digest = digest
        self.bytes = bytes
        self.md5 = md5
        self.headers = headers
        self.metadata = metadata
        self.etag = etag
        self.createdAt = createdAt
        modifiedAt = createdAt
    }
}

/// A block that was uploaded and that no list has named yet.
package struct BlockRecord: Hashable, Sendable {
    package var key: BlobKey
    /// As sent: Base64.
    package var id: String
    /// Where its bytes lie, a file of its own.
    package var file: String
    package var bytes: Bytes
    package var createdAt: Double

    package init(key: BlobKey, id: String, file: String, bytes: Bytes, createdAt: Double) {
        self.key = key
        self.id = id
        self.file = file
        self.bytes = bytes
        self.createdAt = createdAt
    }
}
