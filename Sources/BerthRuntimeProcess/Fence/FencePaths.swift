import BerthRuntime
import CBerthPlatform
import Glibc

/// What the fence allows on one path and everything beneath.
struct FencePath: Hashable {
    var path: String
    /// `BERTH_ACCESS_…`, combined.
    var access: CInt

    static let read = CInt(BERTH_ACCESS_READ)
    static let readWrite = CInt(BERTH_ACCESS_READ | BERTH_ACCESS_WRITE)
    static let change = CInt(BERTH_ACCESS_READ | BERTH_ACCESS_WRITE | BERTH_ACCESS_CHANGE)
    static let device = CInt(BERTH_ACCESS_READ | BERTH_ACCESS_WRITE | BERTH_ACCESS_DEVICE)
}

/// The paths that an instance may use: the system's, and those of its plan.
enum FencePaths {
    /// Programs, libraries and what the kernel tells. Not `/home`, `/root`, `/var/lib`, `/run`, `/tmp`.
    static let systemFolders = [
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store", "/proc", "/sys",
        "/var/cache/fontconfig",
    ]
    private static let readOnlyDevices = ["/dev/random", "/dev/urandom"]
    private static let plainDevices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/tty"]
    /// Prefixes of the names of accelerators under `/dev`.
    private static let accelerators = ["nvidia", "dri", "kfd", "accel", "dxg"]

    /// Everything that `plan` may use, in the order in which an own view has to be put together.
    static func all(for plan: InstancePlan) -> [FencePath] {
        var paths = systemFolders.map { FencePath(path: $0, access: FencePath.read) }
        paths += configuration()
        paths += resolverFolders().map { FencePath(path: $0, access: FencePath.read) }
        paths += readOnlyDevices.map { FencePath(path: $0, access: FencePath.read) }
        paths += plainDevices.map { FencePath(path: $0, access: FencePath.readWrite) }
        paths += devices()
        // For semaphores and shared memory, as Python's multiprocessing uses them.
        paths.append(FencePath(path: "/dev/shm", access: FencePath.change))
        paths.append(FencePath(path: plan.folder.path, access: FencePath.read))
        paths += plan.readable.map { FencePath(path: $0, access: FencePath.read) }
        let writable = [plan.folder.scratchFolder, plan.folder.socketFolder] + plan.writable
        paths += writable.map { FencePath(path: $0, access: FencePath.change) }
        return paths
    }

    private static func devices() -> [FencePath] {
        names(in: "/dev").filter { name in accelerators.contains { name.hasPrefix($0) } }
            .map { FencePath(path: "/dev/\($0)", access: FencePath.device) }
    }

    /// Where the list of name servers really lies: as a folder, because the file in it is replaced with every network.
    private static func resolverFolders() -> [String] {
        guard let walk = PathWalk("/etc/resolv.conf"), walk.end.hasPrefix("/run/"),
            let slash = walk.end.lastIndex(of: "/")
        else { return [] }
        return [String(walk.end[..<slash])]
    }

    /// `/etc`, as far as anyone may read it: instances of a server that runs as root are stopped by no permissions, and
    /// have no business with its keys and passwords.
    private static func configuration() -> [FencePath] {
        let paths = geteuid() == 0 ? publicPaths(in: "/etc", depth: 0).paths : ["/etc"]
        return paths.map { FencePath(path: $0, access: FencePath.read) }
    }

    /// Large, and public by their purpose: not looked through at every start.
    private static let publicFolders = ["/etc/alternatives", "/etc/ssl/certs", "/etc/ca-certificates", "/etc/fonts"]
    private static let maxDepth = 4

    /// What everyone may read below `folder`: whole folders where all in them is public, else their public parts.
    static func publicPaths(in folder: String, depth: Int) -> (paths: [String], isWhole: Bool) {
        if publicFolders.contains(folder) { return ([folder], true) }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return ([], false) }
        defer { close(descriptor) }
        var paths: [String] = []
        var isWhole = true
        for name in names(in: folder) {
            let path = folder + "/" + name
            var status = stat()
            guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR where status.st_mode & 0o005 == 0o005 && depth < maxDepth:
                let below = publicPaths(in: path, depth: depth + 1)
                paths += below.isWhole ? [path] : below.paths
                isWhole = isWhole && below.isWhole
            case S_IFLNK:
                // A rule is put on what it leads to. Below the first level, that lies in a folder with a rule of its own.
                guard depth == 0, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                    status.st_mode & 0o004 != 0
                else { continue }
                paths.append(path)
            case S_IFREG where status.st_mode & 0o004 != 0:
                paths.append(path)
            default:
                isWhole = false
            }
        }
        return (paths, isWhole)
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
