/// A size of machine that instances are given: a SKU.
///
/// Source: the service's SKU list for managed online endpoints.
package struct InstanceType: Hashable, Sendable {
    /// A share of graphics processors.
    package struct GPUs: Hashable, Sendable {
        package var count: Int
        /// How many instances share them: 6 for a sixth of one.
        package var sharedBy: Int = 1
        package var memory: Bytes
    }

    package var name: String
    /// What quota is counted by.
    package var family: String
    package var cores: Cores
    package var memory: Bytes
    package var temporaryDisk: Bytes
    /// Further local disks, in words: `2x960 GB NVMe`.
    package var extraDisks: String?
    package var gpus: GPUs?
    /// Whether no reserve of 20 % is asked for updates.
    package var isExemptFromReserve: Bool

    /// What an unspecified size stands for.
    package static let defaultName = "Standard_F4s_v2"
    /// The recommended minimum for general use.
    package static let recommendedName = "Standard_DS3_v2"

    /// The size of this name, without regard to case; nil where there is none.
    package static func named(_ name: String) -> InstanceType? {
        let wanted = name.lowercased()
        return all.first { $0.name.lowercased() == wanted }
    }

    /// Whether the size is smaller than what a conda environment and a model usually need, so that a warning is due.
    package var isVerySmall: Bool {
        ["standard_ds1_v2", "standard_ds2_v2"].contains(name.lowercased())
    }

    /// Instances that quota is reserved for: a fifth more than `instances`, rounded up, as updates start new ones
    /// beside the old; exactly `instances` for exempt sizes.
    package func reservedInstances(_ instances: Int) -> Int {
        // In whole numbers: 1.2 × 5 is 6, not 6.000000000000001.
        isExemptFromReserve ? instances : (instances * 6 + 4) / 5
    }

    /// Cores of quota that `instances` of this size need: `ceil(1.2 × instances) × cores`.
    package func quotaCores(instances: Int) -> Cores {
        Cores(reservedInstances(instances) * cores.count)
    }
}
