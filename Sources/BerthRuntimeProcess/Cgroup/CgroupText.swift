/// The texts by which the kernel tells about cgroups.
enum CgroupText {
    /// Where a process is in one hierarchy.
    struct Membership: Hashable {
        /// Empty for version 2.
        var controllers: [String]
        var path: String
    }

    /// Where a hierarchy is mounted.
    struct Mount: Hashable {
        var isVersion2: Bool
        /// The part of the hierarchy that is mounted, `/` outside of containers.
        var root: String
        var folder: String
        /// For version 1.
        var controllers: [String]
    }

    /// Of `/proc/self/cgroup`: lines `4:memory:/user.slice`, `0::/user.slice`.
    static func memberships(_ text: String) -> [Membership] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[2].hasPrefix("/") else { return nil }
            return Membership(controllers: fields[1].split(separator: ",").map(String.init), path: String(fields[2]))
        }
    }

    /// Of `/proc/self/mountinfo`: `id parent dev root mountpoint options [fields] - type source superoptions`.
    static func mounts(_ text: String) -> [Mount] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else { return nil }
            let type = fields[dash + 1]
            guard type == "cgroup" || type == "cgroup2" else { return nil }
            return Mount(
                isVersion2: type == "cgroup2",
                root: unescaped(fields[3]),
                folder: unescaped(fields[4]),
                controllers: type == "cgroup" ? fields[dash + 3].split(separator: ",").map(String.init) : []
            )
        }
    }

    /// The folder of a process that is at `path` in the hierarchy of `mount`; nil when that part is not mounted.
    static func folder(of path: String, in mount: Mount) -> String? {
        if mount.root == "/" { return path == "/" ? mount.folder : mount.folder + path }
        guard path == mount.root || path.hasPrefix(mount.root + "/") else { return nil }
        return mount.folder + path.dropFirst(mount.root.count)
    }

    /// The number after `key` in texts of lines `key number`: `memory.events`, `memory.oom_control`.
    static func value(_ key: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count == 2, fields[0] == key { return Int(fields[1]) }
        }
        return nil
    }

    /// White space and backslashes are written as octal numbers there.
    private static func unescaped(_ text: Substring) -> String {
        guard text.contains("\\") else { return String(text) }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8) {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
