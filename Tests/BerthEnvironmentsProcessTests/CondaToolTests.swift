import BerthDiagnostics
import BerthEnvironments
import BerthModel
import Foundation
import Testing

/// conda itself is not needed: a script stands for it, which does what it was told and leaves a note.
@Suite("An installed conda", .serialized)
struct CondaToolTests {
    private static let unmappable = "dependencies:\n  - python=3.11\n  - r-base=4.1\n  - numpy=1.26.4\n"

    /// A home with a `micromamba` of ours first on PATH.
    private static func store(
        _ home: ScratchHome,
        script: String,
        policy: EnvironmentSettings.CondaPolicy = .auto
    ) throws -> EnvironmentStore {
        let file = try home.write(
            "#!/bin/sh\necho \"called: $*\" >> \"\(home.path)/calls\"\n\(script)",
            to: "bin/micromamba"
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        var settings = Machine.settings(["PATH": "\(home.path)/bin:\(path)"])
        settings.conda = policy
        return EnvironmentStore(home: home.path, settings: settings)
    }

    /// Makes the folder that the arguments name, with a Python in it.
    private static let working = """
        while [ "$1" != --prefix ]; do shift; done
        mkdir -p "$2/bin" "$2/conda-meta"
        printf '#!/bin/sh\\nexec /usr/bin/env python3 "$@"\\n' > "$2/bin/python"
        chmod +x "$2/bin/python"
        echo '{}' > "$2/conda-meta/r-base-4.1.3-h1.json"
        """

    @Test("makes what cannot be mapped to PyPI, once, and the log says that it did")
    func makes() async throws {
        let home = try ScratchHome()
        let store = try Self.store(home, script: Self.working)
        let lines = Lines()
        let made = try await store.prepare(Machine.spec(Self.unmappable)) { lines.append($0) }
        #expect(made.lock == ["r-base==4.1.3"])
        #expect(lines.text.contains("with micromamba"))
        #expect(try await store.prepare(Machine.spec(Self.unmappable)).wasReused)
        let calls = try String(contentsOfFile: "\(home.path)/calls", encoding: .utf8)
        #expect(calls.split(separator: "\n").count == 1)
        #expect(calls.contains("create --yes --prefix"))
    }

    @Test("is not used where a setting forbids it")
    func forbidden() async throws {
        let store = try Self.store(try ScratchHome(), script: Self.working, policy: .never)
        await #expect { try await store.prepare(Machine.spec(Self.unmappable)) } throws: { error in
            (error as? Diagnostic)?.reason == .packageNotMappable
        }
    }

    @Test("that fails is reported with the deciding lines")
    func fails() async throws {
        let home = try ScratchHome()
        let script = "echo 'Could not solve for environment specs: nothing provides r-base 4.1' >&2; exit 1\n"
        let store = try Self.store(home, script: script, policy: .always)
        await #expect { try await store.prepare(Machine.spec(Self.unmappable)) } throws: { error in
            guard let error = error as? Diagnostic else { return false }
            return error.reason == .environmentConflict
                && error.evidence.first?.text.contains("nothing provides") == true
        }
        #expect(await store.list().isEmpty)
    }
}
