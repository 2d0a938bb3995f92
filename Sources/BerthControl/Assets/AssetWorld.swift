import BerthAPI
import BerthArtifacts
package import BerthDiagnostics
import BerthModel
import BerthStore

/// What deployments find registered assets with.
package struct AssetWorld: Sendable {
    package var registry: AssetRegistry
    package var storage: WorkspaceStorage
    package var fetcher: AssetFetcher
    package var curated: CuratedEnvironments

    package init(
        registry: AssetRegistry,
        storage: WorkspaceStorage,
        fetcher: AssetFetcher,
        curated: CuratedEnvironments
    ) {
        self.registry = registry
        self.storage = storage
        self.fetcher = fetcher
        self.curated = curated
    }

    /// What a workspace leaves behind goes with it.
    package func forget(workspace: String) async throws(Diagnostic) {
        try await registry.forget(workspace: workspace)
        do throws(BlobFailure) {
            for container in try await storage.blobs.containers(ofWorkspace: workspace) {
                try await storage.blobs.deleteContainer(container.key)
            }
        } catch {
            throw error.diagnostic("the blobs of workspace `\(workspace)` are not all deleted")
        }
    }
}

extension BlobFailure {
    /// For whoever does not speak the blob store's language.
    package func diagnostic(_ message: String) -> Diagnostic {
        var cause = self.message
        if case .failed(let inside) = self { cause = inside }
        if case .diskFull = self {
            return Diagnostic(
                .notEnoughDisk,
                .diskFull,
                message,
                evidence: [Evidence("blob store", cause)],
                help: ["free some space on the disk of BERTH_HOME"]
            )
        }
        return Diagnostic(.internalError, .platformFault, message, evidence: [Evidence("blob store", cause)])
    }
}
