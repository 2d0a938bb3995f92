package import BerthDiagnostics
import BerthJSON
import BerthModel
package import BerthRuntime
import CBerthPlatform
import Glibc

/// Starts instances as processes of this machine, each behind a fence and with a `berth launch` of its own as parent.
///
/// The parent outlives the control plane. Whatever is asked here is asked of it or read from the instance's folder, so
/// that a new control plane finds its instances again.
package struct ProcessDriver: InstanceDriver {
    /// What ending takes beyond the grace: killing, and writing the report.
    private static let endingSeconds = LaunchSettings.endingSeconds + LaunchSettings.flushSeconds + 3

    /// Tried once in the life of a process: what a machine can do does not change under it.
    private static let ownFingerprint = Fence.fingerprint()

    private let launcher: [String]
    private let unwanted: Set<FencePart>

    /// - Parameter executable: A program that, with the arguments `launch` and a folder, does what `Launch.run` does;
    ///   nil: this program itself.
    package init(executable: String? = nil) {
        self.init(executable: executable, without: [])
    }

    init(executable: String?, without unwanted: Set<FencePart>) {
        launcher = [executable ?? Self.ownExecutable, "launch"]
        self.unwanted = unwanted
    }

    /// The path of this program; when its file was replaced, the name by which the kernel still has it.
    private static var ownExecutable: String {
        let link = "/proc/self/exe"
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &buffer, buffer.count)
        guard count > 0 else { return link }
        let path = String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return access(path, X_OK) == 0 ? path : link
    }

    package var name: String { "process" }

    package func fingerprint() async -> DriverFingerprint {
        await OwnThread.run { Self.ownFingerprint }
    }

    package func start(_ plan: InstancePlan) async throws(Diagnostic) {
        let driver = self
        let outcome: Result<Void, Diagnostic> = await OwnThread.run {
            do throws(Diagnostic) {
                try driver.launch(plan)
                return .success(())
            } catch { return .failure(error) }
        }
        try outcome.get()
    }

    package func events(of instance: InstanceFolder) -> AsyncStream<InstanceEvent> {
        // Not bounded here, because `events.jsonl` is: launch writes no more than a few mebibytes.
        let (stream, continuation) = AsyncStream.makeStream(of: InstanceEvent.self)
        let reader = InstanceEventReader(instance, continuation)
        continuation.onTermination = { _ in reader.cancel() }
        // Without a thread there are no events now: the stream ends without a last word, and can be asked for again.
        if !OwnThread.start({ reader.run() }) { continuation.finish() }
        return stream
    }

    /// `running` names the process id of `berth launch`; that of the program is in the event `launched`.
    package func inspect(_ instance: InstanceFolder) async -> InstanceCondition {
        await OwnThread.run { Self.condition(of: instance) }
    }

    package func dump(_ instance: InstanceFolder) async throws(Diagnostic) {
        let isSent = await OwnThread.run { Self.ask(instance, #"{"do":"dump"}"#) }
        guard !isSent else { return }
        throw Diagnostic(.resourceNotFound, nil, "instance `\(instance.instanceID)` is not running")
    }

    package func stop(_ instance: InstanceFolder, grace: Duration) async throws(Diagnostic) {
        let seconds = max(0, Double(grace.components.seconds) + Double(grace.components.attoseconds) / 1e18)
        let isGone = await OwnThread.run { Self.end(instance, graceSeconds: seconds) }
        guard !isGone else { return }
        throw Diagnostic(
            .internalError,
            .platformFault,
            "processes of instance `\(instance.instanceID)` could not be killed",
            evidence: InstanceMark.orphans(of: instance).map { Evidence("process", "\($0)") },
            help: ["wait until the file system that these processes wait for answers again, then delete once more"]
        )
    }
}

// MARK: - Blocking parts, each on a thread of its own

extension ProcessDriver {
    private func launch(_ plan: InstancePlan) throws(Diagnostic) {
        let folder = plan.folder
        switch Self.condition(of: folder) {
        // An instance lives once: one that has ended is not started again by a repeated call.
        case .running, .exited, .lost: return
        case .absent: break
        }
        try folder.create()
        do throws(SystemFailure) {
            try AtomicFile.write(plan.json.utf8, to: folder.planFile)
        } catch {
            let message = "the launch plan of instance `\(folder.instanceID)` cannot be written"
            throw error.diagnostic(.containerStartFailed, .platformFault, message)
        }
        do throws(Diagnostic) {
            try DetachedProcess.start(launcher + [folder.path], environment: environment, logFile: folder.launchLog)
        } catch {
            throw Diagnostic(
                .containerStartFailed,
                error.reason,
                "instance `\(folder.instanceID)` could not be launched",
                evidence: error.evidence,
                help: error.help
            )
        }
    }

    /// What launch needs of our variables; those of its instance are in the plan.
    private var environment: [String: String] {
        var variables: [String: String] = [:]
        for name in ["PATH", "LANG", "LD_LIBRARY_PATH", FencePart.variable] {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        if !unwanted.isEmpty {
            variables[FencePart.variable] = unwanted.map(\.rawValue).sorted().joined(separator: ",")
        }
        return variables
    }

    static func condition(of folder: InstanceFolder) -> InstanceCondition {
        if let holder = LaunchHolder(of: folder) {
            // With a report written, launch is about to end. Only its end counts: the instance could write one too.
            let isEnding = folder.exitReport() != nil && holder.waitForEnd(seconds: LaunchSettings.flushSeconds + 1)
            if !isEnding { return .running(pid: holder.pid) }
        }
        if let report = folder.exitReport() { return .exited(report) }
        let kept = folder.keptEvents()
        if let last = kept.last, last.name == .exited, let report = ExitReport(json: last.body) {
            return .exited(report)
        }
        return kept.isEmpty ? .absent : .lost
    }

    /// False when there is nobody to ask.
    private static func ask(_ folder: InstanceFolder, _ command: String) -> Bool {
        guard let connection = LaunchConnection(to: folder) else { return false }
        return connection.send(command)
    }

    /// True when nothing runs any more.
    private static func end(_ folder: InstanceFolder, graceSeconds: Double) -> Bool {
        if let holder = LaunchHolder(of: folder) {
            let grace = min(graceSeconds, LaunchSettings.maxGraceSeconds)
            // Starting, ending, or its socket was taken away: the signal says the same, with a grace of its own.
            if !ask(folder, #"{"do":"stop","graceSeconds":\#(grace)}"#) { berth_pidfd_signal(holder.pidfd, SIGTERM) }
            if !holder.waitForEnd(seconds: grace + endingSeconds) {
                berth_pidfd_signal(holder.pidfd, SIGKILL)
                if !holder.waitForEnd(seconds: endingSeconds) { return false }
            }
        }
        return InstanceMark.killOrphans(of: folder)
    }
}
