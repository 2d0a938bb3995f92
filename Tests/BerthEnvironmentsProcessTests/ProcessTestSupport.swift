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
        // A left-over folder fails no test.
        try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent)
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
    /// All homes of a run share downloads, so that each package is fetched once.
    static let cache = FileManager.default.temporaryDirectory
        .appendingPathComponent("berth-env-test-cache-\(ProcessInfo.processInfo.processIdentifier)").path

    /// The settings for tests, with variables changed or (nil) removed.
    static func settings(_ changes: [String: String?] = [:]) -> EnvironmentSettings {
        var variables = ProcessInfo.processInfo.environment
        variables["UV_CACHE_DIR"] = cache
        variables["UV_HTTP_RETRIES"] = "0"
        for (name, value) in changes { variables[name] = value }
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
