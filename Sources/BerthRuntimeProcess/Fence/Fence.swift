import BerthModel
import BerthRuntime
import CBerthPlatform
import Glibc

/// A part of the fence that can be left away.
enum FencePart: String, CaseIterable, Hashable {
    case landlock
    case view
    case cgroup

    /// A comma-separated list of parts that launch does not try, for machines on which one of them is in the way.
    static let variable = "BERTH_FENCE_WITHOUT"

    static func unwanted(_ list: String?) -> Set<FencePart> {
        Set((list ?? "").split(separator: ",").compactMap { FencePart(rawValue: String($0)) })
    }
}

/// What keeps an instance inside: made before its program is started, and what of it could be had.
struct Fence: ~Copyable {
    private static let always = ["no-new-privileges", "rlimits", "session", "memory-watch"]

    private(set) var landlock: LandlockRuleset?
    private(set) var view: OwnView?
    private(set) var cgroup: InstanceCgroup?
    let processLimit: Int
    private let plan: InstancePlan
    private var problems: [String] = []

    init(for plan: InstancePlan, without unwanted: Set<FencePart>) {
        self.plan = plan
        let paths = FencePaths.all(for: plan)
        let version = unwanted.contains(.landlock) ? 0 : LandlockRuleset.kernelVersion
        problems += unwanted.contains(.landlock) ? ["Landlock is switched off"] : LandlockRuleset.gaps(version: version)
        var ruleset: LandlockRuleset?
        if version > 0 {
            do throws(SystemFailure) {
                ruleset = try LandlockRuleset(allowing: paths, version: version)
            } catch {
                problems.append("Landlock could not be used: \(error.action) `\(error.path)`: \(error.cause)")
            }
        }
        landlock = ruleset
        view = unwanted.contains(.view) ? nil : OwnView(paths, plan: plan)
        cgroup = unwanted.contains(.cgroup) ? nil : InstanceCgroup.make(id: plan.folder.instanceID, limits: plan.limits)
        processLimit = Self.processLimit(of: plan)
    }

    /// Does without what could not be had when the program was to be started at `stage`; false when the fence is not the
    /// cause.
    mutating func giveUp(stage: CInt, errno: CInt) -> Bool {
        switch stage {
        case CInt(BERTH_STAGE_VIEW) where view != nil:
            view = nil
            problems.append("no own view of the file system: \(SystemFailure.text(of: errno))")
            return true
        case CInt(BERTH_STAGE_CGROUP) where cgroup != nil:
            cgroup?.remove()
            cgroup = nil
            problems.append("no cgroup can be entered: \(SystemFailure.text(of: errno))")
            return true
        default: return false
        }
    }

    /// Words for the event `launched`.
    var enforced: [String] {
        var words = Self.always
        switch landlock {
        case .some: words.insert("landlock", at: 0)
        case .none: break
        }
        if view != nil { words.append("own-view") }
        if let cgroup { words.append(cgroup.name) }
        return words
    }

    var notEnforced: [String] {
        var words = problems
        if view == nil {
            words.append("an instance can see names, change modes and connect to sockets outside of its fence")
        }
        if cgroup == nil { words.append("no cgroup: memory is watched four times a second instead of limited") }
        if cgroup?.limitsProcesses != true {
            words.append(
                processLimit == 0
                    ? "the number of processes is not limited"
                    : "the number of processes is limited for the user, to \(processLimit), not for the instance"
            )
        }
        if cgroup?.limitsCores != true {
            words.append("the instance may use more than \(plan.limits.cores.count) cores")
        }
        if plan.limits.scratch != nil { words.append("the size of the scratch folder is not limited") }
        return words
    }

    /// The kernel counts processes by user, not by instance, and not at all for root. So this is a stop for fork bombs
    /// only: what the user runs now, what the instance may, and room for the user to go on working; 0 for root.
    private static func processLimit(of plan: InstancePlan) -> Int {
        guard geteuid() != 0 else { return 0 }
        return tasks(of: geteuid()) + plan.limits.processes + 4096
    }

    private static func tasks(of user: uid_t) -> Int {
        var count = 0
        for pid in ProcessTree.all() {
            var status = stat()
            // A folder has two names and one for each folder in it: here, its threads.
            guard stat("/proc/\(pid)/task", &status) == 0, status.st_uid == user else { continue }
            count += max(1, Int(status.st_nlink) - 2)
        }
        return count
    }

    /// What can be enforced on this machine.
    static func fingerprint() -> DriverFingerprint {
        let version = LandlockRuleset.kernelVersion
        var enforced = always
        var notEnforced = LandlockRuleset.gaps(version: version)
        if version > 0 { enforced.insert("landlock", at: 0) }
        let viewError = berth_view_probe()
        if viewError == 0 {
            enforced.append("own-view")
        } else {
            notEnforced.append("no own view of the file system: \(SystemFailure.text(of: viewError))")
        }
        let limits = InstanceLimits(memory: .gibibytes(1), cores: Cores(1))
        if let cgroup = InstanceCgroup.make(id: "fingerprint-\(getpid())", limits: limits) {
            enforced.append(cgroup.name)
            cgroup.remove()
        } else {
            notEnforced.append("no cgroup: memory is watched instead of limited, cores and processes are not limited")
        }
        return DriverFingerprint(enforced: enforced, notEnforced: notEnforced)
    }
}
