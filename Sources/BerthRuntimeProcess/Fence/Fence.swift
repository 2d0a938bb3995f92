import BerthModel
import BerthRuntime
import CBerthPlatform
import Glibc

/// What keeps an instance inside: made before its program is started, and what of it could be had.
struct Fence: ~Copyable {
    let landlock: LandlockRuleset?
    /// Words for the event `launched`.
    private(set) var enforced = ["no-new-privileges", "rlimits", "session", "memory-watch"]
    private(set) var notEnforced: [String] = []
    let processLimit: Int

    init(for plan: InstancePlan) {
        let version = LandlockRuleset.kernelVersion
        notEnforced += LandlockRuleset.gaps(version: version)
        var ruleset: LandlockRuleset?
        if version > 0 {
            do throws(SystemFailure) {
                ruleset = try LandlockRuleset(allowing: FencePaths.all(for: plan), version: version)
                enforced.insert("landlock", at: 0)
            } catch {
                notEnforced.append("Landlock could not be used: \(error.action) `\(error.path)`: \(error.cause)")
            }
        }
        landlock = ruleset
        processLimit = Self.processLimit(of: plan)
        if processLimit == 0 { notEnforced.append("the number of processes is not limited for root without a cgroup") }
        notEnforced.append("\(plan.limits.cores.count) cores are not enforced without a cgroup")
    }

    /// The kernel counts processes by user, not by instance, and not at all for root. So this is a stop for fork bombs
    /// only: what the user runs now, what the instance may, and room for the user to go on working; 0 for root.
    private static func processLimit(of plan: InstancePlan) -> Int {
        guard geteuid() != 0 else { return 0 }
        return tasks(of: geteuid()) + plan.limits.processes + 4096
    }

    private static func tasks(of user: uid_t) -> Int {
        guard let stream = opendir("/proc") else { return 0 }
        defer { closedir(stream) }
        var count = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            var status = stat()
            // A folder has two names and one for each folder in it: here, its threads.
            guard Int(name) != nil, stat("/proc/\(name)/task", &status) == 0, status.st_uid == user else { continue }
            count += max(1, Int(status.st_nlink) - 2)
        }
        return count
    }
}

extension Fence {
    /// What can be enforced on this machine.
    static func fingerprint() -> DriverFingerprint {
        let version = LandlockRuleset.kernelVersion
        var enforced = ["no-new-privileges", "rlimits", "session", "memory-watch"]
        if version > 0 { enforced.insert("landlock", at: 0) }
        return DriverFingerprint(enforced: enforced, notEnforced: LandlockRuleset.gaps(version: version))
    }
}
