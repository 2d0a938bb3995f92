/// Cuts a stream of bytes into lines of a bounded length.
struct LineBuffer {
    let limit: Int
    private var rest: [UInt8] = []
    private var isSkipping = false
    /// Lines that were longer than the limit, and are lost.
    private(set) var skipped = 0

    init(limit: Int) { self.limit = limit }

    /// The lines that `bytes` complete, without their line breaks and without empty ones.
    mutating func lines(adding bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var pending = bytes
        while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
            take(pending[..<end])
            if isSkipping { isSkipping = false } else if !rest.isEmpty { lines.append(rest) }
            rest = []
            pending = pending[(end + 1)...]
        }
        take(pending)
        return lines
    }

    private mutating func take(_ part: ArraySlice<UInt8>) {
        guard !isSkipping else { return }
        guard rest.count + part.count <= limit else {
            rest = []
            isSkipping = true
            skipped += 1
            return
        }
        rest += part
    }
}
