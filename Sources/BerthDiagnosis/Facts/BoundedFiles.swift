#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reading below a folder, within bounds, and not through a link that leads out of it.
///
/// A model is the exception: its files are links that Berth itself has made, in a folder that the instance cannot write.
/// There a link to a file is followed (`followsFileLinks`), one to a folder never.
enum BoundedFiles {
    static let maxBytes = 1_048_576
    static let maxEntries = 2000
    private static let maxDepth = 24

    struct Entry: Hashable, Sendable {
        /// Relative to the folder.
        let path: String
        let isFolder: Bool
        let bytes: Int
        /// Permission bits.
        let mode: Int
    }

    /// The beginning of the file at `path` inside `folder`; nil where there is none, or it lies outside.
    static func read(
        _ path: String,
        inside folder: String,
        limit: Int = maxBytes,
        followsFileLinks: Bool = false
    ) -> [UInt8]? {
        guard let real = resolved(path), let root = resolved(folder) else { return nil }
        guard followsFileLinks || real.hasPrefix(root + "/") else { return nil }
        let descriptor = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let wanted = min(Int(status.st_size), min(limit, maxBytes))
        var bytes = [UInt8](repeating: 0, count: wanted)
        var filled = 0
        while filled < wanted {
            let count = bytes.withUnsafeMutableBytes { buffer in
                #if canImport(Glibc)
                    Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), wanted - filled)
                #elseif canImport(Musl)
                    Musl.read(descriptor, buffer.baseAddress?.advanced(by: filled), wanted - filled)
                #else
                    Darwin.read(descriptor, buffer.baseAddress?.advanced(by: filled), wanted - filled)
                #endif
            }
            guard count > 0 else { break }
            filled += count
        }
        return Array(bytes[..<filled])
    }

    static func text(_ path: String, inside folder: String) -> String? {
        read(path, inside: folder).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The names directly in `folder`.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < maxEntries * 4, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Everything below `folder`, breadth first, at most `maxEntries`. A link counts as what it leads to when that lies
    /// inside, and as an empty file otherwise.
    static func tree(of folder: String, followsFileLinks: Bool = false) -> [Entry] {
        guard let root = resolved(folder) else { return [] }
        var entries: [Entry] = []
        var pending = [(path: "", depth: 0)]
        var next = 0
        while next < pending.count, entries.count < maxEntries {
            let (path, depth) = pending[next]
            next += 1
            for name in names(in: path.isEmpty ? root : root + "/" + path) {
                guard entries.count < maxEntries else { break }
                let relative = path.isEmpty ? name : path + "/" + name
                guard let (entry, isLink) = entry(relative, root, followsFileLinks) else { continue }
                entries.append(entry)
                // A linked folder may lead back to where we are.
                if entry.isFolder, !isLink, depth < maxDepth { pending.append((relative, depth + 1)) }
            }
        }
        return entries
    }

    private static func entry(_ relative: String, _ root: String, _ follows: Bool) -> (Entry, isLink: Bool)? {
        let path = root + "/" + relative
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        if isLink {
            let opaque = (Entry(path: relative, isFolder: false, bytes: 0, mode: 0o777), true)
            guard let target = resolved(path), follows || target.hasPrefix(root + "/"), stat(path, &status) == 0 else {
                return opaque
            }
            if !target.hasPrefix(root + "/"), status.st_mode & S_IFMT == S_IFDIR { return opaque }
        }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        let bytes = isFolder ? 0 : Int(status.st_size)
        return (Entry(path: relative, isFolder: isFolder, bytes: bytes, mode: Int(status.st_mode & 0o7777)), isLink)
    }

    /// The path without links, `.` and `..`; nil where nothing is there.
    static func resolved(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}
