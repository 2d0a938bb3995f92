package import BerthDiagnostics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The folder that holds a user's state, and the places in it. Nothing is created before `create()`.
///
/// ```
/// $BERTH_HOME (default ~/.berth)
///   berth.db  routes.snapshot  ca.pem  config
///   run/           sockets and locks; elsewhere when the path is too long for a socket
///   instances/     one folder per instance
///   environments/  tools/  blobs/  gateway/  logs/
/// ```
package struct BerthHome: Hashable, Sendable {
    /// Longest path of a unix socket, in bytes. Source: `sockaddr_un.sun_path`, 108 bytes with its final zero.
    package static let maxSocketPathBytes = 107
    /// What `instances/<id>/run/worker-NN.sock` needs below the home, with an id of up to 36 bytes.
    private static let instanceSocketBytes = 68
    private static let runSocketBytes = "/run/gateway-control.sock".utf8.count

    /// Absolute, without a slash at its end.
    package let path: String
    /// Where sockets and locks lie: `run/`, or a short folder of this user's under `/tmp` when sockets in `run/` would
    /// have paths that are too long.
    package let runFolder: String
    /// Where instances lie. For a long home this is a path through a link, so that sockets in it can be bound.
    package let instancesFolder: String
    /// The short folder, where one is needed.
    private let shortFolder: String?

    /// The home that `BERTH_HOME` names, else `.berth` in the user's home folder. A relative path counts from the
    /// current folder.
    package init(environment: [String: String]) {
        let named = environment["BERTH_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        path = Self.absolute(named ?? Self.userFolder(environment) + "/.berth")
        let short = "/tmp/berth-\(getuid())-\(Self.digest(path))"
        let length = path.utf8.count
        let isLongForRun = length + Self.runSocketBytes > Self.maxSocketPathBytes
        let isLongForInstances = length + Self.instanceSocketBytes > Self.maxSocketPathBytes
        runFolder = isLongForRun ? short : path + "/run"
        instancesFolder = isLongForInstances ? short + "/home/instances" : path + "/instances"
        shortFolder = isLongForInstances || isLongForRun ? short : nil
    }

    package var serveSocket: String { runFolder + "/serve.sock" }
    package var serveLock: String { runFolder + "/serve.lock" }
    /// Held by a running `serve` until its very end.
    package var serveProcessFile: String { runFolder + "/serve.pid" }
    /// Between `serve` and `gateway`.
    package var gatewaySocket: String { runFolder + "/admin.sock" }
    package var gatewayFolder: String { path + "/gateway" }
    package var database: String { path + "/berth.db" }
    package var toolsFolder: String { path + "/tools" }
    package var blobsFolder: String { path + "/blobs" }
    package var logsFolder: String { path + "/logs" }
    /// What proves who somebody is; nobody else may read it.
    package var identityFolder: String { path + "/identity" }
    /// Seals the secrets in the database.
    package var secretKeyFile: String { identityFolder + "/secret.key" }
    /// The local certificate authority: what clients trust.
    package var authorityFile: String { path + "/ca.pem" }
    package var authorityKeyFile: String { identityFolder + "/ca-key.pem" }
    package var serverCertificateFile: String { identityFolder + "/server.pem" }
    package var serverKeyFile: String { identityFolder + "/server-key.pem" }
    /// Where the server of this home is, and its owner's credential.
    package var ownerFile: String { identityFolder + "/owner.json" }
    /// Where the server is that `login` has chosen, and the credential for it.
    package var loginFile: String { identityFolder + "/login.json" }
    /// Defaults of the command line.
    package var configFile: String { path + "/config" }
    /// The log of a role: `serve`, `gateway`.
    package func logFile(_ role: String) -> String { logsFolder + "/\(role).log" }

    /// Makes the home and its folders where they are missing, 0700, and checks that they can be used.
    ///
    /// - Throws: `homeNotWritable` when the home is no folder, another user's, open to everyone, or read-only.
    package func create() throws(Diagnostic) {
        try Self.makeFolder(path, in: self)
        try check()
        if let shortFolder {
            try Self.makeFolder(shortFolder, in: self)
            try checkShortFolder(shortFolder)
            try link(shortFolder + "/home")
        }
        let below = ["run", "instances", "environments", "tools", "blobs", "gateway", "logs", "identity"]
        for name in below { try Self.makeFolder("\(path)/\(name)", in: self) }
    }
}

extension BerthHome {
    private static func userFolder(_ environment: [String: String]) -> String {
        if let home = environment["HOME"], home.hasPrefix("/") { return home }
        // `getpwuid` owns what it returns; it is copied at once, before any other call.
        guard let entry = getpwuid(getuid()), let folder = entry.pointee.pw_dir else { return "/" }
        return String(cString: folder)
    }

    private static func absolute(_ path: String) -> String {
        var full = path
        if !path.hasPrefix("/") {
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let folder = buffer.withUnsafeMutableBufferPointer { getcwd($0.baseAddress, $0.count) != nil }
            let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            full = (folder ? String(decoding: bytes, as: UTF8.self) : "") + "/" + path
        }
        var parts: [Substring] = []
        for part in full.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// FNV-1a, 64 bits, in hexadecimal: names the short folder; nothing is trusted because of it.
    private static func digest(_ text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }

    private static func makeFolder(_ path: String, in home: BerthHome) throws(Diagnostic) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o700) != 0 else { continue }
            let code = errno
            // A folder that is there answers EEXIST, on a read-only file system EROFS, in a foreign folder EACCES.
            var status = stat()
            if stat(made, &status) == 0 {
                guard status.st_mode & S_IFMT == S_IFDIR else {
                    throw home.unusable("`\(made)` is no folder")
                }
                continue
            }
            throw home.unusable("`\(made)` cannot be created", errno: code)
        }
    }

    private func check() throws(Diagnostic) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw unusable("`\(path)` cannot be read", errno: errno) }
        guard status.st_uid == geteuid() else {
            throw unusable(
                "`\(path)` belongs to another user",
                fact: "owner: user \(status.st_uid), you are user \(geteuid())"
            )
        }
        guard status.st_mode & 0o002 == 0 else {
            throw unusable(
                "`\(path)` may be written by everyone",
                fact: "mode: \(String(status.st_mode & 0o7777, radix: 8))"
            )
        }
        guard access(path, R_OK | W_OK | X_OK) == 0 else { throw unusable("`\(path)` cannot be written", errno: errno) }
    }

    /// `/tmp` is open to everyone: the folder must be a real one, ours, and closed to others.
    private func checkShortFolder(_ folder: String) throws(Diagnostic) {
        var status = stat()
        guard lstat(folder, &status) == 0 else { throw unusable("`\(folder)` cannot be read", errno: errno) }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw unusable(
                "`\(folder)`, which holds the sockets of a home with a long path, is not a folder of yours alone",
                fact: "owner: user \(status.st_uid), mode \(String(status.st_mode & 0o7777, radix: 8))"
            )
        }
    }

    private func link(_ alias: String) throws(Diagnostic) {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(alias, &buffer, buffer.count)
        let target = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard target != path else { return }
        // By renaming, so that another process never finds the link missing.
        let fresh = "\(alias).\(getpid())"
        guard unlink(fresh) == 0 || errno == ENOENT, symlink(path, fresh) == 0, rename(fresh, alias) == 0 else {
            throw unusable("`\(alias)` cannot be created", errno: errno)
        }
    }

    private func unusable(_ message: String, errno code: CInt) -> Diagnostic {
        unusable(message, fact: String(cString: strerror(code)))
    }

    private func unusable(_ message: String, fact: String? = nil) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .homeNotWritable,
            message,
            evidence: [Evidence("BERTH_HOME", path)] + (fact.map { [Evidence("system", $0)] } ?? []),
            help: ["set BERTH_HOME to a folder that you can write, for example: export BERTH_HOME=$HOME/.berth"]
        )
    }
}
