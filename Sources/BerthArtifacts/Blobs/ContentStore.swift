package import BerthModel
import Crypto
import Foundation

/// Limits of the blob store, in one place.
package struct BlobLimits: Hashable, Sendable {
    /// Source: the service's limit of one `Put Blob`.
    package var putBytes: Bytes = .mebibytes(5000)
    /// Source: the service's limit of one `Put Block`.
    package var blockBytes: Bytes = .mebibytes(4000)
    /// Source: the service's limit of blocks in a blob.
    package var blocksPerBlob = 50_000
    package var metadataBytes = Bytes(8 * 1024)
    /// A block list of 50,000 ids of 88 bytes with their tags.
    package var blockListBytes: Bytes = .mebibytes(8)
    package var listPage = 5000
    /// Blocks that no list ever named are forgotten after this long. Source: the service's week.
    package var blockLife: Duration = .seconds(7 * 86_400)
    /// Space that uploads leave free: the control plane's database is on the same disk.
    package var reservedBytes: Bytes = .mebibytes(128)
    /// Uploads and downloads at once; more are told to come back.
    package var transfers = 1500
    /// How long an upload may stand still.
    package var stall: Duration = .seconds(60)

    package init() {}
}

/// Bytes that were written whole and are on the disk, not yet in their place.
package struct FinishedContent: Hashable, Sendable {
    /// SHA-256, lower-case hexadecimal: the content's name.
    package let digest: String
    /// MD5, 16 bytes: what clients compare with.
    package let md5: [UInt8]
    package let bytes: Bytes
    package let file: String
}

/// Files by their content: the same bytes are stored once, whole or not at all, and never changed.
///
/// ```
/// <root>/drafts/<random>          being written, or a block that no list names yet
/// <root>/content/ab/abcd…         whole, named by its SHA-256
/// ```
package struct ContentStore: Sendable {
    package let root: String
    private let reserved: Bytes

    package init(root: String, reserved: Bytes = BlobLimits().reservedBytes) {
        self.root = root
        self.reserved = reserved
    }

    /// Makes the folders where they are missing.
    package func create() throws(BlobFailure) {
        for folder in [root, draftsFolder, "\(root)/content"] {
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure(errno, folder) }
        }
    }

    package var draftsFolder: String { "\(root)/drafts" }

    /// Where the content of this digest lies.
    package func path(of digest: String) -> String { "\(root)/content/\(digest.prefix(2))/\(digest)" }

    package func holds(_ digest: String) -> Bool { access(path(of: digest), F_OK) == 0 }

    /// Refuses what the disk has no room for.
    package func requireSpace(for bytes: Bytes) throws(BlobFailure) {
        let free = freeBytes
        guard free.count - reserved.count >= bytes.count else { throw .diskFull(free: free) }
    }

    /// What an unprivileged writer could still write.
    package var freeBytes: Bytes {
        var status = statvfs()
        guard statvfs(root, &status) == 0 else { return Bytes(0) }
        return Bytes(Int(status.f_bavail) * Int(status.f_frsize))
    }

    /// A draft to write to. Blocking, as everything that follows.
    package func draft() throws(BlobFailure) -> ContentDraft {
        let file = "\(draftsFolder)/\(UUID().uuidString.lowercased())"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o400)
        guard descriptor >= 0 else { throw failure(errno, file) }
        return ContentDraft(file: file, descriptor: descriptor, store: self)
    }

    /// Moves finished bytes to their place; bytes that are there already stay as they are.
    package func keep(_ content: FinishedContent) throws(BlobFailure) {
        let place = path(of: content.digest)
        let folder = String(place.dropLast(content.digest.count + 1))
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure(errno, folder) }
        if access(place, F_OK) == 0 {
            discard(content.file)
            return
        }
        guard rename(content.file, place) == 0 else { throw failure(errno, place) }
        // The name must be on the disk before the database says that it is there.
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno, folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(errno, folder) }
    }

    /// Removes a draft or a block's file. One that is gone already is as well.
    package func discard(_ file: String) { unlink(file) }

    /// Removes content that nothing refers to. Who reads it now reads on.
    package func remove(_ digest: String) { unlink(path(of: digest)) }

    /// Opens content for reading.
    package func reader(of digest: String) throws(BlobFailure) -> ContentReader {
        try ContentReader(path: path(of: digest), store: self)
    }

    /// Opens a draft for reading: a block.
    package func reader(ofDraft file: String) throws(BlobFailure) -> ContentReader {
        try ContentReader(path: file, store: self)
    }

    /// Names of all drafts, to find those that a crash left behind.
    package func drafts() throws(BlobFailure) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: draftsFolder).map { "\(draftsFolder)/\($0)" }
        } catch {
            throw .failed(cause: "\(draftsFolder): \(error)")
        }
    }

    /// Digests of all content, to find what a crash left without a name.
    package func digests() throws(BlobFailure) -> [String] {
        do {
            let files = FileManager.default
            return try files.contentsOfDirectory(atPath: "\(root)/content").flatMap { folder in
                try files.contentsOfDirectory(atPath: "\(root)/content/\(folder)")
            }
        } catch {
            throw .failed(cause: "\(root)/content: \(error)")
        }
    }

    func failure(_ code: CInt, _ path: String) -> BlobFailure {
        switch code {
        case ENOSPC, EDQUOT: .diskFull(free: freeBytes)
        case EMFILE, ENFILE: .busy
        default: .failed(cause: "\(path): \(String(cString: strerror(code)))")
        }
    }
}

