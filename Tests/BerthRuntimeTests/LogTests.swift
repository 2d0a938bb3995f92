import BerthRuntime
import Glibc
import Testing

/// A folder that is removed at the end.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = "/tmp/berth-runtime-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        try FileTree.makeFolder(path)
    }

    // A leftover in /tmp fails no test.
    deinit { try? FileTree.remove(path) }

    /// Bytes of all files in it.
    var bytes: Int {
        guard let stream = opendir(path) else { return 0 }
        defer { closedir(stream) }
        var sum = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            var status = stat()
            if lstat(path + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFREG { sum += Int(status.st_size) }
        }
        return sum
    }
}

/// Splitmix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

@Suite("logs")
struct LogTests {
    private static let small = LogSettings(headBytes: 300, segmentBytes: 200, totalBytes: 900, maxLineBytes: 120)

    @Test("all tails are right, whatever pieces the output came in", arguments: 0..<30 as Range<UInt64>)
    func tails(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let scratch = try Scratch()
        let path = scratch.path + "/x.log"
        let settings = LogSettings(headBytes: 100, segmentBytes: 50, totalBytes: 10_000, maxLineBytes: 1000)
        let lines = (0..<Int.random(in: 0...80, using: &random)).map { number in
            "\(number) " + String(repeating: "é", count: Int.random(in: 0...40, using: &random))
        }
        var rest = Array(lines.map { $0 + "\n" }.joined().utf8)[...]
        while !rest.isEmpty {
            // Opened anew now and then, as by a new control plane.
            var writer = LogWriter(path: path, settings: settings)
            for _ in 0..<5 where !rest.isEmpty {
                let part = rest.prefix(Int.random(in: 1...120, using: &random))
                writer.append(part)
                rest = rest.dropFirst(part.count)
            }
            #expect(writer.errno == 0)
        }
        let reader = LogReader(path: path, settings: settings)
        #expect(reader.tail(lines: nil) == lines, "seed \(seed)")
        for count in [0, 1, 2, 7, 50, 1000] {
            #expect(reader.tail(lines: count) == lines.suffix(count), "seed \(seed), \(count) lines")
            let numbered = reader.numberedTail(lines: count)
            #expect(numbered.lines == lines.suffix(count))
            if count > 0, !lines.isEmpty { #expect(numbered.first == max(0, lines.count - count) + 1) }
        }
    }

    @Test("of a flood, the head and the end are kept, within the bound, and the gap is told")
    func flood() throws {
        let scratch = try Scratch()
        var writer = LogWriter(path: scratch.path + "/x.log", settings: Self.small)
        for number in 0..<1000 { writer.append(line: "line \(number)") }
        #expect(scratch.bytes <= Self.small.totalBytes)
        let reader = LogReader(path: scratch.path + "/x.log", settings: Self.small)
        let lines = reader.tail(lines: nil)
        #expect(lines.first == "line 0")
        #expect(lines.last == "line 999")
        let gap = try #require(lines.firstIndex { $0.hasPrefix("[berth] ") })
        let dropped = try #require(lines[gap].split(separator: " ").dropFirst().first.flatMap { Int($0) })
        let kept = lines.enumerated().filter { $0.offset != gap }.reduce(0) { $0 + $1.element.utf8.count + 1 }
        let written = (0..<1000).reduce(0) { $0 + "line \($1)\n".utf8.count }
        #expect(kept + dropped == written)
        #expect(reader.tail(lines: 3) == ["line 997", "line 998", "line 999"])
        #expect(reader.numberedTail(lines: 3).first == nil)
    }

    @Test("what is no text, too long, or has no end is still given")
    func strange() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/x.log"
        #expect(LogReader(path: path).tail(lines: nil) == [])
        #expect(LogReader(path: "/no/such/folder/x.log").tail(lines: 5) == [])
        var writer = LogWriter(path: path, settings: Self.small)
        writer.append([0xFF, 0xFE, UInt8(ascii: "a"), 0x0D, 0x0A][...])
        writer.append(line: String(repeating: "x", count: 500))
        writer.append(line: "")
        writer.append(Array("no end".utf8)[...])
        let lines = LogReader(path: path, settings: Self.small).tail(lines: nil)
        #expect(
            lines == [
                "\u{FFFD}\u{FFFD}a", String(repeating: "x", count: 120) + " [berth: 380 bytes cut]", "", "no end",
            ]
        )
    }

    @Test("a log that cannot be written says so when it can again, and how much is missing")
    func unwritable() throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/later"
        var writer = LogWriter(path: folder + "/x.log")
        writer.append(line: "lost")
        #expect(writer.errno == ENOENT)
        try FileTree.makeFolder(folder)
        writer.append(line: "kept")
        #expect(writer.errno == 0)
        #expect(
            LogReader(path: folder + "/x.log").tail(lines: nil)
                == ["", "[berth] 5 bytes of output could not be written here: No such file or directory", "kept"]
        )
    }

    @Test("a follower gets each line once, over all files, and ends with the log", arguments: [nil, 2])
    func follows(tail: Int?) async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/x.log"
        let settings = LogSettings(headBytes: 100, segmentBytes: 50, totalBytes: 10_000, maxLineBytes: 1000)
        let start = ["a", "b", "c"]
        var writer = LogWriter(path: path, settings: settings)
        for line in start { writer.append(line: line) }
        let isOver = Flag()
        let stream = LogReader(path: path, settings: settings).follow(lines: tail) { isOver.isSet }
        var received: [String] = []
        var next = 0
        writer.append(line: "line \(next)")
        for await line in stream {
            received.append(line)
            guard line == "line \(next)" else { continue }
            next += 1
            if next < 60 {
                writer.append(Array("line ".utf8)[...])
                writer.append(line: "\(next)")
            } else {
                writer.append(Array("the end".utf8)[...])
                isOver.set()
            }
        }
        // Its first look is made at the first `next()`: the line written before belongs to the tail.
        let before = (start + ["line 0"]).suffix(tail ?? 4)
        let expected = before + (1..<60).map { "line \($0)" } + ["the end"]
        #expect(received == Array(expected))
    }

    @Test("a follower ends when its task is canceled")
    func cancels() async throws {
        let scratch = try Scratch()
        let reader = LogReader(path: scratch.path + "/x.log")
        let task = Task {
            var count = 0
            for await _ in reader.follow(lines: nil, ended: { false }) { count += 1 }
            return count
        }
        task.cancel()
        #expect(await task.value == 0)
    }
}

final class Flag: Sendable {
    private let file: CInt
    private let other: CInt

    /// A pipe that is closed is a flag that every thread sees.
    init() {
        var ends: [CInt] = [-1, -1]
        _ = pipe(&ends)
        (file, other) = (ends[0], ends[1])
    }

    deinit { for end in [file, other] { close(end) } }

    func set() {
        var byte: UInt8 = 1
        _ = write(other, &byte, 1)
    }

    var isSet: Bool {
        var entry = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }
}
