/// Takes the engine's log stream apart: frames of eight bytes of head (stream, length) and a payload that begins with the
/// line's time.
struct LogFrames {
    /// A frame longer than this is no frame: the stream is of another kind, and passed on as it is.
    private static let maxFrame = 1 << 20

    struct Entry: Equatable {
        /// As the engine wrote it, for asking on from there; empty where the payload goes on a line begun before.
        var time: String
        var text: ArraySlice<UInt8>
    }

    private var pending: [UInt8] = []

    /// The entries that are whole after `bytes`.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [Entry] {
        pending += bytes
        var entries: [Entry] = []
        var start = 0
        while pending.count - start >= 8 {
            let length = pending[(start + 4)..<(start + 8)].reduce(0) { $0 << 8 | Int($1) }
            guard pending[start] <= 2, length <= Self.maxFrame else {
                entries.append(Entry(time: "", text: pending[start...]))
                start = pending.count
                break
            }
            guard pending.count - start - 8 >= length else { break }
            entries.append(Self.entry(pending[(start + 8)..<(start + 8 + length)]))
            start += 8 + length
        }
        pending.removeSubrange(..<start)
        return entries
    }

    /// `2026-01-02T03:04:05.678901234Z text`: where it does not begin so, all of it is text.
    private static func entry(_ payload: ArraySlice<UInt8>) -> Entry {
        guard let blank = payload.prefix(48).firstIndex(of: 0x20) else { return Entry(time: "", text: payload) }
        let word = payload[..<blank]
        let isTime =
            word.count >= 20 && word[word.startIndex + 4] == UInt8(ascii: "-")
            && word[word.startIndex + 10] == UInt8(ascii: "T")
        guard isTime else { return Entry(time: "", text: payload) }
        return Entry(time: String(decoding: word, as: UTF8.self), text: payload[(blank + 1)...])
    }
}

/// Times as the engine writes them, in nanoseconds since 1970; nil where it is none, as the year 1 that stands for never, or
/// beyond what 64 bits hold.
enum EngineTime {
    static func nanoseconds(_ text: String) -> Int? {
        let digits = text.utf8.map { (0x30...0x39).contains($0) ? Int($0) - 0x30 : -1 }
        guard digits.count >= 20 else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            range.reduce(0) { sum, index in digits[index] < 0 || sum == nil ? nil : sum.map { $0 * 10 + digits[index] }
            }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), (1970...2261).contains(year)
        else { return nil }
        // Source: civil date to a day number, over eras of 400 years that begin on 1 March.
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        var nanoseconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        var index = 20
        var scale = 0
        if text.utf8.count > 19, Array(text.utf8)[19] == UInt8(ascii: ".") {
            while index < digits.count, digits[index] >= 0, scale < 9 {
                nanoseconds = nanoseconds * 10 + digits[index]
                index += 1
                scale += 1
            }
        }
        for _ in scale..<9 { nanoseconds *= 10 }
        return nanoseconds
    }

    /// As the engine's parameter `since` wants it.
    static func since(_ nanoseconds: Int) -> String {
        let fraction = String(1_000_000_000 + nanoseconds % 1_000_000_000).dropFirst()
        return "\(nanoseconds / 1_000_000_000).\(fraction)"
    }
}
