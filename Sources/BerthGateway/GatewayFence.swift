import CBerthPlatform
import Glibc

/// What the gateway's process may do with files: read its program and its certificates, and write its snapshot, its log
/// and its sockets. The database, the blobs and the instances' folders are out of its reach, whatever a client sends.
///
/// Made of Landlock, which needs no privilege; it holds for the process and its successors, and cannot be taken off.
enum GatewayFence {
    /// Puts the fence on. Call it before a thread is made: one that is there already stays outside.
    ///
    /// - Returns: why it could not be put on; nil where it is.
    static func enter(_ configuration: GatewayConfiguration) -> String? {
        // A successor is inside from its start, and the kernel stacks no more than sixteen.
        if isInside { return nil }
        let version = berth_landlock_version()
        guard version > 0 else { return "the system has no Landlock" }
        let ruleset = berth_landlock_ruleset(version)
        guard ruleset >= 0 else { return "no ruleset: \(String(cString: strerror(errno)))" }
        defer { close(ruleset) }
        for (path, access) in rules(configuration) {
            guard berth_landlock_allow(ruleset, version, path, access) != 0, errno != ENOENT else { continue }
            return "\(path): \(String(cString: strerror(errno)))"
        }
        guard berth_no_new_privileges() == 0, berth_landlock_enforce(ruleset) == 0 else {
            return "the ruleset is refused: \(String(cString: strerror(errno)))"
        }
        return nil
    }

    private static var isInside: Bool {
        let root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root < 0 else {
            close(root)
            return false
        }
        return errno == EACCES
    }

    private static func rules(_ configuration: GatewayConfiguration) -> [(path: String, access: Int32)] {
        let read = Int32(BERTH_ACCESS_READ)
        let write = read | Int32(BERTH_ACCESS_WRITE) | Int32(BERTH_ACCESS_CHANGE)
        var rules: [(path: String, access: Int32)] = [
            (configuration.runFolder, write), (folder(of: configuration.snapshotPath), write), ("/proc", read),
            ("/etc/ld.so.cache", read), ("/dev/null", read | Int32(BERTH_ACCESS_WRITE)), ("/dev/urandom", read),
        ]
        if let log = configuration.trafficLogPath { rules.append((folder(of: log), write)) }
        if let secure = configuration.secure {
            // The folders: a renewed certificate is a new file.
            for path in [secure.certificatePath, secure.keyPath] {
                rules.append((folder(of: path), read))
                // Where it is a link, as tools that renew certificates make it: the folder that it leads to.
                guard let target = realpath(path, nil) else { continue }
                rules.append((folder(of: String(cString: target)), read))
                free(target)
            }
        }
        // The program and its libraries, one by one, for a planned restart.
        return rules + mappedFiles().map { ($0, read) }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func mappedFiles() -> [String] {
        guard let text = contents(of: "/proc/self/maps") else { return [] }
        let paths = text.split(separator: "\n").compactMap { line in
            line.firstIndex(of: "/").map { String(line[$0...]) }
        }
        return Array(Set(paths)).sorted()
    }

    private static func contents(of path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }
}
