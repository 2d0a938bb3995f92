import BerthModel
import BerthTesting
import Testing

private let place = QuotaPlace(subscription: "s", region: "r")

private func holder(_ deployment: String, workspace: String = "w") -> ResourceHolder {
    ResourceHolder(workspace: workspace, endpoint: "e", deployment: deployment)
}

private func hold(_ revision: Int, _ deployment: String, _ size: String, _ instances: Int) throws -> QuotaHold {
    let type = try #require(InstanceType.named(size))
    return QuotaHold(
        revision: revision,
        place: place,
        holder: holder(deployment),
        family: type.family,
        cores: type.quotaCores(instances: instances)
    )
}

private func fsv2(_ cores: Int, workspace: String? = nil) -> [QuotaSubject: Cores] {
    [QuotaSubject(place: place, family: "standardFSv2Family", workspace: workspace): Cores(cores)]
}

@Suite("Quota ledger")
struct QuotaLedgerTests {
    /// Source: messages that users of the service posted: usage/limit and what was needed besides.
    @Test(
        "what the service refused is refused with the same numbers",
        arguments: [("Standard_F4s_v2", 0, 6, 8), ("Standard_F16s_v2", 0, 24, 32)]
    )
    func seen(size: String, used: Int, limit: Int, additional: Int) throws {
        var ledger = QuotaLedger(limits: fsv2(limit), holds: [])
        let wanted = try hold(1, "blue", size, 1)
        let refusal = #expect(throws: QuotaRefusal.self) { try ledger.reserve(wanted) }
        #expect(refusal?.limit == Cores(limit))
        #expect(refusal?.used == Cores(used))
        #expect(refusal?.additional == Cores(additional))
        #expect(ledger.allHolds.isEmpty)
    }

    @Test("exactly the limit is allowed, one core more is not", arguments: [8, 7])
    func edge(limit: Int) throws {
        var ledger = QuotaLedger(limits: fsv2(limit), holds: [])
        let wanted = try hold(1, "blue", "Standard_F4s_v2", 1)
        if limit >= 8 {
            try ledger.reserve(wanted)
            #expect(ledger.free(QuotaSubject(place: place, family: "STANDARDfsV2family")) == Cores(0))
        } else {
            #expect(throws: QuotaRefusal.self) { try ledger.reserve(wanted) }
        }
    }

    @Test("an update counts the larger of its two revisions, and needs only the difference")
    func update() throws {
        var ledger = QuotaLedger(limits: fsv2(12), holds: [])
        let subject = QuotaSubject(place: place, family: "standardFSv2Family")
        try ledger.reserve(try hold(1, "blue", "Standard_F4s_v2", 1))
        #expect(ledger.used(subject) == Cores(8))
        try ledger.reserve(try hold(2, "blue", "Standard_F4s_v2", 2))
        #expect(ledger.used(subject) == Cores(12))
        let third = try hold(3, "blue", "Standard_F4s_v2", 3)
        let refusal = #expect(throws: QuotaRefusal.self) { try ledger.reserve(third) }
        #expect(refusal?.additional == Cores(4))
        ledger.release(revision: 1)
        ledger.release(revision: 1)
        #expect(ledger.used(subject) == Cores(12))
        ledger.release(revision: 2)
        #expect(ledger.used(subject) == Cores(0))
    }

    @Test("a limit that was lowered takes nothing away, and gives nothing more")
    func lowered() throws {
        let first = try hold(1, "blue", "Standard_F4s_v2", 2)
        var ledger = QuotaLedger(limits: fsv2(4), holds: [first])
        #expect(ledger.free(QuotaSubject(place: place, family: first.family)) == Cores(0))
        try ledger.reserve(try hold(2, "blue", "Standard_F4s_v2", 1))
        let other = try hold(3, "green", "Standard_F2s_v2", 1)
        #expect(throws: QuotaRefusal.self) { try ledger.reserve(other) }
    }

    @Test("a workspace's own limit is asked first, then the subscription's")
    func workspace() throws {
        var ledger = QuotaLedger(limits: fsv2(100).merging(fsv2(10, workspace: "w")) { $1 }, holds: [])
        try ledger.reserve(try hold(1, "blue", "Standard_F4s_v2", 1))
        let second = try hold(2, "green", "Standard_F4s_v2", 1)
        let refusal = #expect(throws: QuotaRefusal.self) { try ledger.reserve(second) }
        #expect(refusal?.subject.workspace == "w")
        #expect(refusal?.holders == [.init(holder: holder("blue"), cores: Cores(8))])
        var elsewhere = second
        elsewhere.holder.workspace = "v"
        try ledger.reserve(elsewhere)
        #expect(ledger.used(QuotaSubject(place: place, family: nil)) == Cores(16))
    }

    @Test("graphics families have no cores until somebody gives some")
    func graphics() throws {
        var ledger = QuotaLedger(limits: [:], holds: [])
        let wanted = try hold(1, "blue", "Standard_NC4as_T4_v3", 1)
        #expect(throws: QuotaRefusal.self) { try ledger.reserve(wanted) }
        let exempt = try hold(2, "blue", "Standard_NC24ads_A100_v4", 2)
        #expect(exempt.cores == Cores(48))
    }

    @Test("all families together have a limit of their own")
    func region() throws {
        var preset = PresetLimits()
        preset.coresPerRegion = Cores(20)
        var ledger = QuotaLedger(limits: [:], holds: [], preset: preset)
        try ledger.reserve(try hold(1, "blue", "Standard_F8s_v2", 1))
        let other = try hold(2, "green", "Standard_DS3_v2", 1)
        let refusal = #expect(throws: QuotaRefusal.self) { try ledger.reserve(other) }
        #expect(refusal?.subject.family == nil)
    }

