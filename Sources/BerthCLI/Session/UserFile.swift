import BerthDiagnostics

#if canImport(Glibc)
    @preconcurrency import Glibc
#elseif canImport(Musl)
    @preconcurrency import Musl
#else
    import Darwin
#endif

/// Files that a user names, read and written whole.
enum UserFile {
    /// Largest file that is read.
    static let maxBytes = 256 * 1_048_576

    /// The bytes of the file at `path`; `-` is stdin.
    static func read(_ path: String) throws(Diagnostic) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = buffer.withUnsafeMutableBytes { posixRead(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(path, errno)
            }
            bytes += buffer[..<count]
            guard bytes.count <= maxBytes else {
                throw Diagnostic(.badArgument, .specUnreadable, "`\(path)` is larger than \(maxBytes / 1_048_576) MiB")
            }
        }
    }

    /// `path` as it counts from the root.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }

    /// Whether there is a file or folder at `path`.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// As `read`, but nil where there is no such file.
    static func readIfPresent(_ path: String) throws(Diagnostic) -> [UInt8]? {
        guard access(path, F_OK) == 0 || ![ENOENT, ENOTDIR].contains(errno) else { return nil }
        return try read(path)
    }

    /// Writes the file, replacing the old one in one step.
    static func write(_ text: String, to path: String, mode: mode_t = 0o600) throws(Diagnostic) {
        let fresh = "\(path).\(getpid())"
        let descriptor = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw unwritable(path, errno) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { posixWrite(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else {
                let code = errno
                close(descriptor)
                unlink(fresh)
                throw unwritable(path, code)
            }
            bytes = bytes.dropFirst(max(0, count))
        }
        guard close(descriptor) == 0, rename(fresh, path) == 0 else {
            let code = errno
            unlink(fresh)
            throw unwritable(path, code)
        }
    }

    /// Makes the folder and what is missing above it.
    static func makeFolder(_ path: String, mode: mode_t = 0o755) throws(Diagnostic) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, mode) != 0, errno != EEXIST else { continue }
            let code = errno
            guard access(made, X_OK) == 0 else { throw unwritable(made, code) }
        }
    }

    private static func unreadable(_ path: String, _ code: CInt) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .specUnreadable,
            "`\(path)` cannot be read",
            evidence: [Evidence("system", String(cString: strerror(code)))],
            help: code == ENOENT ? ["check the path; it counts from the folder that you are in"] : []
        )
    }

    private static func unwritable(_ path: String, _ code: CInt) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .homeNotWritable,
            "`\(path)` cannot be written",
            evidence: [Evidence("system", String(cString: strerror(code)))],
            help: [
                code == ENOSPC || code == EDQUOT
                    ? "free some space on its disk"
                    : "make its folder writable, or set BERTH_HOME (AZURE_CONFIG_DIR for `az`) to one that is"
            ]
        )
    }
}

private func posixRead(_ descriptor: CInt, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}

private func posixWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}

/// The environment of this process.
enum ProcessEnvironment {
    static func read() -> [String: String] {
        var found: [String: String] = [:]
        // Safe: read once at the start, before there is another thread; nothing in this program sets a variable.
        var entry: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = environ
        while let pointer = entry.pointee {
            let text = String(cString: pointer)
            if let sign = text.firstIndex(of: "=") {
                found[String(text[..<sign])] = String(text[text.index(after: sign)...])
            }
            entry += 1
        }
        return found
    }
}
