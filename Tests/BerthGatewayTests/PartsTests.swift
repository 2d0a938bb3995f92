import Testing

@testable import BerthGateway

@Suite("Parts")
struct PartsTests {
    @Test(
        "SHA-256 by the standard's examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func sha256(text: String, expected: String) { #expect(digest(text) == expected) }

    @Test("no deadline is early, and none is late by more than a tick", arguments: 0..<20 as Range<UInt64>)
    func wheel(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var now: Int64 = 5_000_000_000
        var wheel = TimerWheel(capacity: 128, now: now)
        defer { wheel.free() }
        var deadlines: [Int32: Int64] = [:]
        for _ in 0..<2000 {
            let number = Int32.random(in: 0..<100, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                wheel.cancel(number)
                deadlines[number] = nil
            case 1, 2:
                let deadline = now + Int64.random(in: 0...20_000_000_000, using: &random)
                wheel.schedule(number, at: deadline)
                deadlines[number] = deadline
            default:
                now += Int64.random(in: 0...300_000_000, using: &random)
                while let due = wheel.popExpired(now: now) {
                    #expect((deadlines[due] ?? .max) <= now)
                    deadlines[due] = nil
                }
                #expect(deadlines.values.allSatisfy { $0 > now - 2 * TimerWheel.tick }, "seed \(seed)")
                if let wait = wheel.wait(from: now), let next = deadlines.values.min() {
                    #expect(wait <= max(0, next - now) + 2 * TimerWheel.tick)
                } else {
                    #expect(deadlines.isEmpty)
                }
            }
            #expect(wheel.count == deadlines.count)
        }
    }

    @Test("the rate window admits exactly its limit in any second", arguments: [1, 7, 100, 500])
    func rate(limit: Int) {
        let window = RateWindow()
        var accepted: [Int64] = []
        var random = SeededGenerator(seed: UInt64(limit))
        var now: Int64 = 10_000_000_000
        for _ in 0..<5000 {
            now += Int64.random(in: 0...(2_000_000_000 / Int64(limit)), using: &random) / 3
            let inLastSecond = accepted.suffix(limit + 1).filter { now - $0 < 1_000_000_000 }.count
            let expected = inLastSecond < limit
            #expect(window.accept(limit: limit, now: now) == expected)
            if expected { accepted.append(now) }
        }
    }

    @Test(
        "dates are spelled as HTTP and ISO spell them",
        arguments: [
            (0 as Int64, "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT", "2000-02-29T00:00:00"),
            (1_795_474_004, "Mon, 23 Nov 2026 22:46:44 GMT", "2026-11-23T22:46:44"),
        ]
    )
    func dates(seconds: Int64, http: String, iso: String) {
        var date = DateText()
        defer { date.free() }
        #expect(date.httpText(wall: seconds * 1_000_000_000).string == http)
        #expect(date.isoText(wall: seconds * 1_000_000_000).string == iso)
    }

    @Test("identifiers are GUIDs and differ")
    func identifiers() {
        var ids = RequestIDs()
        var seen: Set<String> = []
        for _ in 0..<1000 {
            var text = [UInt8](repeating: 0, count: 36)
            text.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { ids.write(to: base) } }
            let id = String(decoding: text, as: UTF8.self)
            #expect(Array(id)[14] == "4" && id.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
            seen.insert(id)
        }
        #expect(seen.count == 1000)
    }
}
