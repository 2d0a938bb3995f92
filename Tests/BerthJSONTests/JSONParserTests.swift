import BerthJSON
import Testing

/// A text, and the compact spelling of the value that it is; nil where it is no JSON.
private struct Reading: Sendable, CustomTestStringConvertible {
    let bytes: [UInt8]
    let value: String?

    init(_ text: String, _ value: String?) {
        bytes = Array(text.utf8)
        self.value = value
    }

    init(bytes: [UInt8], _ value: String?) {
        self.bytes = bytes
        self.value = value
    }

    var testDescription: String { String(decoding: bytes.prefix(40), as: UTF8.self) }
}

private let accepted: [Reading] = [
    // Values on their own, and blanks.
    Reading("null", "null"), Reading("true", "true"), Reading("false", "false"), Reading(#""""#, #""""#),
    Reading("[]", "[]"), Reading("{}", "{}"), Reading(" \t\r\n1 \n", "1"), Reading("[ ]", "[]"), Reading("{ }", "{}"),
    Reading("\u{FEFF}1", "1"), Reading("[1 , 2]", "[1,2]"), Reading(#"{ "a" : 1 }"#, #"{"a":1}"#),
    // Numbers.
    Reading("0", "0"), Reading("-0", "0"), Reading("-0.0", "-0.0"), Reading("10", "10"), Reading("-1", "-1"),
    Reading("1.5", "1.5"), Reading("1e3", "1000.0"), Reading("1E+2", "100.0"), Reading("1e-2", "0.01"),
    Reading("0e0", "0.0"), Reading("0.1e1", "1.0"), Reading("1.10", "1.1"),
    Reading("9223372036854775807", "9223372036854775807"), Reading("-9223372036854775808", "-9223372036854775808"),
    Reading("9223372036854775808", "9.223372036854776e+18"), Reading("1e308", "1e+308"), Reading("1e-400", "0.0"),
    Reading("123456789012345678901234567890", "1.2345678901234568e+29"),
    Reading("0.1000000000000000055511151231257827", "0.1"), Reading("5e-324", "5e-324"),
    // Strings.
    Reading(#""\"\\\/\b\f\n\r\t""#, #""\"\\/\u0008\u000c\n\r\t""#), Reading(#""\u0041\u00e9\u65E5""#, #""Aé日""#),
    Reading(#""\ud83d\ude00""#, #""😀""#), Reading(#""\u0000""#, #""\u0000""#), Reading("\"\u{7F}\"", "\"\u{7F}\""),
    Reading(#""é日😀""#, #""é日😀""#), Reading("\"\u{2028}\"", "\"\u{2028}\""), Reading(#""\uFFFF""#, "\"\u{FFFF}\""),
    // Halves of surrogate pairs.
    Reading(#""\ud83d""#, "\"\u{FFFD}\""), Reading(#""\ude00""#, "\"\u{FFFD}\""),
    Reading(#""\ud83dx""#, "\"\u{FFFD}x\""),
    Reading(#""\ud83d\n""#, "\"\u{FFFD}\\n\""), Reading(#""\ud83d\u0041""#, "\"\u{FFFD}A\""),
    Reading(#""\ud83d\ud83d\ude00""#, "\"\u{FFFD}😀\""), Reading(#""\ude00\ud83d""#, "\"\u{FFFD}\u{FFFD}\""),
    // Structure.
    Reading(#"{"a":1,"a":2}"#, #"{"a":2}"#), Reading(#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#),
    Reading(#"{"":0}"#, #"{"":0}"#), Reading("[[],[[]],{}]", "[[],[[]],{}]"),
    Reading(#"[{"a":[{}]}]"#, #"[{"a":[{}]}]"#),
    Reading(#"{"b":1,"a":2}"#, #"{"b":1,"a":2}"#),
]

private let rejected: [Reading] = [
    // Not one value.
    Reading("", nil), Reading("  ", nil), Reading("1 2", nil), Reading("[] []", nil), Reading("null,", nil),
    Reading("{}}", nil), Reading("//1", nil), Reading("1 // a comment", nil), Reading("\u{0}", nil),
    Reading("1\u{0}", nil),
    Reading("\u{A0}1", nil), Reading("\u{C}1", nil),
    // Words.
    Reading("nul", nil), Reading("nulll", nil), Reading("True", nil), Reading("NaN", nil), Reading("Infinity", nil),
    Reading("-Infinity", nil), Reading("undefined", nil), Reading("abc", nil),
    // Numbers.
    Reading("01", nil), Reading("-01", nil), Reading("00", nil), Reading("+1", nil), Reading(".5", nil),
    Reading("5.", nil),
    Reading("1.e1", nil), Reading("1e", nil), Reading("1e+", nil), Reading("-", nil), Reading("--1", nil),
    Reading("0x1", nil),
    Reading("1_000", nil), Reading("1e1.5", nil), Reading("1e400", nil), Reading("-1e400", nil), Reading("１", nil),
    Reading("1a", nil), Reading("- 1", nil),
    // Strings.
    Reading(#"""#, nil), Reading(#""a"#, nil), Reading("'a'", nil), Reading(#""\x""#, nil), Reading(#""\'""#, nil),
    Reading(#""\"#, nil), Reading(#""\u12""#, nil), Reading(#""\u12G4""#, nil), Reading(#""\U0041""#, nil),
    Reading(#""\ud83d\u12""#, nil), Reading("\"a\nb\"", nil), Reading("\"a\tb\"", nil), Reading("\"\u{0}\"", nil),
    Reading("\"\u{1F}\"", nil), Reading("\"\\\n\"", nil), Reading("\"\\é\"", nil),
    // Bytes that are no UTF-8: a lone continuation, an overlong form, a surrogate, a cut sequence, beyond Unicode.
    Reading(bytes: [0x22, 0x80, 0x22], nil), Reading(bytes: [0x22, 0xC0, 0xAF, 0x22], nil),
    Reading(bytes: [0x22, 0xED, 0xA0, 0x80, 0x22], nil), Reading(bytes: [0x22, 0xE2, 0x82, 0x22], nil),
    Reading(bytes: [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], nil), Reading(bytes: [0xFF, 0xFE, 0x31, 0x00], nil),
    // Structure.
    Reading("[", nil), Reading("[1", nil), Reading("[1,", nil), Reading("[1,]", nil), Reading("[,1]", nil),
    Reading("[1,,2]", nil),
    Reading("[1 2]", nil), Reading("]", nil), Reading("[}", nil), Reading("[1}", nil), Reading("{", nil),
    Reading(#"{"a"}"#, nil),
    Reading(#"{"a":}"#, nil), Reading(#"{"a" 1}"#, nil), Reading(#"{"a":1,}"#, nil), Reading(#"{,"a":1}"#, nil),
    Reading("{a:1}", nil),
    Reading("{'a':1}", nil), Reading("{1:1}", nil), Reading("{null:1}", nil), Reading(#"{"a":1 "b":2}"#, nil),
    Reading(#"{"a"::1}"#, nil),
    Reading(#"{"a":1]"#, nil), Reading(#"{"a":1"#, nil), Reading(#"{"a""#, nil), Reading(#"["a":1]"#, nil),
    Reading("[1:2]", nil),
]

@Suite("JSON parser")
struct JSONParserTests {
    @Test("reads what RFC 8259 allows", arguments: accepted)
    private func accepts(reading: Reading) throws {
        #expect(try JSON.parse(reading.bytes).text() == reading.value)
    }

    @Test("refuses what RFC 8259 does not allow", arguments: rejected)
    private func refuses(reading: Reading) {
        #expect(throws: JSONSyntaxError.self) { try JSON.parse(reading.bytes) }
    }

    @Test(
        "a failure names its line and column",
        arguments: [
            ("[1,\n 2,\n x]", 3, 2), ("", 1, 1), ("{\"a\":1,}", 1, 8), ("\"abc", 1, 1), ("[1]\n\n]", 3, 1),
            ("\n\n[01]", 3, 2), ("\"é\u{0}\"", 1, 4), ("nul", 1, 1),
        ]
    )
    func place(text: String, line: Int, column: Int) throws {
        let error = try #require(throws: JSONSyntaxError.self) { try JSON.parse(text) }
        #expect(error.line == line)
        #expect(error.column == column)
    }

    @Test("nesting is read up to 512 levels and refused beyond")
    func depth() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: #"[{"a":"#, count: levels / 2) + "0" + String(repeating: "}]", count: levels / 2)
        }
        #expect(try JSON.parse(nested(512)).text() == nested(512))
        #expect(throws: JSONSyntaxError.self) { try JSON.parse(nested(514)) }
        #expect(throws: JSONSyntaxError.self) { try JSON.parse(String(repeating: "[", count: 1_000_000)) }
    }

    @Test("raw control characters inside strings are read where that is asked for")
    func rawLineBreaks() throws {
        #expect(try JSON.parse("\"a\r\n\tb\"", allowingRawLineBreaks: true) == "a\r\n\tb")
        #expect(throws: JSONSyntaxError.self) { try JSON.parse("[\n\"a\n]", allowingRawLineBreaks: true) }
    }

    @Test("a large text takes linear time")
    func large() throws {
        let text = "[" + String(repeating: #"{"name":"value","n":1},"#, count: 20_000) + "0]"
        #expect(try JSON.parse(text).arrayValue?.count == 20_001)
        let object = JSONObject((0..<20_000).map { ("key\($0)", .integer($0)) })
        #expect(try JSON.parse(JSON.object(object).text())["key19999"] == 19_999)
    }
}
