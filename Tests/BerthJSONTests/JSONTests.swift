import BerthJSON
import Testing

/// A generator of the same numbers for the same seed.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension JSON {
    private static func randomText(using generator: inout SeededGenerator) -> String {
        let signs: [Unicode.Scalar] = [
            "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\r", "\t", "\u{0}", "\u{1F}", "\u{7F}", "é", "e", "\u{301}",
            "日", "😀",
            "\u{2028}", "\u{FFFD}", "\u{10FFFF}",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...8, using: &generator) {
            if let sign = signs.randomElement(using: &generator) { text.append(sign) }
        }
        return String(text)
    }

    fileprivate static func random(depth: Int, using generator: inout SeededGenerator) -> JSON {
        switch Int.random(in: depth > 0 ? 0...8 : 0...5, using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(Int(bitPattern: UInt(generator.next())))
        case 3: return .integer(.random(in: -10...10, using: &generator))
        case 4:
            let number = Double(bitPattern: generator.next())
            return .double(number.isFinite ? number : 0.5)
        case 5: return .string(randomText(using: &generator))
        case 6, 7:
            return .array(
                (0..<Int.random(in: 0...5, using: &generator)).map { _ in random(depth: depth - 1, using: &generator) }
            )
        default:
            // More than 12 members, so that the table of keys is used too.
            let count = Int.random(in: 0...20, using: &generator)
            return .object(
                JSONObject(
                    (0..<count).map { _ in (randomText(using: &generator), random(depth: depth - 1, using: &generator))
                    }
                )
            )
        }
    }
}

@Suite("JSON")
struct JSONTests {
    @Test("what is printed reads back as the same value in the same order", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        let value = JSON.random(depth: 4, using: &generator)
        for style in [JSON.Style.compact, .indented] {
            let read = try JSON.parse(value.text(style))
            #expect(read == value, "seed \(seed)")
            #expect(read.hashValue == value.hashValue, "seed \(seed)")
            #expect(read.text(style) == value.text(style), "seed \(seed)")
        }
        #expect(value.utf8 == Array(value.text().utf8), "seed \(seed)")
    }

    @Test("indented text has two blanks a level and nothing inside empty lists")
    func indented() {
        let value: JSON = ["a": [1, ["b": nil]], "e": [], "o": [:]]
        #expect(
            value.text(.indented) == """
                {
                  "a": [
                    1,
                    {
                      "b": null
                    }
                  ],
                  "e": [],
                  "o": {}
                }
                """
        )
    }

    @Test("numbers that are no JSON are written as null")
    func notFinite() {
        #expect(JSON.array([.double(.nan), .double(.infinity), .double(-.infinity)]).text() == "[null,null,null]")
    }

    @Test("numbers are equal by value, also between integers and doubles")
    func numbers() {
        #expect(JSON.integer(1) == .double(1))
        #expect(JSON.integer(1).hashValue == JSON.double(1).hashValue)
        #expect(JSON.integer(0) == .double(-0.0))
        #expect(JSON.integer(0).hashValue == JSON.double(-0.0).hashValue)
        #expect(JSON.integer(1 << 53 + 1) != .double(0x1p53))
        #expect(JSON.integer(.max) != .double(0x1p63))
        #expect(JSON.bool(true) != .integer(1))
        #expect(JSON.string("1") != .integer(1))
        #expect(JSON.null != .bool(false))
    }

    @Test("objects are equal without regard to the order of keys, arrays with regard to theirs")
    func order() {
        let one: JSON = ["a": 1, "b": 2]
        let other: JSON = ["b": 2, "a": 1]
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one != ["a": 1])
        #expect(one != ["a": 1, "c": 2])
        #expect(([1, 2] as JSON) != [2, 1])
    }

    @Test("composed and decomposed signs are two texts and two keys", arguments: [0, 20])
    func exactText(others: Int) throws {
        #expect(JSON.string("\u{E9}") != .string("e\u{301}"))
        var object = JSONObject((0..<others).map { ("k\($0)", .null) })
        object["\u{E9}"] = 1
        object["e\u{301}"] = 2
        #expect(object.count == others + 2)
        #expect(object["\u{E9}"] == 1)
        #expect(object["e\u{301}"] == 2)
    }
}

@Suite("JSONObject")
struct JSONObjectTests {
    /// As a list and above the size from which on a table is kept.
    private static let sizes = [3, 12, 13, 40]

    private func object(of size: Int) -> JSONObject { JSONObject((0..<size).map { ("k\($0)", .integer($0)) }) }

    @Test("a new value keeps the place of its key", arguments: sizes)
    func replaces(size: Int) {
        var object = object(of: size)
        object["k1"] = "new"
        #expect(object.count == size)
        #expect(object[1] == ("k1", "new"))
    }

    @Test("a removed key is gone and the others stay where they were", arguments: sizes)
    func removes(size: Int) {
        var object = object(of: size)
        object["k0"] = nil
        object["nope"] = nil
        #expect(object.count == size - 1)
        #expect(object["k0"] == nil)
        for index in 1..<size { #expect(object["k\(index)"] == .integer(index)) }
        object["k0"] = "again"
        #expect(object.keys.last == "k0")
        #expect(object["k0"] == "again")
    }

    @Test("a copy does not follow its original", arguments: sizes)
    func copies(size: Int) {
        var object = object(of: size)
        let copy = object
        object["more"] = 1
        object["k0"] = nil
        #expect(copy.count == size)
        #expect(copy["k0"] == 0)
        #expect(copy["more"] == nil)
    }

    @Test("setting a key of something that is no object makes it one")
    func setsOnNull() {
        var value = JSON.null
        value["a"] = 1
        value["b"] = nil
        #expect(value == ["a": 1])
    }

    @Test("values are read by their kind, integers also where they are written with a point")
    func accessors() {
        let value: JSON = ["i": 3, "d": 3.0, "f": 3.5, "s": "x", "a": [1, 2], "n": nil, "t": true]
        #expect(value["i"]?.intValue == 3)
        #expect(value["d"]?.intValue == 3)
        #expect(value["f"]?.intValue == nil)
        #expect(value["i"]?.doubleValue == 3)
        #expect(value["s"]?.stringValue == "x")
        #expect(value["a"]?[1] == 2)
        #expect(value["a"]?[2] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["n"]?.isNull == true)
        #expect(value["t"]?.boolValue == true)
        #expect(value["nope"] == nil)
        #expect(value["s"]?["x"] == nil)
        #expect(JSON(["b": "2", "a": "1"]).text() == #"{"a":"1","b":"2"}"#)
    }
}
