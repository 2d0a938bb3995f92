#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The few questions that the reader asks of the file system. Without Foundation, for the start-up of the CLI.
enum FileAccess {
    enum Kind: Equatable { case missing, file, directory, other }

    enum Failure: Error {
        case missing
        case isDirectory
        case tooLarge(size: Int)
        /// The system's own words.
        case unreadable(String)
    }

    /// Names in a folder that are looked at for the nearest one.
    private static let mostNames = 10_000

    static func kind(_ path: String) -> Kind {
        var status = stat()
        guard stat(path, &status) == 0 else { return .missing }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        default: return .other
        }
    }

    /// The bytes of a file or a pipe, at most `limit`.
    static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        switch kind(path) {
        case .missing: throw errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(systemMessage())
        case .directory: throw .isDirectory
        case .file, .other: break
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(systemMessage()) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = buffer.withUnsafeMutableBytes { space in
                #if canImport(Glibc)
                    Glibc.read(descriptor, space.baseAddress, space.count)
                #else
                    Darwin.read(descriptor, space.baseAddress, space.count)
                #endif
            }
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw .unreadable(systemMessage())
            }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= limit else {
                var status = stat()
                throw .tooLarge(size: fstat(descriptor, &status) == 0 ? Int(status.st_size) : bytes.count)
            }
        }
    }

    /// Whether both paths lead to the same file or folder.
    static func isSame(_ left: String, _ right: String) -> Bool {
        var first = stat()
        var second = stat()
        guard stat(left, &first) == 0, stat(right, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    /// The names in a folder, sorted, without `.` and `..`; nothing where it cannot be listed.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < mostNames, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: UInt8.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(decoding: UnsafeBufferPointer(start: $0, count: strlen($0)), as: UTF8.self)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func currentFolder() -> String {
        guard let pointer = getcwd(nil, 0) else { return "/" }
        defer { free(pointer) }
        return String(cString: pointer)
    }

    private static func strlen(_ pointer: UnsafePointer<UInt8>) -> Int {
        var count = 0
        while pointer[count] != 0 { count += 1 }
        return count
    }

    private static func systemMessage() -> String { String(cString: strerror(errno)) }
}

/// Paths as texts.
enum PathText {
    /// `path` from `folder` where it is relative, without `.`, `..` and doubled slashes.
    static func absolute(_ path: String, from folder: String) -> String {
        let full = path.hasPrefix("/") ? path : folder + "/" + path
        let short = shortened(full)
        // Behind a symbolic link, `..` leads elsewhere than the text says.
        return full.contains("..") && FileAccess.kind(full) != .missing && !FileAccess.isSame(full, short)
            ? full : short
    }

    private static func shortened(_ full: String) -> String {
        var parts: [Substring] = []
        for part in full.split(separator: "/") {
            switch part {
            case ".": continue
            case "..": _ = parts.popLast()
            default: parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func name(of path: String) -> String {
        String(path.split(separator: "/").last ?? "/")
    }

    /// Whether it names something that is not on this disk: a URI or a registered asset.
    static func isRemote(_ path: String) -> Bool {
        path.contains("://") || path.hasPrefix("azureml:") || path.hasPrefix("runs:/") || path.hasPrefix("git+")
    }
}
