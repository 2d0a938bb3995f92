package import BerthDiagnostics
package import BerthModel
import Crypto
import Foundation

/// Content of a registered asset as files: laid out once by its content, whoever asks for it, and shared with the blob
/// store where the file system can do that.
package struct AssetLayout: Sendable {
    /// One file: its name below the asset's folder, empty where the asset is this file.
    package struct Item: Hashable, Sendable {
        package var name: String
        /// SHA-256 of its content, in the content store.
        package var digest: String
        package var bytes: Bytes

        package init(name: String, digest: String, bytes: Bytes) {
            self.name = name
            self.digest = digest
            self.bytes = bytes
        }
    }

    /// Where layouts lie, each in a folder named by its content.
    package let root: String
    private let contents: ContentStore
    /// Contents up to this much together are read once more and compared with their digests.
    private static let verified = Bytes.gibibytes(1)

    package init(root: String, contents: ContentStore) {
        self.root = root
        self.contents = contents
    }

    /// The name of the layout of these items under the name `leaf`.
    package func key(of items: [Item], leaf: String) -> String {
        var hash = SHA256()
        for item in items { hash.update(data: Data("\(item.name)\u{0}\(item.digest)\u{0}".utf8)) }
        hash.update(data: Data(leaf.utf8))
        return Self.text(hash.finalize())
    }

    package func holds(_ key: String) -> Bool { FileManager.default.fileExists(atPath: "\(root)/\(key)") }

    /// Lays the items out at `<root>/<key>/<leaf>`: beside its place, then moved there whole. Blocking. `what` names the
    /// asset in messages.
    package func make(_ items: [Item], leaf: String, key: String, what: String) throws(Diagnostic) {
        let place = "\(root)/\(key)"
        let draft = "\(place).\(UUID().uuidString.prefix(8)).draft"
        let total = Bytes(items.reduce(0) { $0 + $1.bytes.count })
        do throws(Failure) {
            for item in items {
                let target = item.name.isEmpty ? "\(draft)/\(leaf)" : "\(draft)/\(leaf)/\(item.name)"
                // Names are checked when blobs are written; what becomes a file is checked again.
                guard !target.split(separator: "/").contains("..") else { throw Failure(target, EINVAL) }
                try makeFolder((target as NSString).deletingLastPathComponent)
                try share(item, target)
                if total <= Self.verified { try verify(item, target) }
            }
            if rename(draft, place) == 0 { return }
            // Somebody else was first with the same content.
            guard errno == EEXIST || errno == ENOTEMPTY else { throw Failure(place, errno) }
            removeDraft(draft)
        } catch {
            removeDraft(draft)
            throw diagnostic(error, what, total)
        }
    }

    /// Removes all layouts but these, and drafts of a crash. For the start, when none is being made.
    package func sweep(keeping used: Set<String>) throws(Diagnostic) {
        guard FileManager.default.fileExists(atPath: root) else { return }
        do {
            for name in try FileManager.default.contentsOfDirectory(atPath: root) where !used.contains(name) {
                try FileManager.default.removeItem(atPath: "\(root)/\(name)")
            }
        } catch {
            throw CodeStore.writeFailure("removing unused copies of assets", error)
        }
    }

    // MARK: Parts

    private struct Failure: Error {
        var path: String
        var code: CInt

        init(_ path: String, _ code: CInt) {
            self.path = path
            self.code = code
        }
    }

    private func makeFolder(_ path: String) throws(Failure) {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw Failure(path, Self.code(error))
        }
    }

    /// The content under another name where one file system holds both, else a copy.
    private func share(_ item: Item, _ target: String) throws(Failure) {
        let content = contents.path(of: item.digest)
        if link(content, target) != 0 {
            guard errno == EXDEV || errno == EMLINK || errno == EPERM else { throw Failure(target, errno) }
            do {
                try FileManager.default.copyItem(atPath: content, toPath: target)
            } catch {
                throw Failure(target, Self.code(error))
            }
        }
        var status = stat()
        guard stat(target, &status) == 0 else { throw Failure(target, errno) }
        guard Int(status.st_size) == item.bytes.count else { throw Failure(target, EBADMSG) }
    }

    private func verify(_ item: Item, _ path: String) throws(Failure) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        } catch {
            throw Failure(path, Self.code(error))
        }
        guard Self.text(SHA256.hash(data: data)) == item.digest else { throw Failure(path, EBADMSG) }
    }

    private func removeDraft(_ draft: String) {
        // Of no use to anyone; what is left of it is swept at the next start.
        try? FileManager.default.removeItem(atPath: draft)
    }

    private static func code(_ error: any Error) -> CInt {
        if (error as? CocoaError)?.code == .fileWriteOutOfSpace { return ENOSPC }
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        return cause?.domain == NSPOSIXErrorDomain ? CInt(cause?.code ?? Int(EIO)) : EIO
    }

    private static func text(_ digest: some Sequence<UInt8>) -> String {
        digest.map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
    }

    private func diagnostic(_ failure: Failure, _ what: String, _ total: Bytes) -> Diagnostic {
        let fact = Evidence("system", "`\(failure.path)`: \(String(cString: strerror(failure.code)))")
        switch failure.code {
        case EBADMSG, ENOENT:
            return Diagnostic(
                .artifactDownloadFailed,
                .artifactUnreadable,
                "\(what) is damaged in the blob store: a file is not what was uploaded",
                evidence: [fact],
                help: ["register it again under a new version, and check the disk"]
            )
        case ENOSPC, EDQUOT:
            return Diagnostic(
                .notEnoughDisk,
                .diskFull,
                "\(what) needs \(total.text), \(contents.freeBytes.text) are free on the disk",
                evidence: [fact],
                help: ["free some space on the disk of BERTH_HOME, then deploy again"]
            )
        default:
            return Diagnostic(
                .artifactDownloadFailed,
                .artifactUnreadable,
                "\(what) cannot be laid out as files",
                evidence: [fact],
                help: ["make BERTH_HOME writable, or set BERTH_HOME to another folder"]
            )
        }
    }
}
