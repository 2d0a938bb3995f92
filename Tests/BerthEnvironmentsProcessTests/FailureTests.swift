import BerthDiagnostics
import BerthEnvironments
import BerthModel
import Foundation
import Testing

@Suite("EnvironmentStore when things go wrong", .serialized, .enabled(if: Machine.hasIndex, "no package index"))
struct FailureTests {
    @Test("a misspelt package is named with its line and the right name")
    func misspelt() async throws {
        let error = try await Self.failure(Machine.pip("six==1.16.0", "scikit-lern-berth"))
        #expect(error.reason == .packageNotFound)
        #expect(error.location == SourceLocation(path: "conda.yaml", line: 6, column: 9))
        #expect(error.sourceLine == "      - scikit-lern-berth")
        let sklearn = try await Self.failure(Machine.pip("sklearn"))
        #expect(sklearn.reason == .packageNotFound)
        #expect(sklearn.help == ["write `scikit-learn` instead of `sklearn`"])
    }

    @Test("packages that exclude each other are named")
    func conflict() async throws {
        let error = try await Self.failure(Machine.pip("pandas==2.2.0", "numpy==1.21.0", python: "3.11"))
        #expect(error.reason == .environmentConflict)
        #expect(error.message.contains("pandas==2.2.0"))
        #expect(error.message.contains("numpy==1.21.0"))
    }

