import BerthAPI
import BerthArtifacts
import BerthDiagnostics
import BerthModel
import BerthRuntime
import BerthStore
import Dispatch

/// Owns `ERR_1300` and `ERR_1350`: the code is copied once by its content. The model is placed with each instance.
struct FetchCode: Sendable {
    let put: DeploymentPut

    func run() async throws(Diagnostic) -> RevisionPlan.Code? {
        guard let code = put.spec.code else { return nil }
        // Fetched from the blob store: it lies by its content already.
        if let root = put.world.assets?.fetcher.layout.root, code.code.hasPrefix(root + "/") {
            let digest = String(code.code.dropFirst(root.count + 1).prefix { $0 != "/" })
            return RevisionPlan.Code(
                folder: code.code,
                digest: digest,
                files: 0,
                bytes: 0,
                userFolder: "the blob store",
                scoringScript: code.scoringScript
            )
        }
        await put.progress(.init(step: "copying the code"))
        let store = CodeStore(root: put.world.home.blobsFolder + "/code")
        // Reading and hashing files blocks: it has a thread of its own.
        let result: Result<CodeSnapshot, Diagnostic> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                do throws(Diagnostic) {
                    continuation.resume(returning: .success(try store.snapshot(of: code.code)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        let snapshot = try result.get()
        return RevisionPlan.Code(
            folder: snapshot.path,
            digest: snapshot.digest,
            files: snapshot.files,
            bytes: snapshot.bytes.count,
            userFolder: code.code,
            scoringScript: code.scoringScript
        )
    }
}
