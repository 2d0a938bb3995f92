import BerthJSON
import BerthRuntime

/// Reads the order of events: which of them decided, and which only followed.
enum Timeline {
    /// Different failures of `run()` that are told.
    private static let maxRunFailures = 4

    static func phase(of evidence: FailureEvidence) -> Phase {
        var phases: [Int: Phase] = [:]
        var last = Phase.boot
        for event in evidence.events {
            let worker = event.body["worker"]?.intValue ?? 0
            let next: Phase? =
                switch event.name {
                case .importing, .importFailed: .importing
                case .initializing, .initFailed: .initializing
                case .ready: .serving
                default: nil
                }
            guard let next else { continue }
            phases[worker] = next
            last = next
        }
        // The worker that lags is the one that keeps the instance from being ready.
        for phase in [Phase.importing, .initializing] where phases.values.contains(phase) { return phase }
        return last
    }

    static func incidents(of evidence: FailureEvidence) -> [Incident] {
        switch evidence.trigger {
        case .runFailed:
            let raised = runFailures(evidence)
            return raised.isEmpty ? ends(evidence) : raised
        case .runTimedOut: return runTimeOuts(evidence)
        case .workerExited, .ended, .lost, .readinessWindowPassed, .livenessFailed: return ends(evidence)
        }
    }

    // MARK: While answering

    private static func runFailures(_ evidence: FailureEvidence) -> [Incident] {
        var seen: Set<String> = []
        var found: [Incident] = []
        for event in evidence.events.reversed() where event.name == .runFailed {
            guard let error = raised(event, .run, evidence) else { continue }
            let frame = error.userFrame
            let key = "\(error.root.shortType)\u{0}\(frame?.path ?? "")\u{0}\(frame?.line ?? 0)"
            guard seen.insert(key).inserted else { continue }
            found.append(.raised(error))
            if found.count == maxRunFailures { break }
        }
        return found
    }

    private static func runTimeOuts(_ evidence: FailureEvidence) -> [Incident] {
        guard let event = evidence.events.last(where: { $0.name == .runTimedOut }) else { return ends(evidence) }
        let seconds = event.body["seconds"]?.doubleValue ?? 0
        let frames = (event.body["stack"]?.arrayValue ?? []).compactMap(Frame.init)
        return [.stuck(Wait(kind: .run(seconds: seconds), phase: .run, frames: frames))]
    }

    // MARK: The end of a process

    private static func ends(_ evidence: FailureEvidence) -> [Incident] {
        if let death = outOfMemory(evidence) { return [.died(death)] }
        if let failure = launchFailure(evidence) { return [.notStarted(failure)] }
        let failures = bootFailures(evidence)
        if !failures.isEmpty { return failures }
        switch evidence.trigger {
        case .readinessWindowPassed(let seconds):
            if let death = workerDeath(evidence) { return [.died(death)] }
            let phase = phase(of: evidence)
            return [.stuck(Wait(kind: .readiness(seconds: seconds), phase: phase, frames: stack(evidence)))]
        case .livenessFailed(let failures):
            if let death = workerDeath(evidence), death.phase != .serving { return [.died(death)] }
            let phase = phase(of: evidence)
            return [.stuck(Wait(kind: .liveness(failures: failures), phase: phase, frames: stack(evidence)))]
        case .lost:
            return [.died(Death(ending: .lost, phase: phase(of: evidence), worker: nil, lastLines: [], requestID: nil))]
        case .ended, .workerExited, .runFailed, .runTimedOut:
            break
        }
        if let death = workerDeath(evidence) {
            return serverFailure(evidence, death).map { [.raised($0)] } ?? [.died(death)]
        }
        return instanceEnd(evidence)
    }

    private static func outOfMemory(_ evidence: FailureEvidence) -> Death? {
        let killedByUs =
            evidence.exit?.killedBy == .memoryLimit
            || evidence.events.contains { $0.name == .memoryLimitExceeded }
            || evidence.events.contains { $0.body["killedByUs"]?.stringValue == ExitReport.Killer.memoryLimit.rawValue }
        let worker = evidence.events.last { ($0.body["oomKills"]?.intValue ?? 0) > 0 && $0.name == .workerExited }
        let byKernel = (evidence.exit?.oomKills ?? 0) > 0 || worker != nil
        guard killedByUs || byKernel else { return nil }
        return Death(
            ending: .outOfMemory(byUs: killedByUs),
            phase: worker.flatMap { Phase(rawValue: $0.body["phase"]?.stringValue ?? "") } ?? phase(of: evidence),
            worker: worker?.body["worker"]?.intValue,
            lastLines: lastLines(worker),
            requestID: worker?.body["requestId"]?.stringValue
        )
    }

    private static func launchFailure(_ evidence: FailureEvidence) -> LaunchFailure? {
        if case .notStarted(let stage, let errno, let message)? = evidence.exit?.ending {
            return LaunchFailure(stage: stage, errno: errno, message: message)
        }
        guard let body = evidence.events.last(where: { $0.name == .launchFailed })?.body else { return nil }
        return LaunchFailure(
            stage: body["stage"]?.stringValue ?? "",
            errno: body["errno"]?.intValue ?? 0,
            message: body["message"]?.stringValue ?? ""
        )
    }

