import BerthJSON
import BerthOutput
import BerthTesting
import Testing

/// Values as commands give them; every format of each is a golden file.
private enum Sample: String, CaseIterable {
    case endpoint, deployments, names, rows, mixed, nested, multiline, ambiguous, text, number, truth, null
    case emptyList = "empty-list"
    case emptyObject = "empty-object"

    var value: JSON {
        switch self {
        case .endpoint:
            [
                "name": "churn", "id": "/subscriptions/1/endpoints/churn", "location": "westeurope", "auth_mode": "key",
                "traffic": ["blue": 90, "green": 10], "tags": [:], "description": nil, "mirror_traffic": [:],
                "scoring_uri": "http://localhost:5001/score", "is_public": true,
            ]
        case .deployments:
            [
                ["name": "blue", "instance_count": 2, "cpu": 41.5, "state": "Succeeded", "env": ["A=1", "B=2"]],
                ["name": "green", "instance_count": 1, "cpu": 3.0, "state": "Failed", "probe": ["period": 10]],
                ["name": "日本", "instance_count": 0, "cpu": nil, "state": nil, "note": "waits for disk"],
            ]
        case .names: ["blue", "green", nil, "two words"]
        case .rows: [["blue", 2, true], ["green", 1, false], ["canary"]]
        case .mixed: [1, 2.5, true, false, nil, "x", [1, 2], ["a": 1]]
        case .nested: ["a": ["b": ["c": [[1, [2]], [["d": nil]]]]], "e": [[["f": []]]]]
        case .multiline: [["log": "first\n  second\n", "tail": "a\n\nb", "tabs": "a\tb", "odd": "\nx"]]
        case .ambiguous:
            .array(
                [
                    "", "yes", "No", "on", "null", "~", "true", "1", "-1.5", "1e3", "0x1F", "0o17", "1_000", "12:30",
                    "2021-05-13", "- a", "a: b", "a #b", "#a", "*a", "&a", "!a", "it's", "say \"x\"", " a", "a ", "@a",
                    "a:b", "a#b", "v1.0", "-flag", "é", "\u{7}", "\u{2028}", "{a}", "a, b", "=", "<<", "---", "|",
                    ".inf",
                ].map(JSON.string)
            )
        case .text: "a text"
        case .number: 41.5
        case .truth: true
        case .null: nil
        case .emptyList: []
        case .emptyObject: [:]
        }
    }
}

@Suite("OutputFormat")
struct OutputFormatTests {
    @Test("each format of each sample is as recorded", arguments: Sample.allCases.map(\.rawValue))
    func samples(name: String) throws {
        let value = try #require(Sample(rawValue: name)).value
        for format in OutputFormat.allCases {
            #expect(Golden.difference(format.render(value), "\(name).\(format.rawValue)") == nil)
        }
    }

    @Test("after a query, tables and tsv keep its members and their order", arguments: [OutputFormat.table, .tsv])
    func queried(format: OutputFormat) {
        let text = format.render(Sample.endpoint.value, isQueried: true)
        #expect(Golden.difference(text, "queried-endpoint.\(format.rawValue)") == nil)
    }

    @Test("colour reaches jsonc and yamlc only, and leaves the text as it is", arguments: OutputFormat.allCases)
    func colour(format: OutputFormat) {
        let value = Sample.endpoint.value
        let coloured = format.render(value, colour: true)
        let isColourFormat = format == .jsonc || format == .yamlc
        #expect(coloured.contains("\u{1B}[") == isColourFormat)
        #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == format.render(value))
        guard isColourFormat else { return }
        #expect(Golden.difference(coloured, "coloured-endpoint.\(format.rawValue)") == nil)
    }

    @Test("what is written as JSON reads back as the same value", arguments: Sample.allCases.map(\.rawValue))
    func readsBack(name: String) throws {
        let value = try #require(Sample(rawValue: name)).value
        #expect(try JSON.parse(OutputFormat.json.render(value)) == value)
    }

    @Test("what is not none ends with a line break, once")
    func lineBreak() {
        for format in OutputFormat.allCases where format != .none {
            let text = format.render(Sample.deployments.value)
            #expect(text.hasSuffix("\n"))
            #expect(!text.hasSuffix("\n\n"))
        }
        #expect(OutputFormat.none.render("x").isEmpty)
    }

    @Test("a bare scalar is written as tsv without quotes")
    func bareScalar() {
        #expect(OutputFormat.tsv.render("http://localhost:5001/score") == "http://localhost:5001/score\n")
        #expect(OutputFormat.tsv.render(nil).isEmpty)
        #expect(OutputFormat.tsv.render(["a", "b"]) == "a\nb\n")
        #expect(OutputFormat.tsv.render([["a", "b"], ["c", "d"]]) == "a\tb\nc\td\n")
    }

    @Test("the tags of a repository are a table with one column")
    func resultColumn() {
        #expect(OutputFormat.table.render(["1", "latest"]) == "Result\n--------\n1\nlatest\n")
    }
}
