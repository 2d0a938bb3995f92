import Glibc

/// Finds the end of a head in bytes that arrive in any pieces; each byte is looked at once.
struct HeadScanner {
    enum Outcome: Equatable {
        case needsMore
        /// The head takes these bytes, its last empty line included.
        case complete(start: Int, end: Int)
        case fault(HeadFault)
    }

    /// Everything before this place has been looked at: it is the start of a line, or the bytes end before a LF.
    private var scanned = 0
    private var lineStart = 0
    /// 2 where an empty line stands before the head: one is passed over, as RFC 9112 §2.2 asks for.
    private var headStart = 0

    init() {}

    /// Nothing of a head has come yet.
    var isFresh: Bool { scanned == headStart }

    /// `bytes` begins where the message begins, and holds at least what it held at the last call.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, limit: Int) -> Outcome {
        guard let base = bytes.baseAddress else { return .needsMore }
        let reach = min(bytes.count, limit)
        while scanned < reach, let found = memchr(base + scanned, 0x0A, reach - scanned) {
            let place = UnsafeRawPointer(found) - base
            guard place > 0, bytes[place - 1] == 0x0D else { return .fault(.bareLineFeed) }
            let isEmpty = place - 1 == lineStart
            scanned = place + 1
            lineStart = scanned
            if isEmpty, place == 1 {
                headStart = 2
            } else if isEmpty {
                return .complete(start: headStart, end: scanned)
            }
        }
        scanned = max(scanned, reach)
        return bytes.count >= limit ? .fault(.headTooLarge) : .needsMore
    }
}
