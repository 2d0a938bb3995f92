import BerthAPI
package import BerthArtifacts
package import BerthDiagnostics
package import BerthModel
package import BerthStore

/// The storage account of each workspace: its name, its key, its containers, and the signatures that are given out for
/// them.
package struct WorkspaceStorage: Sendable {
    package let blobs: BlobStore
    private let store: Store
    private let serverSecret: [UInt8]

    /// `serverSecret` signs for all accounts; whoever has it owns all blobs.
    package init(blobs: BlobStore, store: Store, serverSecret: [UInt8]) {
        self.blobs = blobs
        self.store = store
        self.serverSecret = serverSecret
    }

    package func key(of account: String) -> AccountKey { AccountKey(account: account, serverSecret: serverSecret) }

    // MARK: Accounts

    /// The workspace that the account belongs to; nil: there is no such account.
    package func workspace(ofAccount account: String) async throws(Diagnostic) -> String? {
        try await record(ofAccount: account)?.name
    }

    /// The account's ARM id; nil: there is no such account.
    package func accountID(_ account: String) async throws(Diagnostic) -> String? {
        guard let record = try await record(ofAccount: account) else { return nil }
        return Self.resource(record).storageAccountID
    }

    private func record(ofAccount account: String) async throws(Diagnostic) -> WorkspaceRecord? {
        try await store.read { transaction in
            try transaction.workspaces(withIDPrefix: String(account.dropFirst(2))).first {
                Self.resource($0).storageAccountName == account
            }
        }
    }

    private static func resource(_ record: WorkspaceRecord) -> WorkspaceResource {
        WorkspaceResource(scope: record.scope, location: record.location, workspaceID: record.id)
    }

    package static func account(of record: WorkspaceRecord) -> String { resource(record).storageAccountName }

    // MARK: Containers

    /// The container behind the datastore `workspaceblobstore`, made when it is first asked for.
    package func defaultContainer(of record: WorkspaceRecord) async throws(BlobFailure) -> ContainerKey {
        let key = ContainerKey(account: Self.account(of: record), name: "azureml-blobstore-\(record.id.lowercased())")
        _ = try await blobs.ensureContainer(key, workspace: record.name)
        return key
    }

    /// A container of its own for one upload, so that folders of the same name do not meet.
    package func uploadContainer(of record: WorkspaceRecord, id: String) async throws(BlobFailure) -> ContainerKey {
        let key = ContainerKey(account: Self.account(of: record), name: "\(id.lowercased())-upload")
        _ = try await blobs.ensureContainer(key, workspace: record.name)
        return key
    }

    // MARK: Signatures

    /// A query, without `?`, that lets its bearer read, list and write the container until `expiry`.
    package func signature(for container: ContainerKey, expiry: Double, canDelete: Bool = false) -> Secret {
        var permissions: Set<BlobPermission> = [.read, .list, .create, .add, .write]
        if canDelete { permissions.insert(.delete) }
        let signature = SharedAccessSignature(
            permissions: permissions,
            expiresAt: expiry,
            account: container.account,
            container: container.name
        )
        return signature.query(key: key(of: container.account))
    }

    /// `https://host:port/store/<account>/<container>` for a server at `base`.
    package static func url(of container: ContainerKey, base: String, suffix: String) -> String {
        "\(base)/store/\(container.account).blob.\(suffix)/\(container.name)"
    }
}
