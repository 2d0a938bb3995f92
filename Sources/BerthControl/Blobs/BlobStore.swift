package import BerthArtifacts
import BerthDiagnostics
package import BerthModel
package import BerthStore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Containers and blobs: names and metadata in the database, content by its digest on the disk.
///
/// Every change is one transaction. Content gets its place inside of the transaction that names it, and loses it in one
/// that has seen that nothing names it: transactions run one after the other, so neither can come between the other's
/// check and change. What a crash leaves without a name, `sweep` removes at the next start.
package struct BlobStore: Sendable {
    package let contents: ContentStore
    package let limits: BlobLimits
    let store: Store
    let now: @Sendable () -> Double

    package init(
        store: Store,
        contents: ContentStore,
        limits: BlobLimits = BlobLimits(),
        now: @escaping @Sendable () -> Double
    ) {
        self.store = store
        self.contents = contents
        self.limits = limits
        self.now = now
    }

    // MARK: Containers

    /// Creates a container that belongs to `workspace`. Throws `containerExists`.
    package func createContainer(
        _ key: ContainerKey,
        workspace: String,
        metadata: [String: String] = [:]
    ) async throws(BlobFailure) -> ContainerRecord {
        try BlobName.checkContainer(key.name)
        var record = ContainerRecord(key: key, workspace: workspace, etag: Self.freshETag(), createdAt: now())
        record.metadata = metadata
        let made = record
        return try await change { transaction in
            guard try transaction.container(key) == nil else { return .failure(.containerExists) }
            try transaction.save(made)
            return .success(made)
        }
    }

    /// The container of this name, made where it is missing.
    package func ensureContainer(_ key: ContainerKey, workspace: String) async throws(BlobFailure) -> ContainerRecord {
        do throws(BlobFailure) {
            return try await container(key)
        } catch .containerNotFound {
            do throws(BlobFailure) {
                return try await createContainer(key, workspace: workspace)
            } catch .containerExists {
                return try await container(key)
            }
        }
    }

    /// Throws `containerNotFound`.
    package func container(_ key: ContainerKey) async throws(BlobFailure) -> ContainerRecord {
        try await look { transaction in
            guard let found = try transaction.container(key) else { return .failure(.containerNotFound) }
            return .success(found)
        }
    }

    package func containers(
        of account: String,
        prefix: String,
        after marker: String,
        limit: Int
    ) async throws(BlobFailure) -> [ContainerRecord] {
        let limit = min(max(1, limit), limits.listPage)
        return try await look {
            .success(try $0.containers(of: account, prefix: prefix, after: marker, limit: limit))
        }
    }

    /// Removes the container with all that is in it.
    package func deleteContainer(_ key: ContainerKey) async throws(BlobFailure) {
        try await change { transaction -> Result<Void, BlobFailure> in
            guard try transaction.container(key) != nil else { return .failure(.containerNotFound) }
            try transaction.deleteContainer(key)
            return .success(())
        }
        try await sweep()
    }

    // MARK: Reading

    /// Throws `blobNotFound`, `containerNotFound`, or what `condition` has against it.
    package func blob(_ key: BlobKey, _ condition: BlobCondition = BlobCondition()) async throws(BlobFailure)
        -> BlobRecord
    {
        // Clients also ask for names that no blob can have, such as a folder's with its slash: those are not there.
        try await look { transaction in
            guard let found = try transaction.blob(key) else {
                return .failure(try transaction.container(key.container) == nil ? .containerNotFound : .blobNotFound)
            }
            if let refusal = condition.refusal(etag: found.etag, modifiedAt: found.modifiedAt, isRead: true) {
                return .failure(refusal)
            }
            return .success(found)
        }
    }

    /// One page of the blobs whose names begin with `prefix`, in the byte order of their names.
    package func blobs(
        in container: ContainerKey,
        prefix: String,
        after marker: String = "",
        limit: Int
    ) async throws(BlobFailure) -> [BlobRecord] {
        let limit = min(max(1, limit), limits.listPage + 1)
        return try await look { transaction in
            guard try transaction.container(container) != nil else { return .failure(.containerNotFound) }
            return .success(try transaction.blobs(in: container, prefix: prefix, after: marker, limit: limit))
        }
    }

    // MARK: Writing

    /// What a blob is to be: everything but its content.
    package struct Wanted: Sendable {
        package var key: BlobKey
        package var headers = BlobHeaders()
        package var metadata: [String: String] = [:]
        package var condition = BlobCondition()
        /// Base64, as the client wants it shown; nil: as calculated.
        package var md5: String?

        package init(key: BlobKey) { self.key = key }
    }

    /// Refuses a write before its body has come.
    package func checkWritable(_ wanted: Wanted, bytes: Bytes) async throws(BlobFailure) {
        try BlobName.checkBlob(wanted.key.name)
        try contents.requireSpace(for: bytes)
        try await look { transaction -> Result<Void, BlobFailure> in
            guard try transaction.container(wanted.key.container) != nil else { return .failure(.containerNotFound) }
            let existing = try transaction.blob(wanted.key)
            if let refusal = wanted.condition.refusal(
                etag: existing?.etag,
                modifiedAt: existing?.modifiedAt,
                isRead: false
            ) {
                return .failure(refusal)
            }
            return .success(())
        }
    }

    /// Gives finished content a name. It is this store's from here on, whatever happens.
    package func put(_ content: FinishedContent, as wanted: Wanted) async throws(BlobFailure) -> BlobRecord {
        do throws(BlobFailure) {
            try BlobName.checkBlob(wanted.key.name)
            return try await name(content, as: wanted, blocks: [])
        } catch {
            contents.discard(content.file)
            throw error
        }
    }

    /// Keeps a block until a list names it. One of the same id before it is replaced.
    package func putBlock(_ id: String, of key: BlobKey, _ content: FinishedContent) async throws(BlobFailure) {
        do throws(BlobFailure) {
            try BlobName.checkBlockID(id)
            try BlobName.checkBlob(key.name)
            let record = BlockRecord(key: key, id: id, file: content.file, bytes: content.bytes, createdAt: now())
            let limit = limits.blocksPerBlob
            let replaced = try await change { transaction -> Result<String?, BlobFailure> in
                guard try transaction.container(key.container) != nil else { return .failure(.containerNotFound) }
                let earlier = try transaction.block(id, of: key)
                guard try earlier != nil || transaction.blockCount(of: key) < limit else {
                    return .failure(.tooManyBlocks(limit: limit))
                }
                try transaction.save(record)
                return .success(earlier?.file)
            }
            if let replaced { contents.discard(replaced) }
        } catch {
            contents.discard(content.file)
            throw error
        }
    }

    /// Makes a blob of blocks, in the order of `ids`. Blocking while it reads and writes them.
    package func commit(_ ids: [String], as wanted: Wanted) async throws(BlobFailure) -> BlobRecord {
        guard ids.count <= limits.blocksPerBlob else { throw .tooManyBlocks(limit: limits.blocksPerBlob) }
        let key = wanted.key
        let known = try await look { .success(try $0.blocks(of: key)) }
        let byID = Dictionary(known.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var blocks: [BlockRecord] = []
        for id in ids {
            guard let block = byID[id] else { throw .invalidBlockList }
            blocks.append(block)
        }
        try await checkWritable(wanted, bytes: Bytes(blocks.reduce(0) { $0 + $1.bytes.count }))
        let content = try join(blocks)
        do throws(BlobFailure) {
            let record = try await name(content, as: wanted, blocks: known)
            for block in known { contents.discard(block.file) }
            return record
        } catch {
            contents.discard(content.file)
            throw error
        }
    }

    private func join(_ blocks: [BlockRecord]) throws(BlobFailure) -> FinishedContent {
        let draft = try contents.draft()
        for block in blocks { try draft.append(try contents.reader(ofDraft: block.file)) }
        return try draft.finish()
    }

    private func name(
        _ content: FinishedContent,
        as wanted: Wanted,
        blocks: [BlockRecord]
    ) async throws(BlobFailure) -> BlobRecord {
        let key = wanted.key
        let time = now()
        let etag = Self.freshETag()
        let calculated = blocks.isEmpty ? Data(content.md5).base64EncodedString() : nil
        let contents = contents
        let (record, replaced) = try await change { transaction -> Result<(BlobRecord, String?), BlobFailure> in
            guard try transaction.container(key.container) != nil else { return .failure(.containerNotFound) }
            let existing = try transaction.blob(key)
            if let refusal = wanted.condition.refusal(
                etag: existing?.etag,
                modifiedAt: existing?.modifiedAt,
                isRead: false
            ) {
                return .failure(refusal)
            }
            // Blocks that came meanwhile belong to the next list; those that went were named by another one.
            for block in blocks where try transaction.block(block.id, of: key)?.file != block.file {
                return .failure(.invalidBlockList)
            }
            do throws(BlobFailure) { try contents.keep(content) } catch { return .failure(error) }
            var record = BlobRecord(
                key: key,
                digest: content.digest,
                bytes: content.bytes,
                md5: wanted.md5 ?? calculated,
                headers: wanted.headers,
                metadata: wanted.metadata,
                etag: etag,
                createdAt: existing?.createdAt ?? time
            )
            record.modifiedAt = time
            try transaction.save(record)
            try transaction.deleteBlocks(of: key)
            return .success((record, existing?.digest))
        }
        if let replaced, replaced != record.digest { try await removeIfUnnamed(replaced) }
        return record
    }

    /// Replaces the metadata of a blob.
    package func setMetadata(
        _ metadata: [String: String],
        of key: BlobKey,
        _ condition: BlobCondition
    ) async throws(BlobFailure) -> BlobRecord {
        let time = now()
        let etag = Self.freshETag()
        return try await change { transaction in
            guard var found = try transaction.blob(key) else {
                return .failure(try transaction.container(key.container) == nil ? .containerNotFound : .blobNotFound)
            }
            if let refusal = condition.refusal(etag: found.etag, modifiedAt: found.modifiedAt, isRead: false) {
                return .failure(refusal)
            }
            found.metadata = metadata
            found.etag = etag
            found.modifiedAt = time
            try transaction.save(found)
            return .success(found)
        }
    }

    package func delete(_ key: BlobKey, _ condition: BlobCondition) async throws(BlobFailure) {
        let digest = try await change { transaction -> Result<String, BlobFailure> in
            guard let found = try transaction.blob(key) else {
                return .failure(try transaction.container(key.container) == nil ? .containerNotFound : .blobNotFound)
            }
            if let refusal = condition.refusal(etag: found.etag, modifiedAt: found.modifiedAt, isRead: false) {
                return .failure(refusal)
            }
            try transaction.deleteBlob(key)
            return .success(found.digest)
        }
        try await removeIfUnnamed(digest)
    }

    // MARK: What nothing names

    private func removeIfUnnamed(_ digest: String) async throws(BlobFailure) {
        let contents = contents
        try await change { transaction -> Result<Void, BlobFailure> in
            if try !transaction.isReferenced(digest: digest) { contents.remove(digest) }
            return .success(())
        }
    }

    /// Removes what a crash has left of uploads: drafts that are no block. For the start, when no upload runs.
    package func sweepDrafts() async throws(BlobFailure) {
        let kept = try await look { .success(Set(try $0.blocks(createdBefore: .infinity).map(\.file))) }
        for file in try contents.drafts() where !kept.contains(file) { contents.discard(file) }
    }

    /// Removes content without a name, and blocks that were forgotten. May run at any time.
    package func sweep() async throws(BlobFailure) {
        let contents = contents
        let old = now() - Double(limits.blockLife.components.seconds)
        let stale = try await change { transaction -> Result<[BlockRecord], BlobFailure> in
            let stale = try transaction.blocks(createdBefore: old)
            try transaction.deleteBlocks(createdBefore: old)
            return .success(stale)
        }
        for block in stale { contents.discard(block.file) }
        for digest in try contents.digests() {
            guard try await look({ .success(try $0.isReferenced(digest: digest)) }) == false else { continue }
            try await removeIfUnnamed(digest)
        }
    }

    package func containers(ofWorkspace workspace: String) async throws(BlobFailure) -> [ContainerRecord] {
        try await look { .success(try $0.containers(ofWorkspace: workspace)) }
    }

    // MARK: Transactions

    private func change<Value: Sendable>(
        _ body: @Sendable @escaping (StoreTransaction) throws -> Result<Value, BlobFailure>
    ) async throws(BlobFailure) -> Value {
        let result: Result<Value, BlobFailure>
        do throws(Diagnostic) { result = try await store.write(body) } catch { throw Self.failure(error, contents) }
        return try result.get()
    }

    func look<Value: Sendable>(
        _ body: @Sendable @escaping (StoreTransaction) throws -> Result<Value, BlobFailure>
    ) async throws(BlobFailure) -> Value {
        let result: Result<Value, BlobFailure>
        do throws(Diagnostic) { result = try await store.read(body) } catch { throw Self.failure(error, contents) }
        return try result.get()
    }

    private static func failure(_ diagnostic: Diagnostic, _ contents: ContentStore) -> BlobFailure {
        if diagnostic.code == .notEnoughDisk { return .diskFull(free: contents.freeBytes) }
        let facts = diagnostic.evidence.map { "\($0.source): \($0.text)" }.joined(separator: "; ")
        return .failed(cause: "\(diagnostic.message) (\(facts))")
    }

    private static func freshETag() -> String {
        let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16, uppercase: true)
        return "\"0x\(String(repeating: "0", count: 16 - digits.count))\(digits)\""
    }
}
