#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reads a log that `LogWriter` writes, also while it is written, and after its instance has ended.
///
/// Bytes that are no UTF-8 become U+FFFD, a line over `maxLineBytes` is cut with a note of how much is missing, and where
/// the writer has dropped output between beginning and end, a line says so. A log that is not there has no lines.
package struct LogReader: Sendable {
    private static let blockBytes = 65_536

    let path: String
    let settings: LogSettings

    package init(path: String, settings: LogSettings = .standard) {
        self.path = path
        self.settings = settings
    }

    /// The last `lines` lines, oldest first; nil: all that are kept. A last line without its end counts.
    package func tail(lines: Int?) -> [String] { tailAndEnd(lines: lines).lines }

    /// As `tail`, with the number that the first of these lines has in the whole log, 1-based; nil when output was
    /// dropped before it, so that the number is not known.
    package func numberedTail(lines: Int) -> (lines: [String], first: Int?) {
        let segments = LogSegment.all(of: path)
        let tail = tail(lines: lines)
        var before = 0
        var expected = 0
        for segment in segments {
            guard segment.start == expected, let bytes = whole(segment) else { return (tail, nil) }
            before += bytes.count(where: { $0 == newline })
            if segment == segments.last, let last = bytes.last, last != newline { before += 1 }
            expected = segment.start + bytes.count
        }
        return (tail, max(1, before - tail.count + 1))
    }

    /// The last lines, and the place in the log after the last complete one.
    func tailAndEnd(lines: Int?) -> (lines: [String], end: Int, rest: [UInt8]) {
        let wanted = lines ?? Int.max
        var blocks: [[UInt8]] = []
        var breaks = 0
        var end: Int?
        var followingStart: Int?
        for segment in LogSegment.all(of: path).reversed() {
            guard let file = openSegment(segment) else { continue }
            defer { close(file) }
            let size = fileSize(file)
            if let following = followingStart, following > segment.start + size {
                let gap = gapLine(following - segment.start - size)
                blocks.append(gap)
                breaks += 1
            }
            followingStart = segment.start
            end = end ?? segment.start + size
            var position = size
            while position > 0, breaks <= wanted {
                let count = min(Self.blockBytes, position)
                position -= count
                // What cannot be read any more was dropped meanwhile.
                guard let block = Descriptor.read(file, at: position, count: count) else { break }
                breaks += block.count(where: { $0 == newline })
                blocks.append(block)
            }
            if breaks > wanted { break }
        }
        let (complete, rest) = LogLines.split(blocks.reversed().flatMap { $0 }, limit: settings.maxLineBytes)
        let all = rest.isEmpty ? complete : complete + [LogLines.text(rest[...], limit: settings.maxLineBytes)]
        return (Array(all.suffix(wanted)), end ?? 0, rest)
    }

    private func gapLine(_ bytes: Int) -> [UInt8] { Array("[berth] \(bytes) bytes of output are not kept\n".utf8) }

    /// What was written from byte `position` on, at most one block, and the place after it.
    func read(from position: Int) -> (bytes: [UInt8], end: Int) {
        let segments = LogSegment.all(of: path)
        guard let index = segments.lastIndex(where: { $0.start <= position }), let file = openSegment(segments[index])
        else {
            // Removed under the reader: on with the oldest that is there.
            guard let next = segments.first(where: { $0.start > position }) else { return ([], position) }
            return (gapLine(next.start - position), next.start)
        }
        defer { close(file) }
        let segment = segments[index]
        let size = fileSize(file)
        if position - segment.start >= size, index + 1 < segments.count {
            let next = segments[index + 1].start
            return next > position ? (gapLine(next - position), next) : read(from: next)
        }
        let bytes = Descriptor.read(file, at: position - segment.start, count: min(Self.blockBytes, size)) ?? []
        return (bytes, position + bytes.count)
    }

    private func whole(_ segment: LogSegment) -> [UInt8]? {
        guard let file = openSegment(segment) else { return nil }
        defer { close(file) }
        return Descriptor.read(file, at: 0, count: fileSize(file))
    }

    // A log that cannot be opened is read as empty: whoever asks for it wants what there is.
    private func openSegment(_ segment: LogSegment) -> CInt? { (try? RegularFile.open(segment.path)) ?? nil }

    private func fileSize(_ file: CInt) -> Int {
        var status = stat()
        return fstat(file, &status) == 0 ? Int(status.st_size) : 0
    }
}

let newline = UInt8(ascii: "\n")

/// Bytes into lines.
enum LogLines {
    /// The complete lines of `bytes`, and what follows the last line break.
    static func split(_ bytes: [UInt8], limit: Int) -> (lines: [String], rest: [UInt8]) {
        var lines: [String] = []
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: newline) {
            lines.append(text(bytes[start..<end], limit: limit))
            start = end + 1
        }
        return (lines, Array(bytes[start...]))
    }

    /// A line as text, without a carriage return at its end.
    static func text(_ bytes: ArraySlice<UInt8>, limit: Int) -> String {
        var line = bytes
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        guard line.count > limit else { return String(decoding: line, as: UTF8.self) }
        return String(decoding: line.prefix(limit), as: UTF8.self) + " [berth: \(line.count - limit) bytes cut]"
    }
}
