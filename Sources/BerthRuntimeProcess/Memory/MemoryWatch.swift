/// The rule of the memory limit: what to say and do about a measurement.
struct MemoryWatch: Hashable {
    enum Action: Hashable {
        case nothing
        /// A new peak, a tenth of the limit or more above the last that was told.
        case report
        case kill
    }

    let limitBytes: Int
    /// False where the kernel enforces the limit.
    let kills: Bool
    private(set) var peakBytes = 0
    private var toldTenths = 0

    init(limitBytes: Int, kills: Bool) {
        self.limitBytes = limitBytes
        self.kills = kills
    }

    /// From here on, measuring must be exact, and frequent.
    var nearBytes: Int { Int(Double(limitBytes) * LaunchSettings.nearLimit) }
    private(set) var isNear = false

    mutating func measured(_ bytes: Int) -> Action {
        peakBytes = max(peakBytes, bytes)
        isNear = bytes >= nearBytes
        if kills, bytes > limitBytes { return .kill }
        let tenths = peakBytes * 10 / max(1, limitBytes)
        guard tenths > toldTenths else { return .nothing }
        toldTenths = tenths
        return .report
    }
}
