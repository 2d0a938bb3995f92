/// This machine, as far as instances share it.
package struct Machine: Hashable, Sendable {
    package var cores: Cores
    package var memory: Bytes

    package init(cores: Cores, memory: Bytes) {
        self.cores = cores
        self.memory = memory
    }

    /// What one instance of `type` gets: the size, clipped to what there is; everything where no size is named.
    package func share(of type: InstanceType?) -> InstanceShare {
        guard let type else { return InstanceShare(cores: cores, memory: memory, isClipped: false) }
        return InstanceShare(
            cores: min(type.cores, cores),
            memory: min(type.memory, memory),
            isClipped: type.cores > cores || type.memory > memory
        )
    }
}

/// What one instance may use of the machine.
package struct InstanceShare: Hashable, Sendable {
    package var cores: Cores
    package var memory: Bytes
    /// The size is larger than the machine.
    package var isClipped: Bool

    package init(cores: Cores, memory: Bytes, isClipped: Bool) {
        self.cores = cores
        self.memory = memory
        self.isClipped = isClipped
    }
}

/// How often the machine's cores and memory may be given out: most instances are idle most of the time.
package struct Overcommit: Hashable, Sendable {
    /// At least 1.
    package var cores: Int
    /// At least 1.
    package var memory: Int

    /// The default lets sixteen instances as large as the machine stand side by side.
    package init(cores: Int = 16, memory: Int = 16) {
        self.cores = max(1, cores)
        self.memory = max(1, memory)
    }
}

/// Room on the machine that the instances of one revision have.
package struct CapacityHold: Hashable, Sendable {
    package var revision: Int
    package var holder: ResourceHolder
    package var instances: Int
    /// Of each instance.
    package var cores: Cores
    /// Of each instance.
    package var memory: Bytes

    package init(revision: Int, holder: ResourceHolder, instances: Int, cores: Cores, memory: Bytes) {
        self.revision = revision
        self.holder = holder
        self.instances = instances
        self.cores = cores
        self.memory = memory
    }

    package var totalCores: Cores { Cores(cores.count * instances) }
    package var totalMemory: Bytes { Bytes(memory.count * instances) }
}

/// Why instances were not placed.
package struct CapacityRefusal: Error, Hashable, Sendable {
    package var wanted: CapacityHold
    package var freeCores: Cores
    package var freeMemory: Bytes
    package var allCores: Cores
    package var allMemory: Bytes
    /// Who has room, the largest in memory first.
    package var holders: [CapacityHold]

    package init(
        wanted: CapacityHold,
        freeCores: Cores,
        freeMemory: Bytes,
        allCores: Cores,
        allMemory: Bytes,
        holders: [CapacityHold]
    ) {
        self.wanted = wanted
        self.freeCores = freeCores
        self.freeMemory = freeMemory
        self.allCores = allCores
        self.allMemory = allMemory
        self.holders = holders
    }

    /// More than the machine has when it is empty: waiting would never end.
    package var isHopeless: Bool { wanted.totalCores > allCores || wanted.totalMemory > allMemory }
    package var lacksCores: Bool { wanted.totalCores > freeCores }
    package var lacksMemory: Bool { wanted.totalMemory > freeMemory }

    /// The most instances of the wanted share for which there is room; fewer than wanted.
    package var fittingInstances: Int {
        let byCores = wanted.cores.count == 0 ? wanted.instances : freeCores.count / wanted.cores.count
        let byMemory = wanted.memory.count == 0 ? wanted.instances : freeMemory.count / wanted.memory.count
        return max(0, min(byCores, byMemory))
    }

    /// Sizes without graphics processors that fit with as many instances, the largest first.
    package func fittingSizes(on machine: Machine) -> [String] {
        InstanceType.all
            .filter { $0.gpus == nil }
            .filter { size in
                let share = machine.share(of: size)
                return !share.isClipped && share.cores.count * wanted.instances <= freeCores.count
                    && share.memory.count * wanted.instances <= freeMemory.count
            }
            .sorted { ($1.cores, $1.memory, $0.name) < ($0.cores, $0.memory, $1.name) }
            .map(\.name)
    }
}

/// Which instances have room on the machine. Unlike quota, it counts every revision that runs: during an update the old
/// and the new one stand side by side.
package struct MachineCapacity: Hashable, Sendable {
    package let machine: Machine
    package let overcommit: Overcommit
    private var holds: [Int: CapacityHold]

    package init(machine: Machine, overcommit: Overcommit = Overcommit(), holds: [CapacityHold] = []) {
        self.machine = machine
        self.overcommit = overcommit
        self.holds = Dictionary(holds.map { ($0.revision, $0) }, uniquingKeysWith: { _, last in last })
    }

    package var allHolds: [CapacityHold] { holds.values.sorted { $0.revision < $1.revision } }
    /// What may be given out.
    package var allCores: Cores { Cores(machine.cores.count * overcommit.cores) }
    package var allMemory: Bytes { Bytes(machine.memory.count * overcommit.memory) }
    package var freeCores: Cores { Cores(max(0, allCores.count - holds.values.reduce(0) { $0 + $1.totalCores.count })) }
    package var freeMemory: Bytes {
        Bytes(max(0, allMemory.count - holds.values.reduce(0) { $0 + $1.totalMemory.count }))
    }

    /// Gives room to a revision's instances; may be called again. Nothing changes where it throws.
    package mutating func place(_ hold: CapacityHold) throws(CapacityRefusal) {
        var others = self
        others.holds[hold.revision] = nil
        guard hold.totalCores <= others.freeCores, hold.totalMemory <= others.freeMemory else {
            throw CapacityRefusal(
                wanted: hold,
                freeCores: others.freeCores,
                freeMemory: others.freeMemory,
                allCores: allCores,
                allMemory: allMemory,
                holders: others.allHolds.sorted { ($1.totalMemory, $0.holder) < ($0.totalMemory, $1.holder) }
            )
        }
        holds[hold.revision] = hold
    }

    package mutating func release(revision: Int) { holds[revision] = nil }
}
