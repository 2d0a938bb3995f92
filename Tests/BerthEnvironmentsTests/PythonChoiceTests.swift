import BerthDiagnostics
import BerthJSON
import Testing

@testable import BerthEnvironments

@Suite("PythonChoice")
struct PythonChoiceTests {
    private static func interpreter(_ text: String, isFreeThreaded: Bool = false) throws -> PythonInterpreter {
        let version = try #require(PythonVersion(text))
        var interpreter = try #require(
            PythonInterpreter(json: [
                "executable": .string("/opt/python/\(text)/bin/python3"), "version": .string(version.description),
                "implementation": "cpython", "soabi": "abi", "prefixes": [], "platform": "linux-x86_64-glibc",
            ])
        )
        interpreter.isFreeThreaded = isFreeThreaded
        return interpreter
    }

    private static func wish(_ text: String?) throws -> PythonWish? {
        guard let text else { return nil }
        return try makePlan("dependencies:\n  - \(text)\n").wish
    }

    @Test(
        "the interpreter is the newest that meets the wish, else the nearest",
        arguments: [
            (nil, "3.11.2", false),
            ("python", "3.11.2", false),
            ("python=3.12", "3.12.1", false),
            ("python=3.11", "3.11.7", false),
            ("python=3.11.2", "3.11.2", false),
            ("python=3.11.9", "3.11.7", true),
            ("python>=3.9", "3.13.0", false),
            ("python>=3.9,<3.12", "3.11.7", false),
            ("python 3.9.*", "3.9.18", false),
            ("python=3.10", "3.11.7", true),
            ("python=3.7", "3.8.18", true),
            ("python=3.14", "3.13.0", true),
            ("python<3.8", "3.8.18", true),
            ("python=3", "3.13.0", false),
        ] as [(String?, String, Bool)]
    )
    func nearest(wish: String?, version: String, isSubstitute: Bool) throws {
        let found = try ["3.11.2", "3.8.18", "3.9.18", "3.11.7", "3.12.1", "3.13.0"].map { try Self.interpreter($0) }
        let choice = try #require(PythonChoice.nearest(to: try Self.wish(wish), among: found))
        #expect(choice.interpreter.version.description == version)
        #expect(choice.isSubstitute == isSubstitute)
    }

    @Test("a Python that is too old or without the global lock is none")
    func unusable() throws {
        let found = [try Self.interpreter("3.7.16"), try Self.interpreter("3.13.0", isFreeThreaded: true)]
        #expect(PythonChoice.nearest(to: nil, among: found) == nil)
    }

    @Test("of two equal ones the first found is taken")
    func first() throws {
        var other = try Self.interpreter("3.11.7")
        other.executable = "/elsewhere/python3"
        let choice = PythonChoice.nearest(
            to: try Self.wish("python=3.11"),
            among: [try Self.interpreter("3.11.7"), other]
        )
        #expect(choice?.interpreter.executable == "/opt/python/3.11.7/bin/python3")
    }

    @Test("the warning names both versions; strictly it is an error")
    func warning() throws {
        let wish = try #require(try Self.wish("python=3.7"))
        let interpreter = try Self.interpreter("3.8.18")
        let warning = wish.substituted(by: interpreter, among: [interpreter], strict: false)
        #expect(warning.severity == .warning)
        #expect(warning.message.contains("3.7"))
        #expect(warning.message.contains("3.8.18"))
        #expect(warning.location?.line == 2)
        #expect(wish.substituted(by: interpreter, among: [interpreter], strict: true).severity == .error)
    }
}
