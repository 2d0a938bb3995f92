import BerthModel
import BerthRuntime
import CBerthPlatform
import Glibc

/// The instance's own view of the file system: only the paths of its fence are in it, so that nothing else can be seen,
/// connected to or have its mode changed, which Landlock leaves open. Also its own `/dev/shm`, and `/tmp` on its scratch.
struct OwnView: Hashable {
    struct Mount: Hashable {
        /// nil: an empty folder in memory.
        var source: String?
        var target: String
        var isWritable: Bool
        var isFolder: Bool
        var options = ""
    }
    struct Link: Hashable {
        var target: String
        var path: String
    }

    private(set) var mounts: [Mount] = []
    private(set) var links: [Link] = []

    private static let deviceLinks = [
        Link(target: "/proc/self/fd", path: "/dev/fd"), Link(target: "/proc/self/fd/0", path: "/dev/stdin"),
        Link(target: "/proc/self/fd/1", path: "/dev/stdout"), Link(target: "/proc/self/fd/2", path: "/dev/stderr"),
    ]

    /// The view that shows `paths`, each under the name by which it is given. What is not there is left out.
    init(_ paths: [FencePath], plan: InstancePlan) {
        var byTarget: [String: Mount] = [:]
        var links: Set<Link> = []
        for entry in paths where entry.path != "/dev/shm" {
            guard let walk = PathWalk(entry.path) else { continue }
            links.formUnion(walk.links)
            let isWritable = entry.access & FencePath.readWrite == FencePath.readWrite
            let known = byTarget[walk.end]
            byTarget[walk.end] = Mount(
                source: walk.end,
                target: walk.end,
                isWritable: isWritable || known?.isWritable == true,
                isFolder: walk.isFolder
            )
        }
        let memory = "mode=1777,size=\(plan.limits.memory.count)"
        byTarget["/dev/shm"] = Mount(source: nil, target: "/dev/shm", isWritable: true, isFolder: true, options: memory)
        // With something of the instance below `/tmp`, the folders on the way there must not appear in its scratch.
        if !byTarget.keys.contains(where: { $0.hasPrefix("/tmp/") }),
            !links.contains(where: { $0.path.hasPrefix("/tmp/") }),
            let temporary = PathWalk(plan.folder.scratchFolder)
        {
            byTarget["/tmp"] = Mount(source: temporary.end, target: "/tmp", isWritable: true, isFolder: true)
        }
        // A folder before what lies in it.
        mounts = byTarget.values.sorted { $0.target < $1.target }
        links.formUnion(Self.deviceLinks)
        self.links = links.sorted { $0.path < $1.path }
    }

    /// Calls `body` with the view as C wants it.
    func withCView<Result>(_ body: (UnsafePointer<berth_view>) -> Result) -> Result {
        let texts = mounts.flatMap { [$0.source.map { strdup($0) } ?? nil, strdup($0.target), strdup($0.options)] }
        let linkTexts = links.flatMap { [strdup($0.target), strdup($0.path)] }
        defer { for text in texts + linkTexts { free(text) } }
        let mounts = self.mounts.enumerated().map { index, mount in
            berth_mount(
                source: texts[index * 3].map { UnsafePointer($0) },
                target: texts[index * 3 + 1].map { UnsafePointer($0) },
                options: texts[index * 3 + 2].map { UnsafePointer($0) },
                writable: mount.isWritable ? 1 : 0,
                folder: mount.isFolder ? 1 : 0
            )
        }
        let links = self.links.indices.map { index in
            berth_link(
                target: linkTexts[index * 2].map { UnsafePointer($0) },
                path: linkTexts[index * 2 + 1].map { UnsafePointer($0) }
            )
        }
        return mounts.withUnsafeBufferPointer { mounts in
            links.withUnsafeBufferPointer { links in
                var view = berth_view(
                    mounts: mounts.baseAddress,
                    mount_count: CInt(mounts.count),
                    links: links.baseAddress,
                    link_count: CInt(links.count)
                )
                return withUnsafePointer(to: &view, body)
            }
        }
    }
}

/// Where a path leads, and the symbolic links on the way.
struct PathWalk: Hashable {
    private static let maxLinks = 40

    private(set) var links: [OwnView.Link] = []
    /// Without links.
    private(set) var end = "/"
    private(set) var isFolder = true

    /// nil when it leads nowhere.
    init?(_ path: String) {
        var pending = path.split(separator: "/").map(String.init)[...]
        while let part = pending.popFirst() {
            if part == "." { continue }
            if part == ".." {
                end = Self.parent(of: end)
                continue
            }
            let next = end == "/" ? "/" + part : end + "/" + part
            var status = stat()
            guard lstat(next, &status) == 0 else { return nil }
            isFolder = status.st_mode & S_IFMT == S_IFDIR
            guard status.st_mode & S_IFMT == S_IFLNK else {
                end = next
                continue
            }
            guard links.count < Self.maxLinks, let target = Self.target(of: next) else { return nil }
            links.append(OwnView.Link(target: target, path: next))
            if target.hasPrefix("/") { end = "/" }
            pending = target.split(separator: "/").map(String.init)[...] + pending
        }
        var status = stat()
        guard lstat(end, &status) == 0 else { return nil }
        isFolder = status.st_mode & S_IFMT == S_IFDIR
    }

    private static func parent(of path: String) -> String {
        let above = path.split(separator: "/").dropLast().joined(separator: "/")
        return "/" + above
    }

    private static func target(of link: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
