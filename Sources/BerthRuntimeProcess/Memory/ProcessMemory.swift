import Glibc

/// The memory of one process.
struct ProcessMemory: Hashable {
    /// Pages in memory, and how many of these may be shared with other processes, in bytes.
    var resident: Int
    var shared: Int

    /// From the text of `/proc/<pid>/statm`: `size resident shared text lib data dt`, in pages.
    init?(statm: some StringProtocol, pageBytes: Int) {
        let fields = statm.split(separator: " ")
        guard fields.count >= 3, let resident = Int(fields[1]), let shared = Int(fields[2]) else { return nil }
        self.resident = resident * pageBytes
        self.shared = shared * pageBytes
    }

    /// The proportional share of the text of `/proc/<pid>/smaps_rollup`, in bytes.
    static func proportional(rollup: some StringProtocol) -> Int? {
        for line in rollup.split(separator: "\n") where line.hasPrefix("Pss:") {
            let fields = line.split(separator: " ")
            return fields.count >= 2 ? Int(fields[1]).map { $0 * 1024 } : nil
        }
        return nil
    }
}

/// The memory of all processes of an instance.
enum InstanceMemory {
    private static let pageBytes = Int(sysconf(CInt(_SC_PAGESIZE)))

    /// Resident bytes of `pids` together.
    ///
    /// First the cheap number: each process's own pages, and the largest shared part once. Pages that workers share since
    /// they were forked are counted several times in it; so above `exactFrom`, the kernel is asked for the exact shares,
    /// which costs it a walk over all pages.
    static func resident(of pids: [Int], exactFrom: Int) -> Int {
        var own = 0
        var shared = 0
        for pid in pids {
            guard let text = ProcFile.text("/proc/\(pid)/statm"),
                let memory = ProcessMemory(statm: text, pageBytes: pageBytes)
            else { continue }
            own += max(0, memory.resident - memory.shared)
            shared = max(shared, memory.shared)
        }
        let estimate = own + shared
        guard estimate >= exactFrom, pids.count > 1 else { return estimate }
        var exact = 0
        for pid in pids {
            guard let text = ProcFile.text("/proc/\(pid)/smaps_rollup") else { continue }
            // Empty for a process that has just ended; unreadable ones keep the estimate.
            guard let share = ProcessMemory.proportional(rollup: text) else { continue }
            exact += share
        }
        return exact > 0 ? min(exact, estimate) : estimate
    }
}
