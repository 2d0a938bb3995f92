import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

extension Cause {
    /// The memory limit, by our own hand or by the kernel's counter; nothing else is called out of memory.
    static let outOfMemory = Cause(
        "out-of-memory",
        .exact,
        .died { death, facts in
            guard case .outOfMemory(let byUs) = death.ending else { return nil }
            let limit = facts.memoryLimit
            let used = facts.memoryUsed
            let workers = facts.workerCount
            var message = "the instance needs more memory than its limit of \(limit.text)"
            if let used, used > limit {
                message = "the instance used \(used.text) of memory, more than its limit of \(limit.text),"
            }
            message += " while \(death.phase.text)"
            if workers > 1 { message += " in \(workers) workers" }
            message += byUs ? ", and was ended" : ", and the kernel ended a process of it"
            let fewer =
                workers > 1 ? facts.update(setting: "environment_variables.WORKER_COUNT=\(max(1, workers / 2))") : nil
            return Finding(
                .podOutOfMemory,
                message,
                evidence: facts.memoryEvidence,
                help: [
                    fewer.map { "run fewer workers, each holds the model: \($0)" },
                    "choose an `instance_type` with more memory than \((used ?? limit).text) in the deployment file, then run: \(facts.updateCommand)",
                ]
            )
        }
    )

    /// An allocation that was refused, as an exception.
    static let allocationRefused = Cause(
        "allocation-refused",
        .exact,
        .raised { error, facts in
            guard
                let found = error.first(where: {
                    $0.is("MemoryError", "ArrayMemoryError", "_ArrayMemoryError") || $0.says("Unable to allocate")
                        || $0.says("not enough memory") || $0.says("std::bad_alloc")
                })
            else { return nil }
            let place = facts.place(error.userFrame)
            let size = found.message.between("Unable to allocate ", " for").map { " of \($0)" } ?? ""
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) asks for memory\(size) that the instance cannot have (its limit is \(facts.memoryLimit.text))\(error.phase.suffix)",
                at: place,
                evidence: facts.logged(found),
                help: [
                    facts.then(
                        "load less at once in \(facts.subject(place)), or choose an `instance_type` with more memory"
                    )
                ]
            )
        }
    )
}

extension Facts {
    private var memoryEvent: JSON? { (lastEvent(.memoryLimitExceeded) ?? lastEvent(.memory))?.body }
    var memoryLimit: Bytes { memoryEvent?["limitBytes"]?.intValue.map { Bytes($0) } ?? evidence.limits.memory }

    /// The most that was seen.
    var memoryUsed: Bytes? {
        let seen = [memoryEvent?["residentBytes"]?.intValue, evidence.exit?.peakResident?.count].compactMap(\.self)
        return seen.max().map { Bytes($0) }
    }

    fileprivate var memoryEvidence: [Evidence] {
        var found: [Evidence] = []
        if let used = memoryUsed {
            found.append(Evidence("memory", "\(used.text) resident, limit \(memoryLimit.text)"))
        }
        let kills = max(
            evidence.exit?.oomKills ?? 0,
            events(.workerExited).compactMap { $0.body["oomKills"]?.intValue }.max() ?? 0
        )
        if kills > 0 { found.append(Evidence("kernel", "\(kills) process(es) killed for memory (oom_kill)")) }
        if workerCount > 1 { found.append(Evidence("spec", "WORKER_COUNT is \(workerCount)")) }
        return found
    }
}
