package import BerthDiagnostics
package import BerthJSON
import BerthModel
package import BerthStore

/// Models, codes and environments that are registered in workspaces.
///
/// A version's content never changes: a PUT that would change it is a conflict, one that repeats it is none. Words about
/// it (description, tags, properties, stage, archived) may change.
package struct AssetRegistry: Sendable {
    let store: Store
    let now: @Sendable () -> Double

    /// Names and versions, as long as the service allows.
    private static let maxNameBytes = 255
    /// Versions in one page.
    package static let pageLimit = 1000

    package init(store: Store, now: @escaping @Sendable () -> Double) {
        self.store = store
        self.now = now
    }

    // MARK: Writing

    /// Registers a version, or changes the words about it. `body` is ARM's `properties`, checked here.
    package func put(_ body: JSON, version: String, of key: AssetKey) async throws(Diagnostic)
        -> (AssetVersionRecord, isNew: Bool)
    {
        try Self.checkName(key.name, of: key.kind.rawValue)
        try Self.checkName(version, of: "version")
        let normal = try AssetBody.normalized(body, kind: key.kind)
        let time = now()
        return try await store.write { transaction in
            if var existing = try transaction.assetVersion(version, of: key) {
                if let part = AssetBody.changedContent(from: existing.body, to: normal, kind: key.kind) {
                    throw Self.contentIsFixed(key, version, part)
                }
                existing.body = normal
                existing.isArchived = AssetBody.flag("isArchived", in: normal)
                existing.contentHash = AssetBody.contentHash(normal) ?? existing.contentHash
                existing.modifiedAt = time
                try transaction.save(existing)
                return (existing, false)
            }
            let isAnonymous = AssetBody.flag("isAnonymous", in: normal)
            let record = AssetVersionRecord(
                key: key,
                version: version,
                body: normal,
                contentHash: AssetBody.contentHash(normal),
                isAnonymous: isAnonymous,
                isArchived: AssetBody.flag("isArchived", in: normal),
                createdAt: time
            )
            var asset =
                try transaction.asset(key)
                ?? AssetRecord(key: key, body: [:], isAnonymous: isAnonymous, createdAt: time)
            asset.isAnonymous = asset.isAnonymous && isAnonymous
            asset.highestNumber = max(asset.highestNumber, Int(version) ?? 0)
            asset.modifiedAt = time
            try transaction.save(asset)
            try transaction.save(record)
            return (record, true)
        }
    }

    /// Changes the words about all versions: description, tags, properties, archived.
    package func putAsset(_ body: JSON, _ key: AssetKey) async throws(Diagnostic) -> (AssetRecord, isNew: Bool) {
        try Self.checkName(key.name, of: key.kind.rawValue)
        let normal = try AssetBody.normalizedContainer(body)
        let time = now()
        return try await store.write { transaction in
            let existing = try transaction.asset(key)
            var asset = existing ?? AssetRecord(key: key, body: [:], isAnonymous: false, createdAt: time)
            asset.body = normal
            asset.isArchived = AssetBody.flag("isArchived", in: normal)
            asset.modifiedAt = time
            try transaction.save(asset)
            return (asset, existing == nil)
        }
    }

    /// Whether it was there.
    package func delete(version: String, of key: AssetKey) async throws(Diagnostic) -> Bool {
        try await store.write { try $0.deleteAssetVersion(version, of: key) }
    }

    /// Forgets what is registered in a workspace.
    package func forget(workspace: String) async throws(Diagnostic) {
        try await store.write { try $0.deleteAssets(of: workspace) }
    }

    // MARK: Reading

    package func version(_ version: String, of key: AssetKey) async throws(Diagnostic) -> AssetVersionRecord {
        try await store.read { transaction in
            if let found = try transaction.assetVersion(version, of: key) { return found }
            throw try Self.notFound(key, version: version, transaction)
        }
    }

    /// The newest version that is not archived.
    package func latest(of key: AssetKey) async throws(Diagnostic) -> AssetVersionRecord {
        try await store.read { transaction in
            if let found = try transaction.assetVersions(of: key, .active, limit: 1).first { return found }
            throw try Self.notFound(key, version: nil, transaction)
        }
    }

    /// The asset, its newest version, and what the next one is called.
    package func asset(_ key: AssetKey) async throws(Diagnostic) -> (AssetRecord, latest: String?, next: String) {
        try await store.read { transaction in
            guard let found = try transaction.asset(key) else {
                throw try Self.notFound(key, version: nil, transaction)
            }
            return try Self.described(found, transaction)
        }
    }

    /// One page of the named assets, by name.
    package func assets(
        _ kind: AssetKind,
        in workspace: String,
        _ view: AssetView,
        after marker: String,
        limit: Int
    ) async throws(Diagnostic) -> [(AssetRecord, latest: String?, next: String)] {
        let limit = min(max(1, limit), Self.pageLimit)
        return try await store.read { transaction in
            try transaction.assets(kind, in: workspace, view, after: marker, limit: limit).map {
                try Self.described($0, transaction)
            }
        }
    }

    /// One page of the versions, newest first. Empty where there is no such asset.
    package func versions(
        of key: AssetKey,
        _ view: AssetView,
        offset: Int,
        limit: Int
    ) async throws(Diagnostic) -> [AssetVersionRecord] {
        let limit = min(max(1, limit), Self.pageLimit)
        return try await store.read { transaction in
            try transaction.assetVersions(of: key, view, offset: max(0, offset), limit: limit)
        }
    }

    /// Versions of any name in the workspace with this content, newest first.
    package func versions(
        _ kind: AssetKind,
        in workspace: String,
        contentHash: String
    ) async throws(Diagnostic) -> [AssetVersionRecord] {
        try await store.read {
            try $0.assetVersions(kind, in: workspace, contentHash: contentHash.lowercased(), limit: 10)
        }
    }

    private static func described(
        _ record: AssetRecord,
        _ transaction: StoreTransaction
    ) throws -> (AssetRecord, latest: String?, next: String) {
        let latest = try transaction.assetVersions(of: record.key, .active, limit: 1).first?.version
        return (record, latest, "\(record.highestNumber + 1)")
    }

    // MARK: Words

    static func checkName(_ name: String, of kind: String) throws(Diagnostic) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isPlain, (1...maxNameBytes).contains(name.utf8.count), name.utf8.first != UInt8(ascii: ".") else {
            throw Diagnostic(
                .badArgument,
                .argumentInvalid,
                "`\(name.prefix(80))` is no name of a \(kind)",
                help: ["use 1 to 255 letters, digits, dashes, underscores and dots, not beginning with a dot"]
            )
        }
    }

    private static func contentIsFixed(_ key: AssetKey, _ version: String, _ part: String) -> Diagnostic {
        Diagnostic(
            .conflict,
            nil,
            "Asset paths cannot be updated: version \(version) of \(key.kind.rawValue) `\(key.name)` is registered with"
                + " another `\(part)`",
            help: ["register a new version, or leave the version out to get the next one"]
        )
    }

    private static func notFound(
        _ key: AssetKey,
        version: String?,
        _ transaction: StoreTransaction
    ) throws -> Diagnostic {
        let kind = key.kind.rawValue
        let versions = try transaction.assetVersions(of: key, .all, limit: 20)
        if !versions.isEmpty {
            let known = versions.map { $0.isArchived ? "\($0.version) (archived)" : $0.version }
            return Diagnostic(
                .resourceNotFound,
                .artifactNotFound,
                version.map { "\(kind) `\(key.name)` has no version \($0)" }
                    ?? "all versions of \(kind) `\(key.name)` are archived",
                evidence: [Evidence("versions", known.joined(separator: ", "))],
                help: ["see all versions: berth \(kind) list -n \(key.name)"]
            )
        }
        let names = try transaction.assets(key.kind, in: key.workspace, .all, limit: pageLimit).map(\.key.name)
        return Diagnostic(
            .resourceNotFound,
            .artifactNotFound,
            "\(kind) `\(key.name)` is not registered in workspace `\(key.workspace)`",
            help: [
                nearestName(to: key.name, among: names).map { "did you mean `\($0)`?" }
                    ?? (key.kind == .code
                        ? "codes are registered by deployments; check the name"
                        : "register it: berth \(kind) create -n \(key.name)")
            ]
        )
    }
}