    /// What the workers said themselves, one of each kind: a failure that the same worker got over does not count.
    private static func bootFailures(_ evidence: FailureEvidence) -> [Incident] {
        var byWorker: [Int: InstanceEvent] = [:]
        for event in evidence.events {
            let worker = event.body["worker"]?.intValue ?? 0
            switch event.name {
            case .importFailed, .initFailed, .scriptInvalid: byWorker[worker] = event
            case .ready: byWorker[worker] = nil
            default: break
            }
        }
        var seen: Set<String> = []
        return byWorker.sorted { $0.key < $1.key }.compactMap { _, event in
            switch event.name {
            case .scriptInvalid:
                let problem = ScriptProblem(event.body)
                return seen.insert(problem.kind).inserted ? .scriptInvalid(problem) : nil
            case .importFailed, .initFailed:
                let phase: Phase = event.name == .importFailed ? .importing : .initializing
                guard let error = raised(event, phase, evidence) else { return nil }
                let place = error.userFrame.map { "\($0.path):\($0.line)" } ?? ""
                return seen.insert(error.root.shortType + place).inserted ? .raised(error) : nil
            default: return nil
            }
        }
    }

    private static func workerDeath(_ evidence: FailureEvidence) -> Death? {
        let deaths = evidence.events.filter { $0.name == .workerExited }
        guard let event = deaths.last else { return nil }
        let ending = ending(event.body)
        let lines = lastLines(event)
        let phase = Phase(rawValue: event.body["phase"]?.stringValue ?? "") ?? phase(of: evidence)
        return Death(
            ending: ending,
            phase: phase,
            worker: event.body["worker"]?.intValue ?? 0,
            lastLines: lines,
            requestID: event.body["requestId"]?.stringValue,
            times: deaths.count { Self.ending($0.body) == ending },
            frames: fatalFrames(evidence, lines)
        )
    }

    /// A failure so deep that the server could not tell of it as an event, and wrote it to the log in its last moment.
    private static func serverFailure(_ evidence: FailureEvidence, _ death: Death) -> RaisedError? {
        guard case .exited(let status) = death.ending, status != 0,
            evidence.logTail.contains(where: { $0.contains("The worker failed: ") })
        else { return nil }
        let chain = LogTraceback.last(in: evidence.logTail, codeFolder: evidence.codeFolder)
        return chain.isEmpty ? nil : RaisedError(phase: death.phase, chain: chain)
    }

    private static func instanceEnd(_ evidence: FailureEvidence) -> [Incident] {
        let phase = phase(of: evidence)
        let ending: Death.Ending =
            switch evidence.exit?.ending {
            case .exited(let status)?: .exited(status)
            case .signaled(let signal)?: .signaled(signal)
            case .notStarted?, nil: .lost
            }
        // A traceback tells the cause only of an ending that Python made: it exits with 1.
        if ending == .exited(1) {
            let chain = LogTraceback.last(in: evidence.logTail, codeFolder: evidence.codeFolder)
            if !chain.isEmpty { return [.raised(RaisedError(phase: phase, chain: chain))] }
        }
        let lines = Array(evidence.logTail.suffix(20))
        return [
            .died(
                Death(
                    ending: ending,
                    phase: phase,
                    worker: nil,
                    lastLines: lines,
                    requestID: nil,
                    frames: fatalFrames(evidence, lines)
                )
            )
        ]
    }

    // MARK: Parts of events

    private static func raised(
        _ event: InstanceEvent,
        _ phase: Phase,
        _ evidence: FailureEvidence
    ) -> RaisedError? {
        guard let body = event.body["error"] else { return nil }
        let chain = [Exception(body)] + (body["causes"]?.arrayValue ?? []).map(Exception.init)
        let requestID = event.body["requestId"]?.stringValue
        // What came up in a process of a pool is told as a text: there it happened, here it was only handed on.
        let remote = chain.last { $0.shortType.hasSuffix("RemoteTraceback") }.map {
            LogTraceback.last(in: $0.message.lines, codeFolder: evidence.codeFolder)
        }
        if let remote, remote.contains(where: { $0.userFrame != nil }) {
            return RaisedError(phase: phase, chain: remote, requestID: requestID)
        }
        let told = chain.filter { !$0.shortType.hasSuffix("RemoteTraceback") }
        return RaisedError(phase: phase, chain: told.isEmpty ? chain : told, requestID: requestID)
    }

    private static func ending(_ body: JSON) -> Death.Ending {
        if let signal = body["signal"]?.intValue { return .signaled(signal) }
        return .exited(body["exitStatus"]?.intValue ?? 0)
    }

    private static func lastLines(_ event: InstanceEvent?) -> [String] {
        (event?.body["lastLines"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    private static func fatalFrames(_ evidence: FailureEvidence, _ lines: [String]) -> [Frame] {
        let own = LogTraceback.fatalStack(in: lines, codeFolder: evidence.codeFolder)
        return own.isEmpty ? LogTraceback.fatalStack(in: evidence.logTail, codeFolder: evidence.codeFolder) : own
    }

    /// The stack of the worker that lags, as the last dump shows it.
    private static func stack(_ evidence: FailureEvidence) -> [Frame] {
        let ready = Set(evidence.events.filter { $0.name == .ready }.compactMap { $0.body["worker"]?.intValue })
        let dumps = evidence.events.filter { $0.name == .stack }
        let dump = dumps.last { !ready.contains($0.body["worker"]?.intValue ?? -1) } ?? dumps.last
        let threads = dump?.body["threads"]?.arrayValue ?? []
        let main = threads.first { $0["main"]?.boolValue ?? false } ?? threads.first
        let frames = (main?["frames"]?.arrayValue ?? []).compactMap(Frame.init)
        if frames.contains(where: \.isUser) { return frames }
        let other = threads.map { ($0["frames"]?.arrayValue ?? []).compactMap(Frame.init) }
        return other.first { $0.contains(where: \.isUser) } ?? frames
    }
}
