import BerthModel
import Testing

@Suite("Instance types")
struct InstanceTypeTests {
    @Test("a size is found without regard to case")
    func named() throws {
        let size = try #require(InstanceType.named("STANDARD_ds3_V2"))
        #expect(size.name == "Standard_DS3_v2")
        #expect(size.family == "standardDSv2Family")
        #expect(size.cores == Cores(4))
        #expect(size.memory == .gibibytes(14))
        #expect(size.temporaryDisk == .gibibytes(28))
        #expect(size.gpus == nil)
        #expect(InstanceType.named("Standard_DS3") == nil)
    }

    @Test("the table is whole: 85 sizes, each with its own name")
    func table() {
        #expect(InstanceType.all.count == 85)
        #expect(Set(InstanceType.all.map { $0.name.lowercased() }).count == 85)
        #expect(InstanceType.all.allSatisfy { $0.cores.count > 0 && $0.memory.count > 0 })
        #expect(InstanceType.named(InstanceType.defaultName) != nil)
        #expect(InstanceType.named(InstanceType.recommendedName) != nil)
        #expect(InstanceType.all.filter(\.isExemptFromReserve).count == 10)
        #expect(InstanceType.named("Standard_NV6ads_A10_v5")?.gpus?.sharedBy == 6)
        #expect(InstanceType.named("Standard_L16s_v2")?.extraDisks == "2x1.92 TB NVMe")
    }

    @Test(
        "quota is a fifth more than the instances, rounded up",
        arguments: [
            ("Standard_F4s_v2", 1, 8), ("Standard_F16s_v2", 1, 32), ("Standard_F4s_v2", 5, 24),
            ("Standard_DS3_v2", 10, 48), ("Standard_DS3_v2", 0, 0), ("Standard_NC24ads_A100_v4", 2, 48),
        ]
    )
    func quota(name: String, instances: Int, cores: Int) {
        #expect(InstanceType.named(name)?.quotaCores(instances: instances) == Cores(cores))
    }
}
