extension InstanceType {
    /// Every size that is known, family by family.
    package static let all: [InstanceType] = generalPurpose + memoryAndCompute + storage + graphics

    private static let generalPurpose: [InstanceType] = [
        size("DS1_v2", "standardDSv2Family", 1, 3.5, 7),
        size("DS2_v2", "standardDSv2Family", 2, 7, 14),
        size("DS3_v2", "standardDSv2Family", 4, 14, 28),
        size("DS4_v2", "standardDSv2Family", 8, 28, 56),
        size("DS5_v2", "standardDSv2Family", 16, 56, 112),
        size("D2as_v4", "standardDASv4Family", 2, 8, 16),
        size("D4as_v4", "standardDASv4Family", 4, 16, 32),
        size("D8as_v4", "standardDASv4Family", 8, 32, 64),
        size("D16as_v4", "standardDASv4Family", 16, 64, 128),
        size("D32as_v4", "standardDASv4Family", 32, 128, 256),
        size("D48as_v4", "standardDASv4Family", 48, 192, 384),
        size("D64as_v4", "standardDASv4Family", 64, 256, 512),
        size("D96as_v4", "standardDASv4Family", 96, 384, 768),
        size("D2a_v4", "standardDAv4Family", 2, 8, 50),
        size("D4a_v4", "standardDAv4Family", 4, 16, 100),
        size("D8a_v4", "standardDAv4Family", 8, 32, 200),
        size("D16a_v4", "standardDAv4Family", 16, 64, 400),
        size("D32a_v4", "standardDAv4Family", 32, 128, 800),
        size("D48a_v4", "standardDAv4Family", 48, 192, 1200),
        size("D64a_v4", "standardDAv4Family", 64, 256, 1600),
        size("D96a_v4", "standardDAv4Family", 96, 384, 2400),
    ]

    private static let memoryAndCompute: [InstanceType] = [
        size("E2s_v3", "standardESv3Family", 2, 16, 32),
        size("E4s_v3", "standardESv3Family", 4, 32, 64),
        size("E8s_v3", "standardESv3Family", 8, 64, 128),
        size("E16s_v3", "standardESv3Family", 16, 128, 256),
        size("E32s_v3", "standardESv3Family", 32, 256, 512),
        size("E48s_v3", "standardESv3Family", 48, 384, 768),
        size("E64s_v3", "standardESv3Family", 64, 432, 864),
        size("F2s_v2", "standardFSv2Family", 2, 4, 16),
        size("F4s_v2", "standardFSv2Family", 4, 8, 32),
        size("F8s_v2", "standardFSv2Family", 8, 16, 64),
        size("F16s_v2", "standardFSv2Family", 16, 32, 128),
        size("F32s_v2", "standardFSv2Family", 32, 64, 256),
        size("F48s_v2", "standardFSv2Family", 48, 96, 384),
        size("F64s_v2", "standardFSv2Family", 64, 128, 512),
        size("F72s_v2", "standardFSv2Family", 72, 144, 576),
        size("FX4mds", "standardFXMDVSFamily", 4, 84, 168),
        size("FX12mds", "standardFXMDVSFamily", 12, 252, 504),
        size("FX24mds", "standardFXMDVSFamily", 24, 504, 1008),
        size("FX36mds", "standardFXMDVSFamily", 36, 756, 1512),
        size("FX48mds", "standardFXMDVSFamily", 48, 1008, 2016),
    ]

    private static let storage: [InstanceType] = [
        size("L8s_v2", "standardLSv2Family", 8, 64, 80, extra: "1x1.92 TB NVMe"),
        size("L16s_v2", "standardLSv2Family", 16, 128, 160, extra: "2x1.92 TB NVMe"),
        size("L32s_v2", "standardLSv2Family", 32, 256, 320, extra: "4x1.92 TB NVMe"),
        size("L48s_v2", "standardLSv2Family", 48, 384, 480, extra: "6x1.92 TB NVMe"),
        size("L64s_v2", "standardLSv2Family", 64, 512, 640, extra: "8x1.92 TB NVMe"),
        size("L80s_v2", "standardLSv2Family", 80, 640, 800, extra: "10 x1.92 TB NVMe"),
        size("L8s_v3", "standardLSv3Family", 8, 64, 80),
        size("L16s_v3", "standardLSv3Family", 16, 128, 160),
        size("L32s_v3", "standardLSv3Family", 32, 256, 320),
        size("L48s_v3", "standardLSv3Family", 48, 384, 480),
        size("L64s_v3", "standardLSv3Family", 64, 512, 640),
        size("L80s_v3", "standardLSv3Family", 80, 640, 800),
        size("L8as_v3", "standardLASv3Family", 8, 64, 80),
        size("L16as_v3", "standardLASv3Family", 16, 128, 160),
        size("L32as_v3", "standardLASv3Family", 32, 256, 320),
        size("L48as_v3", "standardLASv3Family", 48, 384, 480),
        size("L64as_v3", "standardLASv3Family", 64, 512, 640),
        size("L80as_v3", "standardLASv3Family", 80, 640, 800),
    ]

