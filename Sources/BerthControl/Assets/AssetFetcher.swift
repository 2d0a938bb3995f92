import BerthAPI
package import BerthArtifacts
package import BerthDiagnostics
package import BerthModel
import BerthRuntime
package import BerthStore

/// Content of a registered asset, laid out as files.
package struct FetchedAsset: Hashable, Sendable {
    /// The file or folder, under its own name.
    package var path: String
    /// The URI that it was fetched from.
    package var source: String
    package var files: Int
    package var bytes: Bytes
    /// SHA-256 of a single file; over names and contents of a folder.
    package var checksum: String
    package var wasPresent: Bool
    package var duration: Duration

    /// For the storage-initializer's log: what, from where, how much, how long, its checksum.
    package func line(_ what: String) -> String {
        let milliseconds = Int((duration / .milliseconds(1)).rounded())
        let how = wasPresent ? "was here already" : "fetched in \(milliseconds) ms"
        return "\(what) from \(source): \(files) files, \(bytes.text), \(how), sha256 \(checksum)"
    }
}

/// From the URI of an asset to files: finds its blobs, checks who may read them, and has them laid out.
package struct AssetFetcher: Sendable {
    private let storage: WorkspaceStorage
    package let layout: AssetLayout
    private let limits: ArtifactLimits

    /// Layouts lie in the folder `root`.
    package init(storage: WorkspaceStorage, root: String, limits: ArtifactLimits = ArtifactLimits()) {
        self.storage = storage
        layout = AssetLayout(root: root, contents: storage.blobs.contents)
        self.limits = limits
    }

    /// Lays out what `uri` names, if that is at most `capacity`. `mayRead` throws where the reader may not read that container.
    package func fetch(
        _ uri: String,
        of workspace: WorkspaceRecord,
        what: String,
        capacity: Bytes? = nil,
        mayRead: (ContainerKey) async throws(Diagnostic) -> Void
    ) async throws(Diagnostic) -> FetchedAsset {
        let started = ContinuousClock.now
        let (container, path) = try await place(uri, workspace, what)
        try await mayRead(container)
        let blobs = try await list(container, path, what, uri)
        let total = Bytes(blobs.reduce(0) { $0 + $1.bytes.count })
        if let capacity, total > capacity {
            throw Diagnostic(
                .notEnoughDisk,
                .diskFull,
                "\(what) has \(total.text), the disk of the instance type \(capacity.text)",
                help: ["choose an instance type with a larger disk, or a smaller model"]
            )
        }
        let leaf = path.split(separator: "/").last.map(String.init) ?? "content"
        let key = layout.key(of: blobs, leaf: leaf)
        var asset = FetchedAsset(
            path: "\(layout.root)/\(key)/\(leaf)",
            source: uri,
            files: blobs.count,
            bytes: total,
            checksum: blobs.count == 1 ? blobs[0].digest : key,
            wasPresent: layout.holds(key),
            duration: .zero
        )
        if !asset.wasPresent {
            let outcome = await OwnThread.run { [layout] () -> Result<Void, Diagnostic> in
                do throws(Diagnostic) {
                    return .success(try layout.make(blobs, leaf: leaf, key: key, what: what))
                } catch {
                    return .failure(error)
                }
            }
            try outcome.get()
        }
        asset.duration = ContinuousClock.now - started
        return asset
    }

    // MARK: What is to be fetched

    private func place(
        _ uri: String,
        _ workspace: WorkspaceRecord,
        _ what: String
    ) async throws(Diagnostic) -> (ContainerKey, String) {
        do throws(BlobFailure) {
            switch try Self.read(uri) {
            case .datastore(let other, let name, let path):
                guard other == nil || other?.lowercased() == workspace.name.lowercased() else {
                    throw .failed(cause: "it lies in workspace `\(other ?? "")`, the deployment in `\(workspace.name)`")
                }
                guard name.lowercased() == "workspaceblobstore" else {
                    throw .failed(cause: "there is no datastore `\(name)`; there is `workspaceblobstore`")
                }
                return (try await storage.defaultContainer(of: workspace), path)
            case .blob(let account, let container, let path):
                let own = WorkspaceStorage.account(of: workspace)
                // An account whose name holds no dot cannot be told from a lost one: the container decides.
                let key = ContainerKey(account: account ?? own, name: container)
                _ = try await storage.blobs.container(key)
                return (key, path)
            }
        } catch {
            throw Self.failed(what, uri, error)
        }
    }

    private static func read(_ uri: String) throws(BlobFailure) -> AssetURI {
        do throws(Diagnostic) { return try AssetURI(uri) } catch { throw .failed(cause: error.message) }
    }

    private func list(
        _ container: ContainerKey,
        _ path: String,
        _ what: String,
        _ uri: String
    ) async throws(Diagnostic) -> [AssetLayout.Item] {
        var items: [AssetLayout.Item] = []
        do throws(BlobFailure) {
            if !path.isEmpty {
                do throws(BlobFailure) {
                    let one = try await storage.blobs.blob(BlobKey(container: container, name: path))
                    items.append(AssetLayout.Item(name: "", digest: one.digest, bytes: one.bytes))
                } catch .blobNotFound {}
            }
            let prefix = path.isEmpty ? "" : path + "/"
            var marker = ""
            while true {
                let page = try await storage.blobs.blobs(in: container, prefix: prefix, after: marker, limit: 1000)
                for blob in page {
                    items.append(
                        AssetLayout.Item(
                            name: String(blob.key.name.dropFirst(prefix.count)),
                            digest: blob.digest,
                            bytes: blob.bytes
                        )
                    )
                }
                guard let last = page.last, items.count <= limits.modelFiles else { break }
                marker = last.key.name
            }
        } catch {
            throw Self.failed(what, uri, error)
        }
        guard items.count <= limits.modelFiles else {
            throw Diagnostic(
                .artifactDownloadFailed,
                .artifactUnreadable,
                "\(what) has more than \(limits.modelFiles) files",
                help: ["register the folder that holds its files only"]
            )
        }
        // An empty blob that stands for a folder, as some tools write it.
        if items.count > 1, items[0].name.isEmpty, items[0].bytes.count == 0 { items.removeFirst() }
        guard !items.isEmpty else { throw Self.failed(what, uri, .blobNotFound) }
        return items
    }

    private static func failed(_ what: String, _ uri: String, _ failure: BlobFailure) -> Diagnostic {
        var cause = failure.message
        if case .failed(let inside) = failure { cause = inside }
        let isMissing = [.blobNotFound, .containerNotFound].contains(failure)
        return Diagnostic(
            .artifactDownloadFailed,
            isMissing ? .artifactNotFound : .artifactUnreadable,
            "\(what) cannot be fetched from the blob store: \(cause)",
            evidence: [Evidence("uri", uri)],
            help: ["register it again from a local path, so that its files are uploaded"]
        )
    }

    // MARK: What nobody uses

    /// Names of the layouts that these texts mention.
    package func layouts(in plans: [String]) -> Set<String> {
        // Paths are written into JSON as they are; a slash is not escaped there.
        let start = "\(layout.root)/"
        return plans.reduce(into: []) { names, plan in
            for part in plan.split(separator: start).dropFirst() { names.insert(String(part.prefix { $0.isHexDigit })) }
        }
    }
}
