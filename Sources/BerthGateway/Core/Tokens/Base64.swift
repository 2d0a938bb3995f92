/// Base64 of RFC 4648, strict: no blanks, no characters behind the padding, no bits left over.
enum Base64 {
    /// The usual alphabet with padding; line ends are passed over, since long keys are often folded.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        var bytes = text.filter { $0 != 0x0A && $0 != 0x0D }
        guard bytes.count % 4 == 0 else { return nil }
        for _ in 0..<2 where bytes.last == UInt8(ascii: "=") { bytes.removeLast() }
        return decode(bytes[...], UInt8(ascii: "+"), UInt8(ascii: "/"))
    }

    /// The alphabet for URLs without padding, as tokens have it.
    static func decodeURL(_ text: ArraySlice<UInt8>) -> [UInt8]? { decode(text, UInt8(ascii: "-"), UInt8(ascii: "_")) }

    private static func decode(_ text: ArraySlice<UInt8>, _ digit62: UInt8, _ digit63: UInt8) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(text.count * 3 / 4)
        var bits: UInt32 = 0
        var count = 0
        for byte in text {
            guard let value = value(of: byte, digit62, digit63) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
                bits &= (1 << UInt32(count)) - 1
            }
        }
        return bits == 0 ? result : nil
    }

    private static func value(of byte: UInt8, _ digit62: UInt8, _ digit63: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case digit62: 62
        case digit63: 63
        default: nil
        }
    }
}
