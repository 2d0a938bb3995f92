import BerthModel
import BerthRuntime
import Glibc

/// The cgroup of one instance, where this user can make one: the kernel then enforces memory, processes and cores.
///
/// Made beside or below the group in which launch itself runs, so an instance never gets more than its server has.
final class InstanceCgroup {
    /// One folder in each hierarchy; with version 2 there is only one.
    private(set) var folders: [String] = []
    /// `cgroup-v1`, `cgroup-v2`.
    let name: String
    let limitsMemory: Bool
    let limitsProcesses: Bool
    let limitsCores: Bool
    /// Open `cgroup.procs` files, which the program enters before it is started.
    private(set) var entrances: [CInt] = []
    private let counterFile: String
    private var oomKillsAtStart = 0
    private var oomKillsTold = 0

    private init(version: Int, folders: [String: String], limits: InstanceLimits) {
        name = "cgroup-v\(version)"
        var isLimited: [String: Bool] = [:]
        for (controller, folder) in folders {
            isLimited[controller] = Self.settings(controller, version, limits)
                .map { Self.write($0.value, to: folder + "/" + $0.file) || $0.isOptional }
                .allSatisfy { $0 }
        }
        limitsMemory = isLimited["memory"] ?? false
        limitsProcesses = isLimited["pids"] ?? false
        limitsCores = isLimited["cpu"] ?? false
        counterFile = (folders["memory"] ?? "") + (version == 2 ? "/memory.events" : "/memory.oom_control")
        self.folders = Set(folders.values).sorted()
        entrances = self.folders.map { open($0 + "/cgroup.procs", O_WRONLY | O_CLOEXEC) }
        oomKillsAtStart = oomKillCounter
        oomKillsTold = oomKillsAtStart
    }

    deinit { for file in entrances where file >= 0 { close(file) } }

    private typealias Setting = (file: String, value: String, isOptional: Bool)

    private static func settings(_ controller: String, _ version: Int, _ limits: InstanceLimits) -> [Setting] {
        let memory = String(limits.memory.count)
        switch (controller, version) {
        // Without swap: memory that is swapped out would not count. Where the kernel has no such file, there is none.
        case ("memory", 2): return [("memory.max", memory, false), ("memory.swap.max", "0", true)]
        case ("memory", _):
            return [("memory.limit_in_bytes", memory, false), ("memory.memsw.limit_in_bytes", memory, true)]
        case ("pids", _): return [("pids.max", String(limits.processes), false)]
        case ("cpu", 2): return [("cpu.max", "\(limits.cores.count * 100_000) 100000", false)]
        case ("cpu", _):
            return [
                ("cpu.cfs_period_us", "100000", false), ("cpu.cfs_quota_us", "\(limits.cores.count * 100_000)", false),
            ]
        default: return []
        }
    }

    /// Kills by the kernel for memory since the start.
    var oomKills: Int { max(0, oomKillCounter - oomKillsAtStart) }

    /// Kills by the kernel for memory since this was last asked.
    func newOOMKills() -> Int {
        let now = oomKillCounter
        defer { oomKillsTold = max(oomKillsTold, now) }
        return max(0, now - oomKillsTold)
    }

    private var oomKillCounter: Int { ProcFile.text(counterFile).flatMap { CgroupText.value("oom_kill", in: $0) } ?? 0 }

    /// Removes the group, in which nothing runs any more.
    func remove() { for folder in folders { rmdir(folder) } }

    /// Kills what is left in a group whose launch was killed, and removes it.
    static func clear(_ folder: String) {
        // Version 2; where there is no such file, one by one.
        if !write("1", to: folder + "/cgroup.kill"), let pids = ProcFile.text(folder + "/cgroup.procs") {
            for pid in pids.split(separator: "\n").compactMap({ pid_t($0) }) { kill(pid, SIGKILL) }
        }
        rmdir(folder)
    }

    private static func write(_ text: String, to path: String) -> Bool {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return Descriptor.writeAll(Array(text.utf8)[...], to: file)
    }
}

extension InstanceCgroup {
    private static let controllers = ["memory", "pids", "cpu"]

    /// A group for an instance of `limits`, or nil where none can be made that limits memory.
    ///
    /// `id` becomes part of its name; `memberships` and `mounts` are the texts of `/proc/self/cgroup` and `mountinfo`.
    static func make(
        id: String,
        limits: InstanceLimits,
        memberships: String? = ProcFile.text("/proc/self/cgroup"),
        mounts: String? = ProcFile.text("/proc/self/mountinfo")
    ) -> InstanceCgroup? {
        guard let memberships = memberships.map(CgroupText.memberships), let mounts = mounts.map(CgroupText.mounts)
        else { return nil }
        // With the number of launch: another home may have an instance of this id.
        let plain = id.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? String($0) : "_" }.joined()
        let name = "berth-\(plain)-\(getpid())"
        let group = version2(name, limits, memberships, mounts) ?? version1(name, limits, memberships, mounts)
        guard let group, group.limitsMemory, !group.entrances.contains(where: { $0 < 0 }) else {
            group?.remove()
            return nil
        }
        return group
    }

    /// Beside our own group when the group above hands controllers down, as systemd does for a user's programs; else
    /// below it, which works for a group that was delegated and holds no processes itself.
    private static func version2(
        _ name: String,
        _ limits: InstanceLimits,
        _ memberships: [CgroupText.Membership],
        _ mounts: [CgroupText.Mount]
    ) -> InstanceCgroup? {
        guard let own = memberships.first(where: { $0.controllers.isEmpty }),
            let mount = mounts.first(where: \.isVersion2),
            let folder = CgroupText.folder(of: own.path, in: mount)
        else { return nil }
        var candidates = [folder]
        if folder != mount.folder, let slash = folder.lastIndex(of: "/") {
            candidates.insert(String(folder[..<slash]), at: 0)
        }
        for parent in candidates {
            let control = parent + "/cgroup.subtree_control"
            let handedDown = ProcFile.text(control)?.split(whereSeparator: \.isWhitespace).map(String.init) ?? []
            if !handedDown.contains("memory"), !write("+memory +pids +cpu", to: control) { continue }
            guard let made = makeFolder(parent + "/" + name) else { continue }
            if access(made + "/memory.max", W_OK) == 0 {
                let folders = controllers.filter { access("\(made)/\($0).max", W_OK) == 0 }.map { ($0, made) }
                return InstanceCgroup(version: 2, folders: Dictionary(uniqueKeysWithValues: folders), limits: limits)
            }
            rmdir(made)
        }
        return nil
    }

    /// Below our own group, in each hierarchy that we need.
    private static func version1(
        _ name: String,
        _ limits: InstanceLimits,
        _ memberships: [CgroupText.Membership],
        _ mounts: [CgroupText.Mount]
    ) -> InstanceCgroup? {
        var folders: [String: String] = [:]
        for controller in controllers {
            guard let own = memberships.first(where: { $0.controllers.contains(controller) }),
                let mount = mounts.first(where: { $0.controllers.contains(controller) }),
                let folder = CgroupText.folder(of: own.path, in: mount), let made = makeFolder(folder + "/" + name)
            else { continue }
            folders[controller] = made
        }
        return folders.isEmpty ? nil : InstanceCgroup(version: 1, folders: folders, limits: limits)
    }

    private static func makeFolder(_ path: String) -> String? {
        // One that a killed launch left behind has old limits and counters.
        rmdir(path)
        return mkdir(path, 0o700) == 0 ? path : nil
    }
}
