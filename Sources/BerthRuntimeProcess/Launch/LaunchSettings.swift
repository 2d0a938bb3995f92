/// Bounds and times of `berth launch`, in one place.
enum LaunchSettings {
    /// Between two looks at the memory of an instance that is far from its limit, and near it.
    static let memoryPeriod = 0.25
    static let memoryPeriodNearLimit = 0.05
    /// Share of the limit from which an instance is near it.
    static let nearLimit = 0.6
    /// Grace of a stop that names none, as when launch itself gets SIGTERM.
    static let standardGraceSeconds = 30.0
    static let maxGraceSeconds = 3600.0
    /// How long killed processes may take to go, and how often is looked meanwhile.
    static let endingSeconds = 10.0
    static let endingPeriod = 0.01
    static let killAgainSeconds = 0.25
    /// How long readers of events may take to fetch the last ones.
    static let flushSeconds = 2.0
    /// Readers at the same time.
    static let maxClients = 32
    /// A command line from a reader.
    static let maxCommandBytes = 4096
    /// Of `events.jsonl`: above the first, events that repeat are dropped; above the second, all of the instance's.
    static let eventBytesForRepeated = 4_194_304
    static let eventBytesForAll = 8_388_608
    /// Kept in memory when the disk is full.
    static let eventBytesInMemory = 262_144
    /// Read at once from the instance's output.
    static let outputBlockBytes = 65_536
}
