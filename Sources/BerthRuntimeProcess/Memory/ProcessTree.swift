import BerthRuntime
import Glibc

/// Processes as `/proc` shows them.
enum ProcessTree {
    /// Bound for one look, so that a fork bomb cannot keep launch from acting.
    private static let maxProcesses = 65_536

    /// All living descendants of `root`, without it; parents before their children. What appears or goes during the
    /// look may be missing or listed.
    static func descendants(of root: Int) -> [Int] {
        let byParent = hasChildrenFiles ? nil : childrenByParent()
        var found: [Int] = []
        var pending = [root]
        while let pid = pending.popLast(), found.count < maxProcesses {
            let children = byParent.map { $0[pid] ?? [] } ?? children(of: pid)
            found += children
            pending += children
        }
        return found
    }

    /// Kernels without CONFIG_PROC_CHILDREN have no such files; then all processes are asked for their parents.
    private static let hasChildrenFiles = access("/proc/thread-self/children", R_OK) == 0

    static func childrenByParent() -> [Int: [Int]] {
        var children: [Int: [Int]] = [:]
        for pid in all() {
            guard let parent = ProcFile.text("/proc/\(pid)/stat").flatMap(parent(stat:)) else { continue }
            children[parent, default: []].append(pid)
        }
        return children
    }

    /// Of `/proc/<pid>/stat`: `pid (name) state parent …`, where the name may hold blanks and parentheses.
    static func parent(stat: String) -> Int? {
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        return fields.count >= 2 ? Int(fields[1]) : nil
    }

    /// All processes of the machine that are visible.
    static func all() -> [Int] {
        guard let stream = opendir("/proc") else { return [] }
        defer { closedir(stream) }
        var found: [Int] = []
        while let entry = readdir(stream) {
            if let pid = withUnsafeBytes(of: &entry.pointee.d_name, { number($0) }) { found.append(pid) }
        }
        return found
    }

    /// A process's children hang on the thread that made them, so every thread is asked.
    private static func children(of pid: Int) -> [Int] {
        let folder = "/proc/\(pid)/task"
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var children: [Int] = []
        while let entry = readdir(stream) {
            let thread = withUnsafeBytes(of: &entry.pointee.d_name) { number($0) }
            guard let thread, let text = ProcFile.text("\(folder)/\(thread)/children") else { continue }
            children += text.split(separator: " ").compactMap { Int($0) }
        }
        return children
    }

    private static func number(_ name: UnsafeRawBufferPointer) -> Int? {
        var value = 0
        for byte in name.prefix(while: { $0 != 0 }) {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    /// Sends `signal` to all descendants of `root`; the number of those that are left.
    static func signal(_ signal: CInt, descendantsOf root: Int) -> Int {
        let pids = descendants(of: root)
        for pid in pids { kill(pid_t(pid), signal) }
        return pids.count
    }
}

/// Small files of `/proc` and `/sys`, whose size is not known before they are read.
enum ProcFile {
    private static let maxBytes = 262_144

    /// The content, or nil when it cannot be read: what it describes has gone, or is not ours.
    static func text(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 4096)
        while bytes.count < maxBytes {
            let count = read(file, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { break }
            bytes += block[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
