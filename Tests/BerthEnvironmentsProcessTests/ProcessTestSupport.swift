import BerthDiagnostics
import BerthEnvironments
import BerthModel
import Foundation
import Synchronization
import Testing

/// A home folder of one test's own, removed with the test (kept with `BERTH_KEEP_SCRATCH=1`).
final class ScratchHome: Sendable {
    let path: String

    init(named name: String = "home") throws {
        let base = FileManager.default.temporaryDirectory.appendingPathComponent("berth-env-\(UUID().uuidString)")
        path = base.appendingPathComponent(name).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        guard ProcessInfo.processInfo.environment["BERTH_KEEP_SCRATCH"] == nil else { return }
        let folder = (path as NSString).deletingLastPathComponent
        try? FileManager.default.removeItem(atPath: folder)  // left over, it fails no test
    }

    /// A file in the home's folder; the path of it.
    func write(_ text: String, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        let folder = (file as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }
}

/// Collects log lines.
final class Lines: Sendable {
    private let state = Mutex<[String]>([])

    var all: [String] { state.withLock { $0 } }
    var text: String { all.joined(separator: "\n") }
    func append(_ line: String) { state.withLock { $0.append(line) } }
}

/// What the tests share: one uv, and one cache of downloads.
enum Machine {
    /// All homes of a run share downloads and the uv that is installed once.
    static let shared: String = {
        let name = "berth-env-tests-\(ProcessInfo.processInfo.processIdentifier)"
        atexit {
            try? FileManager.default.removeItem(atPath: Machine.shared)  // left over, it fails no test
        }
        return FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    }()
    static let cache = "\(shared)/cache"

    /// Whether mounting a small disk is allowed.
    static let canMount = getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/bin/mount")

    /// Whether pip, with the configuration of this machine, reaches an index. Where not, the suites are skipped, and
    /// the run says so.
    static let hasIndex: Bool = {
        let arguments = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", "\(shared)/probe", "six==1.16.0"]
        var variables = ProcessInfo.processInfo.environment
        variables["PIP_RETRIES"] = "0"
        let said = try? output(of: "/usr/bin/env", ["python3"] + arguments, environment: variables)  // no Python
        return said != nil && FileManager.default.fileExists(atPath: "\(shared)/probe")
    }()

    /// The folder of tools with uv in it, made by the first test that asks.
    static func tools() async throws -> String {
        let store = EnvironmentStore(home: shared, settings: settings())
        _ = try await store.prepare(EnvironmentSpec())
        let tools = "\(shared)/tools"
        // With uv on PATH nothing is installed; the tests that remove the folder then remove an empty one.
        try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
        return tools
    }

    /// A store in a home of its own, with uv at hand.
    static func store(_ home: ScratchHome) async throws -> EnvironmentStore {
        let tools = try await tools()
        if !FileManager.default.fileExists(atPath: "\(home.path)/tools") {
            try FileManager.default.createSymbolicLink(atPath: "\(home.path)/tools", withDestinationPath: tools)
        }
        return EnvironmentStore(home: home.path, settings: settings())
    }

    /// The settings for tests, with variables changed or (nil) removed.
    static func settings(_ changes: [String: String?] = [:]) -> EnvironmentSettings {
        var variables = ProcessInfo.processInfo.environment
        variables["UV_CACHE_DIR"] = cache
        variables["UV_HTTP_RETRIES"] = "0"
        for (name, value) in changes { variables[name] = value }
        variables["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
        return EnvironmentSettings(processEnvironment: variables)
    }

    static func spec(_ conda: String, path: String = "conda.yaml") -> EnvironmentSpec {
        var spec = EnvironmentSpec()
        spec.condaFile = conda
        spec.condaFilePath = path
        return spec
    }

    static func pip(_ requirements: String..., python: String? = nil) -> EnvironmentSpec {
        let lines = requirements.map { "      - \($0)\n" }.joined()
        let wish = python.map { "  - python=\($0)\n" } ?? ""
        return spec("name: test\ndependencies:\n\(wish)  - pip\n  - pip:\n\(lines)")
    }
}

/// The output of a program, for looking into an environment.
func output(of program: String, _ arguments: [String], environment: [String: String] = [:]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
}
