import BerthDiagnosis
import BerthDiagnostics
import BerthJSON
import BerthModel
import Testing

@Suite("Preflight")
struct PreflightTests {
    private static func told(_ findings: JSON, packages: [String] = [], variables: [String: String] = [:]) throws
        -> [Diagnostic]
    {
        var spec = DeploymentSpec(name: "blue", endpointName: "my-endpoint")
        spec.code = CodeConfiguration(code: "/nowhere", scoringScript: "score.py")
        spec.environmentVariables = variables
        let outline = try #require(Outline(json: ["python": "3.11.7", "findings": findings]))
        let environment = PlannedEnvironment(packages: packages, isPartial: false, pythonVersion: "3.11.7")
        return Preflight(spec, outline, environment, isLocal: true).diagnostics()
    }

    private static func importing(_ module: String) -> JSON {
        [
            [
                "kind": "import", "path": "score.py", "line": 3, "text": .string("import \(module)"),
                "module": .string(module),
            ]
        ]
    }

    @Test("an import that no package of the conda file brings is told, at its place")
    func missingImport() throws {
        let found = try Self.told(Self.importing("xgboost"), packages: ["scikit-learn", "pandas"])
        #expect(found.map(\.reason) == [.userScriptImportError])
        #expect(found.first?.location?.line == 3)
        #expect(found.first?.message == "score.py line 3 imports `xgboost`, which is not in the environment")
    }

    @Test(
        "an import that a package may bring is not told",
        arguments: [["pandas"], ["a-package-of-ones-own"], ["scikit-learn", "numpy"]]
    )
    func broughtAlong(packages: [String]) throws {
        #expect(try Self.told(Self.importing("numpy"), packages: packages).isEmpty)
    }

    @Test("a syntax error is told with its column, and nothing else that depends on the script")
    func syntax() throws {
        let found = try Self.told([
            [
                "kind": "syntax", "path": "score.py", "type": "SyntaxError", "message": "invalid syntax", "line": 4,
                "column": 9, "text": "def x(:",
            ],
            ["kind": "no-run", "path": "score.py"],
        ])
        #expect(found.map(\.reason) == [.userScriptSyntaxError])
        #expect(found.first?.location == SourceLocation(path: "score.py", line: 4, column: 9))
    }

    @Test("a variable that the server cannot use is told", arguments: ["two", "0", "-1"])
    func badVariable(value: String) throws {
        let found = try Self.told([], variables: ["WORKER_COUNT": value])
        #expect(found.first?.reason == .specInvalid)
    }

    @Test("nothing has been started: no help ends with the command that tries again")
    func helpBeforeStart() throws {
        let found = try Self.told(Self.importing("xgboost"))
        for diagnostic in found { #expect(!diagnostic.help.joined().contains("then run")) }
    }
}
