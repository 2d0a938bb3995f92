#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Folders with all that is in them.
package enum FileTree {
    /// Deeper folders are first moved up, so that a tree of any depth needs only so many open descriptors.
    private static let maxDepth = 64
    private static let maxRounds = 10_000

    /// Makes `path` and the folders above it where they are missing, 0700.
    package static func makeFolder(_ path: String) throws(SystemFailure) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o700) != 0 else { continue }
            let code = errno
            var status = stat()
            guard stat(made, &status) == 0 else { throw SystemFailure("making the folder", made, errno: code) }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw SystemFailure("making the folder", made, errno: ENOTDIR)
            }
        }
    }

    /// Removes `path` with all that is in it. A symbolic link is removed, never followed. Nothing there: nothing done.
    ///
    /// Folders that their owner may not write (as caches of models often are) are opened up first.
    package static func remove(_ path: String) throws(SystemFailure) {
        guard let slash = path.lastIndex(of: "/") else { throw SystemFailure("removing", path, errno: EINVAL) }
        let parentPath = slash == path.startIndex ? "/" : String(path[..<slash])
        let parent = open(parentPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else {
            if errno == ENOENT { return }
            throw SystemFailure("removing", path, errno: errno)
        }
        defer { close(parent) }
        let name = String(path[path.index(after: slash)...])
        guard !name.isEmpty, name != ".", name != ".." else { throw SystemFailure("removing", path, errno: EINVAL) }
        var removal = Removal(path: path)
        // Each round takes off up to `maxDepth` levels. Whoever still makes files there is not waited for.
        for _ in 0..<maxRounds where try removal.remove(Array(name.utf8CString), in: parent, depth: 0) { return }
        throw SystemFailure("removing", path, errno: ENOTEMPTY)
    }

    private struct Removal {
        let path: String
        var moved = 0
        var top: CInt = -1

        /// False when something is still there.
        mutating func remove(_ name: [CChar], in parent: CInt, depth: Int) throws(SystemFailure) -> Bool {
            if unlinkat(parent, name, 0) == 0 || errno == ENOENT { return true }
            // EISDIR on Linux, EPERM elsewhere: a folder.
            guard errno == EISDIR || errno == EPERM else { throw failure }
            let folder = try open(name, in: parent)
            defer { close(folder) }
            if depth == 0 { top = folder }
            for entry in try entries(of: folder) {
                if depth < FileTree.maxDepth {
                    _ = try remove(entry, in: folder, depth: depth + 1)
                } else if unlinkat(folder, entry, 0) != 0, errno != ENOENT {
                    moved += 1
                    guard renameat(folder, entry, top, ".removing-\(getpid())-\(moved)") == 0 else { throw failure }
                }
            }
            if unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT { return true }
            guard errno == ENOTEMPTY || errno == EEXIST else { throw failure }
            return false
        }

        private var failure: SystemFailure { SystemFailure("removing", path, errno: errno) }

        private func open(_ name: [CChar], in parent: CInt) throws(SystemFailure) -> CInt {
            let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
            var folder = openat(parent, name, flags)
            if folder < 0, errno == EACCES, fchmodat(parent, name, 0o700, 0) == 0 {
                folder = openat(parent, name, flags)
            }
            guard folder >= 0 else { throw failure }
            var status = stat()
            if fstat(folder, &status) == 0, status.st_mode & 0o700 != 0o700 { fchmod(folder, 0o700) }
            return folder
        }

        /// As the bytes that they are: a name need not be text.
        private func entries(of folder: CInt) throws(SystemFailure) -> [[CChar]] {
            let copy = fcntl(folder, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0, let stream = fdopendir(copy) else { throw failure }
            defer { closedir(stream) }
            rewinddir(stream)
            return FolderStream.rawNames(stream)
        }
    }
}

/// Names in a folder, read through the C library.
enum FolderStream {
    /// All names but `.` and `..`, each with its final zero.
    static func rawNames(_ stream: OpaquePointer) -> [[CChar]] {
        let dot = CChar(bitPattern: UInt8(ascii: "."))
        var names: [[CChar]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                Array($0.bindMemory(to: CChar.self).prefix { $0 != 0 })
            }
            if name != [dot], name != [dot, dot] { names.append(name + [0]) }
        }
        return names
    }

    /// All names in the folder `path`; empty when it cannot be read.
    static func names(in path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        return rawNames(stream).map { String(decoding: $0.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self) }
    }
}
