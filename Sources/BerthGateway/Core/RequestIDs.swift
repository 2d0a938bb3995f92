import CBerthPlatform

/// Random identifiers in the form of a GUID (version 4). Not secret: they name a request in logs.
struct RequestIDs {
    private var state: (UInt64, UInt64)

    init(seed: (UInt64, UInt64)) { state = (seed.0 | 1, seed.1) }

    /// Seeded by the system.
    init() {
        var seed: (UInt64, UInt64) = (0x9E37_79B9_7F4A_7C15, UInt64(bitPattern: berth_monotonic_ns()))
        // Where the system has no random bytes the time must do: the identifiers need to differ, not to be secret.
        _ = withUnsafeMutableBytes(of: &seed) { berth_random($0.baseAddress, $0.count) }
        self.init(seed: seed)
    }

    /// xorshift128+.
    private mutating func next() -> UInt64 {
        var first = state.0
        let second = state.1
        state.0 = second
        first ^= first << 23
        state.1 = first ^ second ^ first >> 17 ^ second >> 26
        return state.1 &+ second
    }

    /// Writes 36 bytes.
    mutating func write(to place: UnsafeMutablePointer<UInt8>) {
        var high = next()
        var low = next()
        high = high & ~0xF000 | 0x4000
        low = low & ~(0xC << 60) | 0x8 << 60
        var at = 0
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 {
                place[at] = UInt8(ascii: "-")
                at += 1
            }
            let word = index < 16 ? high : low
            let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (index & 15)) & 15)
            place[at] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
            at += 1
        }
    }
}
