import BerthAPI
import BerthDiagnostics
import BerthModel
import BerthRuntime
import BerthStore
import Glibc

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Owns `ImageBuildFailure` (and `ERR_1200` where there are images).
struct PrepareEnvironment: Sendable {
    let put: DeploymentPut

    func run() async throws(Diagnostic) -> RevisionPlan.Environment {
        await put.progress(.init(step: "preparing the environment"))
        var spec = EnvironmentSpec()
        if case .inline(let given) = put.spec.environment { spec = given }
        let log = try BuildLog(file: Self.logFile(home: put.world.home, revision: put.revision.number))
        let strict = put.spec.properties["berth.strict_environment"] == "true"
        let lines = AsyncStream<String>.makeStream(bufferingPolicy: .bufferingNewest(500))
        let reporter = Task { [progress = put.progress] in
            for await line in lines.stream {
                await progress(.init(step: "preparing the environment", detail: line))
            }
        }
        defer { lines.continuation.finish() }
        do throws(Diagnostic) {
            let environment = try await preparer().prepare(spec, strict: strict) { line in
                log.line(line)
                lines.continuation.yield(line)
            }
            lines.continuation.finish()
            await reporter.value
            if environment.wasReused {
                log.line(
                    "made before: Python \(environment.pythonVersion) with \(environment.lock.count) packages, "
                        + environment.python
                )
            }
            return environment
        } catch {
            log.line("failed: \(error.message)")
            throw error
        }
    }

    private func preparer() throws(Diagnostic) -> any EnvironmentPreparer {
        guard RuntimeKind.wanted(by: put.spec) == .docker else { return put.world.environments }
        if let images = put.world.images { return images }
        throw Diagnostic(
            .internalError,
            .engineUnreachable,
            "deployment `\(put.spec.name)` needs a container, and this control plane has no container engine"
        )
    }

    /// The build's log lies outside of the instances' folders: it is there before any instance is.
    static func logFile(home: BerthHome, revision: Int) -> String {
        "\(home.logsFolder)/environment-build/r\(revision).log"
    }
}

/// Appends lines from any thread: each is one write to a file that is opened for appending.
private final class BuildLog: Sendable {
    private let descriptor: Int32

    /// Makes the file, empty.
    init(file: String) throws(Diagnostic) {
        do {
            let folder = String(file.prefix(upTo: file.lastIndex(of: "/") ?? file.startIndex))
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw Self.failure(file, "\(error)")
        }
        descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(file, String(cString: strerror(errno))) }
    }

    deinit { close(descriptor) }

    /// A line that the disk has no room for is lost: the build itself will fail for it, and says so.
    func line(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    private static func failure(_ file: String, _ cause: String) -> Diagnostic {
        Diagnostic(
            .internalError,
            .homeNotWritable,
            "the environment's build log cannot be written",
            evidence: [Evidence("file", file), Evidence("system", cause)],
            help: ["make BERTH_HOME writable and free some space there"]
        )
    }
}
