import BerthDiagnostics
import BerthJSON
import BerthQuery
import Testing

@Suite("Query")
struct QueryTests {
    private func failure(_ expression: String, on value: JSON = .null) -> QueryError? {
        do {
            _ = try Query(expression).apply(to: value)
            return nil
        } catch {
            return error
        }
    }

    @Test("a failure tells its place in Unicode scalars")
    func offset() {
        #expect(failure("\"é\".#")?.offset == 4)
        #expect(failure("'日本' | nope(@)")?.offset == 7)
        #expect(failure("a.b.")?.offset == 4)
        #expect(failure("l[::0]", on: ["l": [1]])?.offset == 2)
    }

    @Test("an unknown function is answered with the nearest one")
    func nearestFunction() {
        #expect(failure("lenght(@)")?.message == "no function is named `lenght`; did you mean `length`?")
        #expect(failure("frobnicate(@)")?.message == "no function is named `frobnicate`")
    }

    @Test(
        "messages say what was expected and what is there",
        arguments: [
            ("a.", "the expression ends too early; expected a name, `*`, `[` or `{` after the dot"),
            ("a = b", "unexpected `=`; to compare, write `==`"),
            ("a[b]", "unexpected `b`; expected a number, `:` or `*`"),
            ("'open", "the string does not end"),
            ("abs('x')", "argument 1 of `abs` must be: number; it is: string `\"x\"`"),
            ("abs(`1`, `2`)", "`abs` takes 1 argument, 2 given"),
            ("merge()", "`merge` takes at least 1 argument, 0 given"),
            ("a || &b", "`&` can only begin an argument of a function"),
        ]
    )
    func messages(expression: String, message: String) {
        #expect(failure(expression)?.message == message)
    }

    @Test("keys come in the order in which they are written")
    func order() throws {
        let value = try JSON.parse(#"{"z": 1, "a": {"y": 2, "b": 3}}"#)
        #expect(try Query("@").apply(to: value).text() == #"{"z":1,"a":{"y":2,"b":3}}"#)
        #expect(try Query("keys(@)").apply(to: value).text() == #"["z","a"]"#)
        #expect(try Query("{second: a.y, first: z}").apply(to: value).text() == #"{"second":2,"first":1}"#)
        #expect(try Query("merge(a, `{\"x\": 0, \"y\": 9}`)").apply(to: value).text() == #"{"y":9,"b":3,"x":0}"#)
    }

    @Test("a slice projects also behind an index")
    func sliceBehindIndex() throws {
        let value = try JSON.parse(#"[[{"a": 1}, {"a": 2}, {"a": 3}]]"#)
        #expect(try Query("[0][1:].a").apply(to: value) == [2, 3])
    }

    @Test("an expression over the length limit is refused")
    func tooLong() {
        let longest = "a" + String(repeating: " ", count: Query.maxExpressionBytes - 1)
        #expect(failure(longest) == nil)
        #expect(failure(longest + " ")?.kind == .syntax)
    }

    @Test(
        "nesting over the depth limit is refused, whatever it is made of",
        arguments: ["(", "!", "[", "{a: ", "[?", "abs(", "@[?", "map(&"]
    )
    func tooDeep(opening: String) {
        let error = failure(String(repeating: opening, count: 2_000) + "a")
        #expect(error?.kind == .syntax)
        #expect(error?.message == "more than 256 levels of nesting")
    }

    @Test(
        "operators that nest to the left are bounded too",
        arguments: ["[]", "[?a]", "[*]", "[:]", ".*", " == b"]
    )
    func tooDeepLeft(suffix: String) {
        #expect(failure("a" + String(repeating: suffix, count: 100)) == nil)
        #expect(failure("a" + String(repeating: suffix, count: 5_000))?.kind == .syntax)
    }

    @Test(
        "chains of any length neither nest nor take quadratic time",
        arguments: [".a", " | a", " || a", " && a", "[0]"]
    )
    func longChains(link: String) throws {
        let expression = "a" + String(repeating: link, count: 60_000 / link.utf8.count)
        #expect(try Query(expression).apply(to: .null) == .null)
    }
}

@Suite("Query: batch lines")
struct QueryCommandTests {
    private func answer(_ line: String) -> String { QueryCommand.answer(to: Array(line.utf8)) }

    @Test("a line in gives a line out, with the result or the kind of the error")
    func answers() {
        #expect(answer(#"{"given": {"b": 1, "a": [2]}, "expression": "@"}"#) == #"{"result":{"b":1,"a":[2]}}"#)
        #expect(answer(#"{"given": {}, "expression": "nope"}"#) == #"{"result":null}"#)
        #expect(answer(#"{"expression": "'a\nb'", "given": null}"#) == #"{"result":"a\nb"}"#)
        #expect(
            answer(#"{"given": 1, "expression": "abs("}"#)
                == #"{"error":"syntax","message":"the expression ends too early","offset":4}"#
        )
        #expect(answer(#"{"given": 1, "expression": "keys(@)"}"#).hasPrefix(#"{"error":"invalid-type","#))
    }

    @Test(
        "a line that is no request is answered too",
        arguments: [
            "", "nonsense", "[]", "{}", #"{"given": 1}"#, #"{"expression": "a"}"#, #"{"given":1,"expression":2}"#,
        ]
    )
    func invalidLines(line: String) {
        #expect(answer(line).hasPrefix(#"{"error":"invalid-line","message":""#))
    }

    @Test("as a diagnostic it names the kind and shows the place")
    func diagnostic() throws {
        let error = QueryError(.syntax, "unexpected `#`", at: 2)
        #expect(
            error.diagnostic(for: "a.#").text() == """
                error[BadArgument]: syntax error in the query: unexpected `#`
                  --> query:1:3
                   |
                 1 | a.#
                   |   ^
                help: correct the expression; the language is described on https://jmespath.org
                """
        )
    }
}
