import BerthDiagnostics
import BerthJSON
import Testing

@testable import BerthEnvironments

/// Each output below was printed by a real uv (0.13 in the first form, 0.5 in the framed one).
@Suite("BuildFailure")
struct BuildFailureTests {
    struct Case: Sendable, CustomStringConvertible {
        var pip: [String]
        var output: String
        var reason: Reason
        var line: Int?
        var message: [String]
        var help: String
        var description: String { "\(reason.rawValue): \(pip.joined(separator: ", "))" }
    }

    @Test("uv's words become the one cause, its line, and one help", arguments: cases)
    func mapped(example: Case) throws {
        let error = try Self.diagnostic(example.pip, example.output)
        #expect(error.reason == example.reason)
        #expect(error.location?.line == example.line)
        for words in example.message { #expect(error.message.contains(words), "\(error.message)") }
        #expect(error.help.count == 1)
        #expect(error.help.first?.contains(example.help) == true, "\(error.help)")
        #expect(!error.evidence.isEmpty)
        #expect(error.message.count < 600)
    }

    private static func diagnostic(_ pip: [String], _ output: String) throws -> Diagnostic {
        let lines = pip.map { "    - \($0)\n" }.joined()
        let interpreter = try #require(
            PythonInterpreter(json: [
                "executable": "/usr/bin/python3", "version": "3.11.7", "implementation": "cpython", "soabi": "abi",
                "prefixes": ["/usr"], "platform": "linux-x86_64-glibc",
            ])
        )
        return BuildFailure(
            step: .resolve,
            lines: output.split(separator: "\n").map(String.init),
            ending: "exit status 1",
            plan: try makePlan("dependencies:\n  - pip:\n\(lines)"),
            interpreter: interpreter
        ).diagnostic
    }