    @Test("an index that cannot be reached is said so, without its password")
    func unreachable() async throws {
        let home = try ScratchHome()
        _ = try await Machine.store(home)
        let settings = Machine.settings([
            "UV_DEFAULT_INDEX": "http://user:geheim99@127.0.0.1:1/simple", "UV_FIND_LINKS": nil, "PIP_FIND_LINKS": nil,
            "UV_CACHE_DIR": "\(home.path)/cache",
        ])
        let lines = Lines()
        let store = EnvironmentStore(home: home.path, settings: settings)
        let error = try await Self.failure(Machine.pip("six==1.16.0"), store) { lines.append($0) }
        #expect(error.reason == .indexUnreachable)
        #expect(error.message.contains("127.0.0.1:1"))
        #expect(!"\(error)\(lines.text)".contains("geheim99"))
        let files = FileManager.default.enumerator(atPath: "\(home.path)/environments")
        for case let name as String in try #require(files) {
            let path = "\(home.path)/environments/\(name)"
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { continue }  // a folder
            #expect(!text.contains("geheim99"), "\(name)")
        }
    }

    @Test("a password in the conda file is in no message")
    func passwordInFile() async throws {
        let error = try await Self.failure(
            Machine.pip("six @ https://me:geheim99@127.0.0.1:1/six-1.0-py3-none-any.whl")
        )
        #expect(error.reason == .indexUnreachable)
        let syntax = try await Self.failure(Machine.pip("--index https://me:geheim99@127.0.0.1:1/simple"))
        #expect(syntax.reason == .specInvalid)
        #expect(!"\(error) \(syntax)".contains("geheim99"))
    }

    @Test("a full disk is said so, and nothing half is left", .enabled(if: Machine.canMount, "mounting needs root"))
    func diskFull() async throws {
        let home = try ScratchHome()
        let tools = try await Machine.tools()
        let disk = "\(home.path)/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        #expect(try output(of: "/bin/mount", ["-t", "tmpfs", "-o", "size=300k", "tmpfs", disk]) == "")
        defer { _ = try? output(of: "/bin/umount", [disk]) }  // left mounted, it fails no test
        try FileManager.default.createSymbolicLink(atPath: "\(disk)/tools", withDestinationPath: tools)
        let store = EnvironmentStore(home: disk, settings: Machine.settings(["UV_LINK_MODE": "copy"]))
        let error = try await Self.failure(Machine.pip("setuptools==70.0.0"), store)
        #expect(error.reason == .diskFull, "\(error)")
        #expect(await store.list().isEmpty)
    }

    @Test("a home that cannot be written is said so")
    func readOnly() async throws {
        let store = EnvironmentStore(home: "/proc/berth", settings: Machine.settings())
        let error = try await Self.failure(Machine.pip("six==1.16.0"), store)
        #expect(error.reason == .homeNotWritable || error.reason == .platformFault)
        #expect(error.evidence.first?.text.contains("/proc/berth") == true)
    }

    @Test("a build that is cancelled leaves nothing running and nothing half; the next one succeeds")
    func cancelled() async throws {
        let home = try ScratchHome()
        let store = try await Machine.store(home)
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await store.prepare(Machine.pip("six==1.16.0")) { line in
                if line.hasPrefix("resolving") { signal.yield() }
            }
        }
        for await _ in started { break }
        task.cancel()
        await #expect { try await task.value } throws: { ($0 as? Diagnostic)?.code == .operationCanceled }
        #expect(await store.list().isEmpty)
        #expect(try await !store.prepare(Machine.pip("six==1.16.0")).wasReused)
    }

    @Test("a builder that is killed leaves no lock and no half environment behind")
    func killed() async throws {
        let home = try ScratchHome()
        let store = try await Machine.store(home)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = home.path as String, cache = Machine.cache as String] in
            let store = EnvironmentStore(home: path, settings: Machine.settings(["UV_CACHE_DIR": cache]))
            _ = try await store.prepare(Machine.pip("six==1.16.0")) { line in
                if line.hasPrefix("installing") { kill(getpid(), SIGKILL) }
            }
        }
        #expect(await store.find(Machine.pip("six==1.16.0")) == nil)
        let folders = try FileManager.default.contentsOfDirectory(atPath: "\(home.path)/environments")
        #expect(folders.contains { $0.count == 32 })
        let made = try await store.prepare(Machine.pip("six==1.16.0"))
        #expect(!made.wasReused)
        #expect(try output(of: made.python, ["-c", "import six"]) == "")
    }

    @Test("another Python than the one asked for is a warning at each use, and an error when strict")
    func otherPython() async throws {
        let home = try ScratchHome()
        let store = try await Machine.store(home)
        let spec = Machine.pip("six==1.16.0", python: "3.99")
        for isReused in [false, true] {
            let made = try await store.prepare(spec)
            #expect(made.wasReused == isReused)
            #expect(made.warnings.map(\.reason) == [.pythonNotFound])
            #expect(made.warnings.first?.message.contains(made.pythonVersion.description) == true)
        }
        await #expect { try await store.prepare(spec, strict: true) } throws: { error in
            (error as? Diagnostic)?.severity == .error
        }
    }

    @Test("without uv and without an index to get it from, the missing tool is named")
    func noTool() async throws {
        let home = try ScratchHome()
        let settings = Machine.settings([
            "PATH": "/usr/bin:/bin", "PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_RETRIES": "0",
            "PIP_CONFIG_FILE": "/dev/null", "PIP_FIND_LINKS": nil,
        ])
        let store = EnvironmentStore(home: home.path, settings: settings)
        try #require(!FileManager.default.isExecutableFile(atPath: "/usr/bin/uv"))
        let error = try await Self.failure(Machine.pip("six==1.16.0"), store)
        #expect(error.reason == .toolNotFound)
        #expect(error.help == ["install uv where PATH finds it, for example: python3 -m pip install uv"])
    }

    /// The diagnostic of a preparation that must fail.
    private static func failure(
        _ spec: EnvironmentSpec,
        _ store: EnvironmentStore? = nil,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Diagnostic {
        let home = try ScratchHome()
        let used = if let store { store } else { try await Machine.store(home) }
        do {
            let made = try await used.prepare(spec, log: log)
            Issue.record("it succeeded: \(made.lock)")
            throw CancellationError()
        } catch let error as Diagnostic {
            #expect(error.message.count < 600)
            return error
        }
    }
}
