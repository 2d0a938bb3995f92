import BerthRuntime
import CBerthPlatform
import Glibc

/// The variable by which processes of an instance are found when their parent has been killed.
///
/// The program itself dies with its parent. What it had started may live on, as a child of the machine's first process.
enum InstanceMark {
    static let variable = "BERTH_INSTANCE_DIR"
    /// How long killed processes may take to go.
    private static let killSeconds = 5.0

    /// Kills all processes that are left of an instance whose parent has gone. False when some did not go.
    static func killOrphans(of folder: InstanceFolder) -> Bool {
        let deadline = berth_monotonic_seconds() + killSeconds
        let groups = keptGroups(of: folder)
        for group in groups { InstanceCgroup.clear(group) }
        defer { for group in groups { InstanceCgroup.clear(group) } }
        while case let orphans = orphans(of: folder), !orphans.isEmpty {
            for pid in orphans { kill(pid, by: deadline) }
            if berth_monotonic_seconds() >= deadline { return false }
        }
        return true
    }

    /// The cgroups that launch made. Only such as it makes: what is named here is killed.
    private static func keptGroups(of folder: InstanceFolder) -> [String] {
        // Without the file there are no groups; what is left is still found by its mark.
        guard let bytes = try? RegularFile.read(folder.cgroupFile, limit: 65_536) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init).filter { path in
            path.split(separator: "/").last?.hasPrefix("berth-") == true
        }
    }

    private static func kill(_ pid: Int, by deadline: Double) {
        let pidfd = berth_pidfd_open(pid_t(pid))
        guard pidfd >= 0 else { return }
        defer { close(pidfd) }
        berth_pidfd_signal(pidfd, SIGKILL)
        var file = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
        poll(&file, 1, CInt(max(0, deadline - berth_monotonic_seconds()) * 1000))
    }

    /// Processes of this user that carry the mark of `folder`.
    static func orphans(of folder: InstanceFolder) -> [Int] {
        let mark = "\(variable)=\(folder.path)"
        return ProcessTree.all().filter { pid in
            // What cannot be read is not ours, or has ended: a zombie has no variables.
            guard pid != getpid(), let text = ProcFile.text("/proc/\(pid)/environ") else { return false }
            return text.split(separator: "\0").contains { $0 == mark }
        }
    }
}

extension InstanceFolder {
    /// The folders of the cgroups that the instance is in, one a line, for clean-up when launch was killed.
    var cgroupFile: String { path + "/launch.cgroups" }
}
