import BerthArtifacts
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthRuntime
import BerthStore
import Foundation
import Logging

/// The blob store and the registered assets of a home.
enum AssetSources {
    static func make(
        _ home: BerthHome,
        _ store: Store,
        _ now: @escaping @Sendable () -> Double
    ) async throws(Diagnostic) -> AssetWorld {
        let limits = BlobLimits()
        let contents = ContentStore(root: home.blobsFolder + "/store", reserved: limits.reservedBytes)
        let blobs = BlobStore(store: store, contents: contents, limits: limits, now: now)
        do throws(BlobFailure) {
            try contents.create()
            try await blobs.sweepDrafts()
        } catch {
            throw error.diagnostic("the blob store cannot be opened")
        }
        let secret = try KeyFiles.secretBox(home).derived(for: "storage accounts")
        let storage = WorkspaceStorage(blobs: blobs, store: store, serverSecret: secret)
        let fetcher = AssetFetcher(storage: storage, root: home.blobsFolder + "/fetched")
        // Before operations go on: what they lay out then is in no plan yet.
        let used = fetcher.layouts(in: try await store.read { try $0.launchPlans() })
        try fetcher.layout.sweep(keeping: used)
        return AssetWorld(
            registry: AssetRegistry(store: store, now: now),
            storage: storage,
            fetcher: fetcher,
            curated: try CuratedEnvironments(file: home.path + "/curated-environments.json")
        )
    }

    /// Removes content that has no name.
    static func sweep(_ assets: AssetWorld, _ logger: Logger) async {
        do throws(BlobFailure) {
            try await assets.storage.blobs.sweep()
        } catch {
            logger.warning("leftovers of the blob store were not removed", metadata: ["cause": "\(error)"])
        }
    }
}
