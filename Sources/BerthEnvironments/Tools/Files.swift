import BerthJSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The operating system refused something about a path.
struct FileFailure: Error, Hashable {
    var action: String
    var path: String
    var errno: Int32

    /// `cannot write /a/b: No space left on device`.
    var text: String { "cannot \(action) \(path): \(String(cString: strerror(errno)))" }
    /// Whether there is no room (or no quota) left.
    var isDiskFull: Bool { errno == ENOSPC || errno == EDQUOT }
    var isReadOnly: Bool { errno == EROFS || errno == EACCES || errno == EPERM }
}

/// What an environment needs of the file system, with the cause of each failure kept.
enum Files {
    /// What tells one state of a file from another.
    struct Stamp: Hashable {
        var modified: Int
        var size: Int
        var inode: Int

        /// `1732400000123456789-6832-1234`.
        var text: String { "\(modified)-\(size)-\(inode)" }
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    /// Follows links; nil where nothing is there.
    static func stamp(_ path: String) -> Stamp? {
        guard let status = status(path) else { return nil }
        #if canImport(Glibc)
            let modified = status.st_mtim
        #else
            let modified = status.st_mtimespec
        #endif
        return Stamp(
            modified: Int(modified.tv_sec) * 1_000_000_000 + Int(modified.tv_nsec),
            size: Int(status.st_size),
            inode: Int(truncatingIfNeeded: status.st_ino)
        )
    }

    static func isFolder(_ path: String) -> Bool {
        guard let status = status(path) else { return false }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    static func isExecutable(_ path: String) -> Bool {
        guard let status = status(path), status.st_mode & S_IFMT == S_IFREG else { return false }
        return access(path, X_OK) == 0
    }

    static func exists(_ path: String) -> Bool { status(path) != nil }

    /// The path without links and `..`; nil where it leads nowhere.
    static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// In no order.
    static func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []  // unreadable: nothing in it for us
    }

    /// At most `limit` bytes; nil where there is no such file.
    static func read(_ path: String, limit: Int = 16 << 20) throws(FileFailure) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw FileFailure(action: "read", path: path, errno: errno)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < limit {
            let count = chunk.withUnsafeMutableBytes { Self.read(descriptor, $0) }
            guard count >= 0 else { throw FileFailure(action: "read", path: path, errno: errno) }
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return Array(bytes.prefix(limit))
    }

    /// The value in a JSON file; nil where there is none that can be read, which the caller then makes anew.
    static func json(_ path: String) -> JSON? {
        guard let bytes = try? read(path) else { return nil }  // unreadable is none
        return try? JSON.parse(bytes)  // no JSON is none
    }

    /// Removes what a failure left behind. The failure itself is what is reported; what stays goes the next time.
    static func removeIfPossible(_ paths: String...) {
        for path in paths { try? remove(path) }  // not now, then the next time
    }

    private static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        var count: Int
        repeat {
            #if canImport(Glibc)
                count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #else
                count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
        } while count < 0 && errno == EINTR
        return count
    }

    static func makeFolder(_ path: String, mode: mode_t = 0o700) throws(FileFailure) {
        if mkdir(path, mode) == 0 || (errno == EEXIST && isFolder(path)) { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw FileFailure(action: "make the folder", path: path, errno: errno)
        }
        try makeFolder(String(path[..<slash]), mode: mode)
        guard mkdir(path, mode) == 0 || errno == EEXIST else {
            throw FileFailure(action: "make the folder", path: path, errno: errno)
        }
    }

    /// Writes a whole file, mode 0600 unless told, so that a reader sees all of it or none.
    static func writeAtomically(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws(FileFailure) {
        let temporary = path + ".new.\(getpid())"
        try write(bytes, to: temporary, mode: mode)
        guard rename(temporary, path) == 0 else {
            let failure = FileFailure(action: "write", path: path, errno: errno)
            unlink(temporary)
            throw failure
        }
    }

    /// Writes a file and hands it to the disk before it returns.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws(FileFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileFailure(action: "write", path: path, errno: errno) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { writeOnce(descriptor, $0) }
            guard count >= 0 else { throw FileFailure(action: "write", path: path, errno: errno) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw FileFailure(action: "write", path: path, errno: errno)
        }
    }

    private static func writeOnce(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
        var count: Int
        repeat {
            #if canImport(Glibc)
                count = Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            #else
                count = Darwin.write(descriptor, buffer.baseAddress, buffer.count)
            #endif
        } while count < 0 && errno == EINTR
        return count
    }

    static func move(_ source: String, to target: String) throws(FileFailure) {
        guard rename(source, target) == 0 else { throw FileFailure(action: "move to", path: target, errno: errno) }
    }

    /// Removes a file or folder with all that is in it; nothing there is no failure.
    static func remove(_ path: String) throws(FileFailure) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            var status = stat()
            // What is gone (removed by someone else meanwhile) needs no removing.
            guard lstat(path, &status) == 0 else { return }
            throw FileFailure(action: "remove", path: path, errno: errno == 0 ? EIO : errno)
        }
    }

    /// Marks a file as used now.
    static func touch(_ path: String) {
        // Only the order of clean-up depends on it.
        _ = utimensat(AT_FDCWD, path, nil, 0)
    }

    /// Names and sizes of everything below a folder, links not followed.
    static func measure(_ folder: String) -> (bytes: Int, files: Int) {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []  // shown to people only
        var total = (bytes: 0, files: 0)
        for name in names {
            var status = stat()
            guard lstat(folder + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            total.bytes += Int(status.st_size)
            total.files += 1
        }
        return total
    }
}