    private static let graphics: [InstanceType] = [
        size("NC4as_T4_v3", "standard NCASv3_T4 Family", 4, 28, 180, gpus: 1, gpuMemory: 16),
        size("NC8as_T4_v3", "standard NCASv3_T4 Family", 8, 56, 360, gpus: 1, gpuMemory: 16),
        size("NC16as_T4_v3", "standard NCASv3_T4 Family", 16, 110, 360, gpus: 1, gpuMemory: 16),
        size("NC64as_T4_v3", "standard NCASv3_T4 Family", 64, 440, 2880, gpus: 4, gpuMemory: 64),
        size("NC6s_v2", "standardNCSv2Family", 6, 112, 736, gpus: 1, gpuMemory: 16),
        size("NC12s_v2", "standardNCSv2Family", 12, 224, 1474, gpus: 2, gpuMemory: 32),
        size("NC24s_v2", "standardNCSv2Family", 24, 448, 2948, gpus: 4, gpuMemory: 64),
        size("NC6s_v3", "standardNCSv3Family", 6, 112, 736, gpus: 1, gpuMemory: 16),
        size("NC12s_v3", "standardNCSv3Family", 12, 224, 1474, gpus: 2, gpuMemory: 32),
        size("NC24s_v3", "standardNCSv3Family", 24, 448, 2948, gpus: 4, gpuMemory: 64),
        size(
            "NC24ads_A100_v4",
            "standardNCADSA100v4Family",
            24,
            220,
            64,
            extra: "960 GB NVMe",
            gpus: 1,
            gpuMemory: 80,
            exempt: true
        ),
        size(
            "NC48ads_A100_v4",
            "standardNCADSA100v4Family",
            48,
            440,
            128,
            extra: "2x960 GB NVMe",
            gpus: 2,
            gpuMemory: 160,
            exempt: true
        ),
        size(
            "NC96ads_A100_v4",
            "standardNCADSA100v4Family",
            96,
            880,
            256,
            extra: "4x960 GB NVMe",
            gpus: 4,
            gpuMemory: 320,
            exempt: true
        ),
        size("NC40ads_H100_v5", "standardNCADSH100v5Family", 40, 320, 3576, gpus: 1, gpuMemory: 94, exempt: true),
        size("NC80adis_H100_v5", "standardNCADSH100v5Family", 80, 640, 7152, gpus: 2, gpuMemory: 188, exempt: true),
        size("ND40rs_v2", "standardNDSv2Family", 40, 672, 2948, gpus: 8, gpuMemory: 256, exempt: true),
        size("ND96asr_v4", "standard NDASv4_A100 Family", 96, 900, 6000, gpus: 8, gpuMemory: 320, exempt: true),
        size("ND96amsr_A100_v4", "standard NDAMSv4_A100Family", 96, 1900, 6400, gpus: 8, gpuMemory: 640, exempt: true),
        size("ND96is_H100_v5", "standardNDv5H100Family", 96, 1900, 28000, gpus: 8, gpuMemory: 640, exempt: true),
        size("ND96isr_H100_v5", "standardNDv5H100Family", 96, 1900, 28000, gpus: 8, gpuMemory: 640, exempt: true),
        size("NV6ads_A10_v5", "standardNVADSA10v5Family", 6, 55, 180, gpus: 1, sharedBy: 6, gpuMemory: 4),
        size("NV12ads_A10_v5", "standardNVADSA10v5Family", 12, 110, 360, gpus: 1, sharedBy: 3, gpuMemory: 8),
        size("NV18ads_A10_v5", "standardNVADSA10v5Family", 18, 220, 720, gpus: 1, sharedBy: 2, gpuMemory: 12),
        size("NV36ads_A10_v5", "standardNVADSA10v5Family", 36, 440, 720, gpus: 1, gpuMemory: 24),
        size("NV36adms_A10_v5", "standardNVADSA10v5Family", 36, 880, 720, gpus: 1, gpuMemory: 24),
        size("NV72ads_A10_v5", "standardNVADSA10v5Family", 72, 880, 1400, gpus: 2, gpuMemory: 48),
    ]

    /// Memory and disk in GiB.
    private static func size(
        _ name: String,
        _ family: String,
        _ cores: Int,
        _ memory: Double,
        _ disk: Double,
        extra: String? = nil,
        gpus: Int = 0,
        sharedBy: Int = 1,
        gpuMemory: Double = 0,
        exempt: Bool = false
    ) -> InstanceType {
        InstanceType(
            name: "Standard_\(name)",
            family: family,
            cores: Cores(cores),
            memory: .gibibytes(memory),
            temporaryDisk: .gibibytes(disk),
            extraDisks: extra,
            gpus: gpus == 0 ? nil : GPUs(count: gpus, sharedBy: sharedBy, memory: .gibibytes(gpuMemory)),
            isExemptFromReserve: exempt
        )
    }
}