    @Test("the advice fits, and one more would not")
    func advice() throws {
        let size = try #require(InstanceType.named("Standard_F8s_v2"))
        let advice = QuotaAdvice(free: Cores(30), size: size, instances: 5)
        #expect(advice.instances == 2)
        #expect(advice.sizes == ["Standard_F4s_v2", "Standard_F2s_v2"])
        #expect(
            QuotaAdvice(free: Cores(3), size: size, instances: 1)
                == QuotaAdvice(free: Cores(0), size: size, instances: 1)
        )
    }

    @Test(
        "whatever comes, nothing is over the limit, negative, or left when all was released",
        arguments: 0..<60 as Range<UInt64>
    )
    func invariants(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let limit = Int.random(in: 0...80, using: &random)
        var ledger = QuotaLedger(limits: fsv2(limit), holds: [])
        let subject = QuotaSubject(place: place, family: "standardFSv2Family")
        var revisions: [Int] = []
        for number in 0..<200 {
            if Bool.random(using: &random) {
                let size =
                    ["Standard_F2s_v2", "Standard_F4s_v2", "Standard_F8s_v2"].randomElement(using: &random) ?? ""
                let name = ["blue", "green", "red"].randomElement(using: &random) ?? ""
                let wanted = try hold(number, name, size, Int.random(in: 1...4, using: &random))
                let before = ledger
                do {
                    try ledger.reserve(wanted)
                    revisions.append(number)
                } catch {
                    #expect(ledger == before, "seed \(seed)")
                    #expect(error.used.count + error.additional.count > error.limit.count, "seed \(seed)")
                }
            } else if let gone = revisions.randomElement(using: &random) {
                ledger.release(revision: gone)
                revisions.removeAll { $0 == gone }
            }
            #expect((0...limit).contains(ledger.used(subject).count), "seed \(seed)")
            #expect(ledger.allHolds.map(\.revision) == revisions.sorted(), "seed \(seed)")
        }
        for revision in revisions { ledger.release(revision: revision) }
        #expect(ledger.used(subject) == Cores(0), "seed \(seed)")
    }
}

@Suite("The machine's capacity")
struct MachineCapacityTests {
    private static let machine = Machine(cores: Cores(4), memory: .gibibytes(8))

    private func hold(_ revision: Int, _ size: String, instances: Int = 1) throws -> CapacityHold {
        let share = Self.machine.share(of: InstanceType.named(size))
        return CapacityHold(
            revision: revision,
            holder: holder("d\(revision)"),
            instances: instances,
            cores: share.cores,
            memory: share.memory
        )
    }

    @Test(
        "a size larger than the machine is clipped, a smaller one is not",
        arguments: [
            ("Standard_DS3_v2", 4, 8.0, true), ("Standard_F2s_v2", 2, 4.0, false), ("Standard_F4s_v2", 4, 8.0, false),
            ("Standard_F72s_v2", 4, 8.0, true), ("Standard_DS1_v2", 1, 3.5, false),
        ]
    )
    func clips(size: String, cores: Int, memory: Double, isClipped: Bool) throws {
        let share = Self.machine.share(of: InstanceType.named(size))
        #expect(share == InstanceShare(cores: Cores(cores), memory: .gibibytes(memory), isClipped: isClipped))
    }

    @Test(
        "sixteen instances of any size have room, as declared; the next one has not",
        arguments: InstanceType.all.map(\.name)
    )
    func overcommit(size: String) throws {
        var capacity = MachineCapacity(machine: Self.machine)
        for number in 0..<16 { try capacity.place(try hold(number, size)) }
        guard try #require(InstanceType.named(size)).memory >= Self.machine.memory else { return }
        let next = try hold(16, size)
        let refusal = #expect(throws: CapacityRefusal.self) { try capacity.place(next) }
        #expect(refusal?.isHopeless == false)
        #expect(refusal?.fittingInstances == 0)
    }

    @Test("old and new revision of a deployment both have room; placing one again changes nothing")
    func both() throws {
        var capacity = MachineCapacity(machine: Self.machine, overcommit: Overcommit(cores: 1, memory: 1))
        try capacity.place(try hold(1, "Standard_F2s_v2"))
        try capacity.place(try hold(2, "Standard_F2s_v2"))
        try capacity.place(try hold(2, "Standard_F2s_v2"))
        #expect(capacity.freeMemory == Bytes(0))
        let third = try hold(3, "Standard_DS1_v2")
        let refusal = #expect(throws: CapacityRefusal.self) { try capacity.place(third) }
        #expect(refusal?.holders.map(\.revision) == [1, 2])
        #expect(refusal?.lacksMemory == true)
        capacity.release(revision: 1)
        try capacity.place(third)
    }

    @Test("more than the empty machine has is hopeless; what fits is named")
    func hopeless() throws {
        var capacity = MachineCapacity(machine: Self.machine, overcommit: Overcommit(cores: 1, memory: 1))
        let wanted = try hold(1, "Standard_DS3_v2", instances: 3)
        let refusal = try #require(#expect(throws: CapacityRefusal.self) { try capacity.place(wanted) })
        #expect(refusal.isHopeless)
        #expect(refusal.fittingInstances == 1)
        #expect(refusal.fittingSizes(on: Self.machine) == [])
        #expect(
            CapacityRefusal(
                wanted: try hold(1, "Standard_DS3_v2"),
                freeCores: Cores(2),
                freeMemory: .gibibytes(4),
                allCores: Cores(4),
                allMemory: .gibibytes(8),
                holders: []
            ).fittingSizes(on: Self.machine) == ["Standard_F2s_v2", "Standard_DS1_v2"]
        )
    }
}
