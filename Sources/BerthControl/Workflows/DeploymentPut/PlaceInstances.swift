import BerthAPI
import BerthDiagnostics
import BerthModel
import BerthStore

/// Owns `ERR_1101`: gives the instances room on this machine. Where there is none now, and the user asked for it, waits
/// in a queue until there is.
struct PlaceInstances: Sendable {
    /// The property that asks for waiting.
    static let waitProperty = "berth.wait_for_capacity"

    let put: DeploymentPut
    let queue: CapacityQueue

    func run() async throws(Diagnostic) {
        let spec = put.spec
        let share = put.world.machine.share(of: spec.instanceType.flatMap(InstanceType.named))
        let hold = CapacityHold(
            revision: put.revision.number,
            holder: QuotaPlaces.holder(put.revision.key),
            instances: spec.instanceCount,
            cores: share.cores,
            memory: share.memory
        )
        let waits = spec.properties[Self.waitProperty] == "true"
        guard let refusal = try await self.refusal(of: hold) else { return }
        guard waits, !refusal.isHopeless else { throw words(refusal) }
        await put.progress(.init(step: "waiting for room on this machine", detail: summary(refusal)))
        guard
            try await queue.wait(
                for: hold.revision,
                { () async throws(Diagnostic) in
                    try await self.refusal(of: hold) == nil
                }
            )
        else { throw Diagnostic(.operationCanceled, nil, "the wait for room was ended") }
    }

    /// nil: the instances have their room now.
    private func refusal(of hold: CapacityHold) async throws(Diagnostic) -> CapacityRefusal? {
        let (machine, overcommit) = (put.world.machine, put.world.settings.overcommit)
        return try await put.world.store.write { transaction -> CapacityRefusal? in
            var capacity = MachineCapacity(
                machine: machine,
                overcommit: overcommit,
                holds: try transaction.capacityHolds()
            )
            do throws(CapacityRefusal) {
                try capacity.place(hold)
            } catch { return error }
            try transaction.save(hold)
            return nil
        }
    }

    // MARK: Words

    private func summary(_ refusal: CapacityRefusal) -> String {
        var lacks: [String] = []
        if refusal.lacksMemory {
            lacks.append("\(refusal.wanted.totalMemory.text) of memory wanted, \(refusal.freeMemory.text) free")
        }
        if refusal.lacksCores {
            lacks.append("\(refusal.wanted.totalCores.count) cores wanted, \(refusal.freeCores.count) free")
        }
        return lacks.joined(separator: "; ")
    }

    private func words(_ refusal: CapacityRefusal) -> Diagnostic {
        let spec = put.spec
        let (machine, overcommit) = (put.world.machine, put.world.settings.overcommit)
        let count = spec.instanceCount
        var evidence = [
            Evidence(
                "capacity",
                "\(machine.cores.count) cores × \(overcommit.cores) and \(machine.memory.text) × \(overcommit.memory) may be"
                    + " given out; \(refusal.freeCores.count) cores and \(refusal.freeMemory.text) are free"
            )
        ]
        evidence += refusal.holders.prefix(5).map { hold in
            Evidence(
                "holder",
                "\(hold.holder.text): \(hold.instances) × (\(hold.cores.count) cores, \(hold.memory.text))"
            )
        }
        return Diagnostic(
            .outOfCapacity,
            refusal.isHopeless ? .resourceRequestTooLarge : .podUnschedulable,
            "this machine has no room for \(count == 1 ? "the instance" : "\(count) instances") of `\(spec.name)`"
                + " (\(spec.instanceType ?? InstanceType.defaultName)): \(summary(refusal))",
            evidence: evidence,
            help: help(refusal)
        )
    }

    private func help(_ refusal: CapacityRefusal) -> [String] {
        var help: [String] = []
        if refusal.fittingInstances > 0 { help.append("what fits: instance_count \(refusal.fittingInstances)") }
        let sizes = refusal.fittingSizes(on: put.world.machine)
        if !sizes.isEmpty { help.append("sizes that fit: \(sizes.prefix(5).joined(separator: ", "))") }
        if let largest = refusal.holders.first {
            help.append(
                "delete a deployment that is not used, for example:"
                    + " berth online-deployment delete -n \(largest.holder.deployment) -e \(largest.holder.endpoint) --yes"
            )
        }
        if !refusal.isHopeless { help.append("or wait until there is room: run the command with --wait-for-capacity") }
        return help.isEmpty ? ["choose a smaller `instance_type`, or fewer instances"] : help
    }
}
