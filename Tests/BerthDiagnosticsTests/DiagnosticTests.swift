import BerthDiagnostics
import BerthJSON
import BerthTesting
import Testing

/// Diagnostics with every part that one can have; text and JSON of each are golden files.
private let samples: [String: Diagnostic] = [
    "bare": Diagnostic(.internalError, "the deployment could not be published"),
    "quota": Diagnostic(
        .notEnoughQuota,
        "deployment `blue` needs 6 cores, 4 are free",
        evidence: [Evidence("quota", "20 of 24 cores in use")],
        help: ["delete a deployment that is not used, or raise the limit"]
    ),
    "import-error": Diagnostic(
        .containerCrashed,
        .userScriptImportError,
        "score.py line 3 imports `xgboost`, which is not in the environment",
        location: SourceLocation(path: "score.py", line: 3, column: 8),
        sourceLine: "import xgboost as xgb",
        evidence: [Evidence("inference-server", line: 41, "ModuleNotFoundError: No module named 'xgboost'")],
        help: ["add `xgboost` under `pip:` in conda.yaml", "berth online-deployment update -n blue -e churn"],
        requestID: "6f1f2f0a-9d1a-4a51-8f2e-5a0a6f7f1c3e"
    ),
    "warning": Diagnostic(
        .badArgument,
        .pythonNotFound,
        "Python 3.7 is asked for, 3.11 runs",
        severity: .warning,
        location: SourceLocation(path: "conda.yaml", line: 4)
    ),
    "tabs": Diagnostic(
        .badArgument,
        .specUnreadable,
        "a tab cannot be used for indentation",
        location: SourceLocation(path: "デプロイ.yml", line: 100, column: 4),
        sourceLine: "\t\tkey: 値"
    ),
    "wide-signs": Diagnostic(
        .badArgument,
        .specInvalid,
        "unknown key `モデル`",
        location: SourceLocation(path: "deployment.yml", line: 7, column: 5),
        sourceLine: "日本: モデル"
    ),
    "file-only": Diagnostic(
        .badArgument,
        .specUnreadable,
        "the file does not exist",
        location: SourceLocation(path: "a b.yml"),
        // Without a line number there is no place to show it at.
        sourceLine: "ignored"
    ),
    "several-lines": Diagnostic(
        .imageBuildFailure,
        .packageBuildFailed,
        "`psycopg2==2.9.9` could not be built: pg_config is missing",
        evidence: [
            Evidence("environment-build", line: 57, "Error: pg_config executable not found.\n\nIt is required."),
            Evidence("exit", "status 1"),
        ]
    ),
]

@Suite("Diagnostic")
struct DiagnosticTests {
    @Test("its text is as recorded", arguments: samples.keys.sorted())
    func text(name: String) throws {
        let text = try #require(samples[name]).text()
        #expect(Golden.difference(text, "\(name).txt") == nil)
        #expect(!text.hasSuffix("\n"))
    }

    @Test("its JSON is as recorded", arguments: samples.keys.sorted())
    func json(name: String) throws {
        #expect(Golden.difference(try #require(samples[name]).json.text(.indented), "\(name).json") == nil)
    }

    @Test("its JSON reads back as itself", arguments: samples.keys.sorted())
    func roundTrip(name: String) throws {
        let diagnostic = try #require(samples[name])
        let read = try JSON.parse(diagnostic.json.text())
        #expect(Diagnostic(json: read) == diagnostic)
    }

    @Test("colours change nothing but the colours", arguments: samples.keys.sorted())
    func colours(name: String) throws {
        let diagnostic = try #require(samples[name])
        let coloured = diagnostic.text(colour: true)
        #expect(coloured.contains("\u{1B}["))
        #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == diagnostic.text())
    }

    @Test(
        "what is no diagnostic is not read as one",
        arguments: [
            "null", "[]", "{}", #"{"code": "ERR_2200"}"#, #"{"message": "x"}"#,
            #"{"code": "ERR_9999", "message": "x"}"#,
            #"{"code": 2200, "message": "x"}"#,
        ]
    )
    func notADiagnostic(text: String) throws {
        #expect(Diagnostic(json: try JSON.parse(text)) == nil)
    }

    @Test("parts that are missing or damaged are left out when reading")
    func lenient() throws {
        let json = try JSON.parse(
            """
            {"code": "ERR_2200", "message": "x", "reason": "Unheard", "severity": "odd", "location": {"line": 3},
             "evidence": [{"source": "a"}, {"source": "a", "text": "t"}, 1], "help": ["h", 2]}
            """
        )
        let expected = Diagnostic(.containerCrashed, "x", evidence: [Evidence("a", "t")], help: ["h"])
        #expect(Diagnostic(json: json) == expected)
    }
}

@Suite("ErrorCode")
struct ErrorCodeTests {
    @Test("codes stand for the names of today's service as documented")
    func azureCodes() {
        let table = ErrorCode.allCases.map { "\($0.rawValue) \($0.azureCode)" }.joined(separator: "\n")
        #expect(Golden.difference(table, "azure-codes.txt") == nil)
    }
}
