import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

extension Cause {
    /// Memory that grows from request to request until it is used up.
    static let memoryGrowth = Cause(
        "memory-growth",
        .found,
        .died { death, facts in
            guard case .outOfMemory(let byUs) = death.ending, let ready = facts.lastEvent(.ready),
                let atReady = ready.body["residentBytes"]?.intValue, let used = facts.memoryUsed?.count,
                death.phase == .serving || death.phase == .run, used > atReady * 2
            else { return nil }
            let growth = facts.events(.memory).filter { $0.at > ready.at }.count
            return Finding(
                .podOutOfMemory,
                "the instance grew from \(Bytes(atReady).text) to \(Bytes(used).text) of memory while it answered requests, "
                    + "over its limit of \(facts.memoryLimit.text), and \(byUs ? "was ended" : "the kernel ended a process of it")",
                evidence: [Evidence("memory", "\(growth) new peaks since it was ready")],
                help: [
                    facts.then(
                        "look in run() for what is kept between requests (lists, caches, gradients), and drop it"
                    ),
                    "or choose an `instance_type` with more memory",
                ]
            )
        }
    )
}