    static let cases: [Case] = [
        Case(
            pip: ["six", "scikit-lern==1.0"],
            output: """
                error: No solution found when resolving dependencies
                  cause: Because scikit-lern was not found in the package registry and you require scikit-lern==1.0, we can conclude that your requirements are unsatisfiable.
                """,
            reason: .packageNotFound,
            line: 4,
            message: ["`scikit-lern`"],
            help: "write `scikit-learn` instead of `scikit-lern`"
        ),
        Case(
            pip: ["scikit-lern==1.0"],
            output: """
                  × No solution found when resolving dependencies:
                  ╰─▶ Because scikit-lern was not found in the package registry and you
                      require scikit-lern==1.0, we can conclude that your requirements are
                      unsatisfiable.
                """,
            reason: .packageNotFound,
            line: 3,
            message: ["`scikit-lern`"],
            help: "write `scikit-learn` instead of `scikit-lern`"
        ),
        Case(
            pip: ["six==99.0"],
            output: """
                error: No solution found when resolving dependencies
                  cause: Because there is no version of six==99.0 and you require six==99.0, we can conclude that your requirements are unsatisfiable.
                """,
            reason: .packageNotFound,
            line: 3,
            message: ["no version of `six`", "`six==99.0`"],
            help: "ask for a version that exists"
        ),
        Case(
            pip: ["scikit-learn>99"],
            output: """
                error: No solution found when resolving dependencies
                  cause: Because only scikit-learn<=1.9.1 is available and you require scikit-learn>99, we can conclude that your requirements are unsatisfiable.
                """,
            reason: .packageNotFound,
            line: 3,
            message: ["no version of `scikit-learn`", "`scikit-learn>99`"],
            help: "ask for a version that exists"
        ),
        Case(
            pip: ["numpy==1.21.0", "pandas==2.2.0"],
            output: """
                error: No solution found when resolving dependencies
                  cause: Because pandas==2.2.0 depends on numpy{python_full_version < '3.12'}>=1.23.2,<2 and you require numpy==1.21.0, we can conclude that your requirements and pandas==2.2.0 are incompatible.
                         And because you require pandas==2.2.0, we can conclude that your requirements are unsatisfiable.
                """,
            reason: .environmentConflict,
            line: 3,
            message: ["`pandas==2.2.0` needs `numpy>=1.23.2,<2`", "asks for `numpy==1.21.0`"],
            help: "write `numpy>=1.23.2,<2` instead of `numpy==1.21.0`"
        ),
        Case(
            pip: ["scikit-learn==1.5.0", "numpy==1.17"],
            output: """
                error: No solution found when resolving dependencies
                  cause: Because scikit-learn==1.5.0 depends on numpy>=1.19.5 and you require scikit-learn==1.5.0, we can conclude that you require numpy>=1.19.5.
                         And because you require numpy==1.17, we can conclude that your requirements are unsatisfiable.
                """,
            reason: .environmentConflict,
            line: 4,
            message: ["`scikit-learn==1.5.0` needs `numpy>=1.19.5`"],
            help: "write `numpy>=1.19.5` instead of `numpy==1.17`"
        ),
        Case(
            pip: ["numpy>=1.20,<1.21", "pandas>=2.1"],
            output: """
                error: No solution found when resolving dependencies
                  cause: Because pandas==2.1.0 depends on numpy>=1.23.2 and all of:
                             pandas==2.1.1
                             pandas>=2.2.2,<=2.3.3
                         depend on numpy{python_full_version < '3.12'}>=1.23.2, we can conclude that all of:
                             pandas>=2.1.0,<=2.1.1
                         depend on numpy>=1.23.2.
                         And because pandas>=2.1.2,<=2.2.1 depends on numpy{python_full_version < '3.12'}>=1.23.2,<2 and pandas==3.0.4 was yanked (reason: Reported segfaults with datetime-related functionality), we can conclude that pandas>=2.1.0 depends on numpy>=1.23.2.
                         And because you require numpy>=1.20,<1.21 and pandas>=2.1, we can conclude that your requirements are unsatisfiable.
                """,
            reason: .environmentConflict,
            line: 3,
            message: ["`pandas>=2.1.0` needs `numpy>=1.23.2`", "asks for `numpy>=1.20,<1.21`"],
            help: "write `numpy>=1.23.2` instead of `numpy>=1.20,<1.21`"
        ),
        Case(
            pip: ["numpy==2.5.0"],
            output: """
                error: No solution found when resolving dependencies
                  cause: Because the current Python version (3.11.7) does not satisfy Python>=3.12 and numpy==2.5.0 depends on Python>=3.12, we can conclude that numpy==2.5.0 cannot be used.
                         And because you require numpy==2.5.0, we can conclude that your requirements are unsatisfiable.
                """,
            reason: .environmentConflict,
            line: 3,
            message: ["`numpy==2.5.0` needs Python>=3.12", "3.11.7"],
            help: "write `python=3.12` in `conda.yaml`"
        ),
        Case(
            pip: ["pyodbc==4.0.0"],
            output: """
                error: No solution found when resolving dependencies
                  cause: Because pyodbc==4.0.0 has no wheels with a matching Python ABI tag (e.g., `cp311`) and you require pyodbc==4.0.0, we can conclude that your requirements are unsatisfiable.

                hint: You require CPython 3.11 (`cp311`), but we only found wheels for `pyodbc` (v4.0.0) with the following Python ABI tags: `cp27m`, `cp34m`, `cp35m`, `cp36m`
                """,
            reason: .packageHasNoWheel,
            line: 3,
            message: ["`pyodbc==4.0.0` has no wheel for Python 3.11"],
            help: "newer `pyodbc`"
        ),
        Case(
            pip: ["mysqlclient==2.0.0"],
            output: """
                   Building mysqlclient==2.0.0
                error: Failed to build `mysqlclient==2.0.0`
                  cause: The build backend returned an error
                  cause: Call to `setuptools.build_meta:__legacy__.get_requires_for_build_wheel` failed (exit status: 1)

                         [stderr]
                         /bin/sh: 1: mysql_config: not found
                         OSError: mysql_config not found

                hint: Build failures usually indicate a problem with the package or the build environment
                """,
            reason: .packageBuildFailed,
            line: 3,
            message: ["`mysqlclient==2.0.0`", "building it from its source failed"],
            help: "`mysqlclient`"
        ),
        Case(
            pip: ["sklearn"],
            output: """
                error: Failed to build `sklearn==0.0.post12`
                  cause: The build backend returned an error
                         [stderr]
                         The 'sklearn' PyPI package is deprecated, use 'scikit-learn'
                         rather than 'sklearn' for pip commands.
                """,
            reason: .packageNotFound,
            line: 3,
            message: ["`sklearn`", "`scikit-learn`"],
            help: "write `scikit-learn` instead of `sklearn`"
        ),
        Case(
            pip: ["six"],
            output: """
                error: Request failed after 3 retries in 13.3s
                  cause: Failed to fetch: http://127.0.0.1:1/simple/six/
                  cause: error sending request for url (http://127.0.0.1:1/simple/six/)
                  cause: client error (Connect)
                  cause: tcp connect error
                  cause: Connection refused (os error 111)
                """,
            reason: .indexUnreachable,
            line: nil,
            message: ["`127.0.0.1:1`", "connection is refused"],
            help: "PIP_INDEX_URL"
        ),
        Case(
            pip: ["six"],
            output: """
                error: Failed to fetch: https://nowhere.invalid/simple/six/
                  cause: error sending request for url (https://nowhere.invalid/simple/six/)
                  cause: dns error
                  cause: failed to lookup address information: Name or service not known
                """,
            reason: .indexUnreachable,
            line: nil,
            message: ["`nowhere.invalid`", "name cannot be resolved"],
            help: "PIP_INDEX_URL"
        ),
        Case(
            pip: ["six"],
            output: """
                error: Failed to fetch: https://mirror.example/simple/six/
                  cause: error sending request for url (https://mirror.example/simple/six/)
                  cause: client error (Connect)
                  cause: invalid peer certificate: UnknownIssuer
                """,
            reason: .indexUnreachable,
            line: nil,
            message: ["`mirror.example`", "certificate is not trusted"],
            help: "SSL_CERT_FILE"
        ),
        Case(
            pip: ["six"],
            output: """
                  × No solution found when resolving dependencies:
                  ╰─▶ Because six was not found in the package registry and you require six,
                      we can conclude that your requirements are unsatisfiable.

                      hint: An index URL (http://127.0.0.1:18999/a/simple) could not
                      be queried due to a lack of valid authentication credentials (401
                      Unauthorized).
                """,
            reason: .indexUnreachable,
            line: nil,
            message: ["`127.0.0.1:18999`", "credentials"],
            help: "PIP_INDEX_URL"
        ),
        Case(
            pip: ["six"],
            output: """
                error: No solution found when resolving dependencies
                  cause: Because six was not found in the cache and you require six, we can conclude that your requirements are unsatisfiable.

                hint: Packages were unavailable because the network was disabled. When the network is disabled, registry packages may only be read from the cache.
                """,
            reason: .indexUnreachable,
            line: nil,
            message: ["offline"],
            help: "unset UV_OFFLINE"
        ),
        Case(
            pip: ["numpy"],
            output: """
                error: Failed to download `numpy==2.4.6`
                  cause: Failed to extract archive: numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl
                  cause: I/O operation failed during extraction
                  cause: failed to write to file `/home/u/.cache/x.so`: No space left on device (os error 28)
                """,
            reason: .diskFull,
            line: nil,
            message: ["no space is left"],
            help: "free some space"
        ),
        Case(
            pip: ["six===>1"],
            output: """
                error: Couldn't parse requirement in `requirements.in` at position 0
                  cause: no such comparison operator "===>", must be one of ~= == != <= >= < > ===
                         six===>1
                            ^^^^^
                """,
            reason: .specInvalid,
            line: 3,
            message: ["`six===>1` is no requirement"],
            help: "name==version"
        ),
        Case(
            pip: ["foo @ https://host.example/foo-1.0-py3-none-any.whl"],
            output: """
                error: Failed to download `foo @ https://host.example/foo-1.0-py3-none-any.whl`
                  cause: Failed to fetch: https://host.example/foo-1.0-py3-none-any.whl
                  cause: HTTP status client error (404 Not Found) for url (https://host.example/foo-1.0-py3-none-any.whl)
                """,
            reason: .packageNotFound,
            line: 3,
            message: ["address of `foo`"],
            help: "line 3"
        ),
        Case(
            pip: ["six"],
            output: "something that nobody has seen before\n",
            reason: .packageBuildFailed,
            line: nil,
            message: ["exit status 1"],
            help: "environment-build"
        ),
    ]
}