/// Bytes on their way in: hashed and written as they come, in constant memory. Not shared between threads.
package final class ContentDraft {
    private let file: String
    private var descriptor: CInt
    private let store: ContentStore
    private var sha256 = SHA256()
    private var md5 = Insecure.MD5()
    package private(set) var bytes = Bytes(0)

    fileprivate init(file: String, descriptor: CInt, store: ContentStore) {
        self.file = file
        self.descriptor = descriptor
        self.store = store
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(file)
    }

    /// Appends `part`.
    package func write(_ part: UnsafeRawBufferPointer) throws(BlobFailure) {
        sha256.update(bufferPointer: part)
        md5.update(bufferPointer: part)
        var done = 0
        while done < part.count {
            let count = Foundation.write(descriptor, part.baseAddress?.advanced(by: done), part.count - done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw store.failure(errno, file) }
            done += count
        }
        bytes.count += part.count
    }

    /// Appends all that `reader` holds.
    package func append(_ reader: ContentReader) throws(BlobFailure) {
        var offset = 0
        while offset < reader.bytes.count {
            let part = try reader.read(at: offset, count: 1_048_576)
            guard !part.isEmpty else { throw .failed(cause: "\(file): a block is shorter than it was") }
            offset += part.count
            var failure: BlobFailure?
            part.withUnsafeBytes { buffer in
                do throws(BlobFailure) { try write(buffer) } catch { failure = error }
            }
            if let failure { throw failure }
        }
    }

    /// Brings the bytes to the disk. Nothing can be appended any more; the file is the caller's.
    package func finish() throws(BlobFailure) -> FinishedContent {
        guard fsync(descriptor) == 0 else { throw store.failure(errno, file) }
        let code = close(descriptor) == 0 ? 0 : errno
        descriptor = -1
        guard code == 0 else {
            unlink(file)
            throw store.failure(code, file)
        }
        return FinishedContent(
            digest: sha256.finalize().map { String(Int($0) + 256, radix: 16).dropFirst() }.joined(),
            md5: Array(md5.finalize()),
            bytes: bytes,
            file: file
        )
    }
}

/// Content that is open for reading: it stays readable though its last name goes.
package final class ContentReader: Sendable {
    private let descriptor: CInt
    private let path: String
    private let store: ContentStore
    package let bytes: Bytes

    fileprivate init(path: String, store: ContentStore) throws(BlobFailure) {
        descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw store.failure(errno, path) }
        self.path = path
        self.store = store
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            throw store.failure(errno, path)
        }
        bytes = Bytes(Int(status.st_size))
    }

    deinit { close(descriptor) }

    /// Up to `count` bytes at `offset`; empty at the end.
    package func read(at offset: Int, count: Int) throws(BlobFailure) -> [UInt8] {
        var code: CInt = 0
        let part = [UInt8](unsafeUninitializedCapacity: min(count, max(0, bytes.count - offset))) { buffer, filled in
            while filled < buffer.count {
                let got = pread(
                    descriptor,
                    buffer.baseAddress?.advanced(by: filled),
                    buffer.count - filled,
                    off_t(offset + filled)
                )
                if got < 0, errno == EINTR { continue }
                if got < 0 { code = errno }
                guard got > 0 else { break }
                filled += got
            }
        }
        guard code == 0 else { throw store.failure(code, path) }
        return part
    }
}
