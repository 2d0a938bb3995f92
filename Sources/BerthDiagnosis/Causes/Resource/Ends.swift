import BerthDiagnostics
import BerthModel
import BerthRuntime

extension Cause {
    static let outOfMemory = Cause(
        "out-of-memory",
        .exact,
        .died { death, facts in
            guard case .outOfMemory(let byUs) = death.ending else { return nil }
            let limit = facts.evidence.limits.memory
            let peak = facts.evidence.exit?.peakResident
            let used = peak.map { "used \($0.text) of its \(limit.text)" } ?? "exceeded its \(limit.text)"
            return Finding(
                .podOutOfMemory,
                "the instance \(used) of memory while \(death.phase.text) and was ended \(byUs ? "at the limit" : "by the kernel")"
            )
        }
    )

    static let killed = Cause(
        "killed-from-outside",
        .kind,
        .died { death, _ in
            guard case .signaled(let signal) = death.ending, signal == 9 || signal == 15 else { return nil }
            return Finding(
                .workerKilled,
                "a process was ended from outside with signal \(signal) while \(death.phase.text)"
            )
        }
    )

    static let crashed = Cause(
        "crashed",
        .general,
        .died { death, _ in
            guard case .signaled(let signal) = death.ending else { return nil }
            return Finding(.workerCrashed, "a process crashed with signal \(signal) while \(death.phase.text)")
        }
    )

    static let exited = Cause(
        "exited",
        .general,
        .died { death, _ in
            guard case .exited(let status) = death.ending else { return nil }
            return Finding(.workerExited, "a process ended itself with status \(status) while \(death.phase.text)")
        }
    )

    static let lost = Cause(
        "lost",
        .general,
        .died { death, _ in
            guard death.ending == .lost else { return nil }
            return Finding(
                .workerKilled,
                "nothing of the instance runs any more, and nobody was left to say how it ended"
            )
        }
    )
}
