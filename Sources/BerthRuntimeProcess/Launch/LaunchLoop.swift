import BerthJSON
import BerthModel
import BerthRuntime
import CBerthPlatform
import Glibc

/// The loop of `berth launch`, with everything that it holds.
///
/// ```
/// start ──▶ running ──stop──▶ stopping ──grace over──▶ (killed) ─┐
///    │         └── program ended, memory limit ──────────────────┤
///    └─ launch-failed ───────────────────────────────────────────┴▶ ending ──▶ ended
/// ```
final class LaunchLoop {
    private enum State {
        case running
        case stopping(deadline: Double)
        /// The program has ended; what it left is being killed.
        case ending(ExitReport.Ending, deadline: Double)
    }

    private let plan: InstancePlan
    private let root = Int(getpid())
    private let started = berth_monotonic_seconds()
    private let signals: CInt
    private var state = State.running
    private var program: InstanceProgram?
    private var events: EventLog
    private var log: LogWriter
    private var socket: LaunchSocket
    private let exitFile: ExitFile
    private var eventLines = LineBuffer(limit: InstanceEvent.maxLineBytes - 1)
    private var memory: MemoryWatch
    private var cgroup: InstanceCgroup?
    private var nextMemoryLook: Double
    private var killedBy: ExitReport.Killer?
    private var largestProcessBytes = 0
    private var isOutputOpen = true
    private var isEventPipeOpen = true
    private var hasToldLogFailure = false
    private var hasToldBadEvent = false

    /// Makes everything but the program itself.
    init(_ plan: InstancePlan) throws(SystemFailure) {
        self.plan = plan
        let wanted = [SIGCHLD, SIGTERM, SIGINT, SIGHUP]
        signals = berth_signal_fd(wanted, CInt(wanted.count))
        guard signals >= 0, berth_become_subreaper() == 0 else {
            throw SystemFailure("becoming the parent of", plan.folder.path, errno: errno)
        }
        log = LogWriter(path: plan.folder.log(.inferenceServer))
        exitFile = try ExitFile(path: plan.folder.exitReportFile)
        socket = try LaunchSocket(path: plan.folder.socketFolder + "/launch.sock")
        events = try EventLog(path: plan.folder.eventFile)
        memory = MemoryWatch(limitBytes: plan.limits.memory.count, kills: true)
        nextMemoryLook = started
    }

    /// Starts the program, and returns when nothing of the instance runs any more.
    func run() {
        start()
        while true {
            let now = berth_monotonic_seconds()
            if case .ending(let ending, let deadline) = state, isEmpty() || now >= deadline {
                return finish(ending)
            }
            act(now)
            turn(timeout: timeout(berth_monotonic_seconds()))
        }
    }

    private func start() {
        let unwanted = FencePart.unwanted(getenv(FencePart.variable).map { String(cString: $0) })
        var fence = Fence(for: plan, without: unwanted)
        keep(fence.cgroup)
        do throws(InstanceProgram.Failure) {
            let program = try InstanceProgram.start(plan, behind: &fence)
            self.program = program
            cgroup = fence.cgroup
            memory = MemoryWatch(limitBytes: plan.limits.memory.count, kills: cgroup == nil)
            tell(
                .launched,
                [
                    ("pid", .integer(program.pid)), ("fence", JSON(fence.enforced)),
                    ("notEnforced", JSON(fence.notEnforced)),
                ]
            )
        } catch {
            fence.cgroup?.remove()
            tell(
                .launchFailed,
                [
                    ("stage", .string(error.stage)), ("errno", .integer(error.errno)),
                    ("message", .string(error.message)),
                ]
            )
            isOutputOpen = false
            isEventPipeOpen = false
            end(.notStarted(stage: error.stage, errno: error.errno, message: error.message))
        }
    }

    /// Notes the groups where the instance cannot write, for clean-up should we be killed.
    private func keep(_ cgroup: InstanceCgroup?) {
        guard let cgroup else { return }
        do throws(SystemFailure) {
            try AtomicFile.write(Array(cgroup.folders.joined(separator: "\n").utf8), to: plan.folder.cgroupFile)
        } catch {
            StandardError.say("\(error.action) `\(error.path)`: \(error.cause)")
        }
    }

    private func tell(_ name: InstanceEvent.Name, _ keys: [(String, JSON)]) {
        events.append(InstanceEvent(name, at: berth_wall_seconds(), keys))
        socket.push(events)
    }
}

// MARK: - Time

extension LaunchLoop {
    private func timeout(_ now: Double) -> CInt {
        let next: Double
        switch state {
        case .running: next = nextMemoryLook
        case .stopping(let deadline): next = min(nextMemoryLook, deadline)
        case .ending: next = now + LaunchSettings.endingPeriod
        }
        return CInt(max(0, (next - now) * 1000).rounded(.up))
    }

    /// What is due by the clock.
    private func act(_ now: Double) {
        switch state {
        case .running:
            lookAtMemory(now)
        case .stopping(let deadline):
            lookAtMemory(now)
            guard now >= deadline else { return }
            if killedBy == .stop { killedBy = .stopTimeout }
            killAll()
            state = .stopping(deadline: now + LaunchSettings.killAgainSeconds)
        case .ending:
            killAll()
        }
    }

    private func lookAtMemory(_ now: Double) {
        guard now >= nextMemoryLook else { return }
        let pids = ProcessTree.descendants(of: root)
        let bytes = InstanceMemory.resident(of: pids, exactFrom: memory.nearBytes)
        let sizes: [(String, JSON)] = [
            ("residentBytes", .integer(bytes)), ("limitBytes", .integer(memory.limitBytes)),
        ]
        switch memory.measured(bytes) {
        case .nothing: break
        case .report: tell(.memory, sizes)
        case .kill where killedBy != .memoryLimit:
            killedBy = .memoryLimit
            tell(.memoryLimitExceeded, sizes + [("processes", .integer(pids.count))])
            killAll()
        case .kill: killAll()
        }
        let period = memory.isNear ? LaunchSettings.memoryPeriodNearLimit : LaunchSettings.memoryPeriod
        nextMemoryLook = berth_monotonic_seconds() + period
    }

    private func killAll() { _ = ProcessTree.signal(SIGKILL, descendantsOf: root) }

    /// Whether nothing of the instance is left, and all that it said has been read.
    private func isEmpty() -> Bool {
        !isOutputOpen && !isEventPipeOpen && ProcessTree.descendants(of: root).isEmpty
    }
}

// MARK: - What happens

extension LaunchLoop {
    /// Waits for something to happen, and handles it.
    private func turn(timeout: CInt) {
        var files = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
        // A descriptor below 0 is passed over by `poll`.
        files.append(pollfd(fd: isOutputOpen ? program?.output ?? -1 : -1, events: Int16(POLLIN), revents: 0))
        files.append(pollfd(fd: isEventPipeOpen ? program?.events ?? -1 : -1, events: Int16(POLLIN), revents: 0))
        files += socket.descriptors(end: events.end)
        guard poll(&files, nfds_t(files.count), timeout) > 0 else { return }
        // Output before the end of the program, so that an event about it finds its last words in the log.
        if files[1].revents != 0 { readOutput() }
        if files[2].revents != 0 { readEvents() }
        if files[0].revents != 0 { handleSignals() }
        for command in socket.handle(files[3...], events: events) { obey(command) }
    }

    private func readOutput() {
        guard let program, let bytes = read(program.output) else { return }
        if bytes.isEmpty { isOutputOpen = false }
        log.append(bytes[...])
        guard log.errno != 0, !hasToldLogFailure else { return }
        hasToldLogFailure = true
        let message = "output of the instance cannot be written to its log: \(SystemFailure.text(of: log.errno))"
        tell(.warning, [("kind", "log-not-written"), ("message", .string(message))])
    }

    private func readEvents() {
        guard let program, let bytes = read(program.events) else { return }
        if bytes.isEmpty { isEventPipeOpen = false }
        for line in eventLines.lines(adding: bytes[...]) { record(line) }
        if eventLines.skipped > 0 {
            tellBadEvent("an event of more than \(InstanceEvent.maxLineBytes) bytes was dropped")
        }
        socket.push(events)
    }

    /// Bytes from a pipe; nil when there are none now, empty at its end.
    private func read(_ pipe: CInt) -> [UInt8]? {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: LaunchSettings.outputBlockBytes) { buffer, filled in
            count = Glibc.read(pipe, buffer.baseAddress, buffer.count)
            filled = max(0, count)
        }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? nil : bytes
    }

    /// An event of the inference server: what it says about time and itself is completed, and it never speaks for us.
    private func record(_ line: [UInt8]) {
        // The line itself is told, which says more than where it stops being JSON.
        guard case .object(var body) = try? JSON.parse(line), body["event"]?.stringValue != nil else {
            return tellBadEvent(
                "a line that is no event was dropped: \(String(decoding: line.prefix(200), as: UTF8.self))"
            )
        }
        if body["at"]?.doubleValue == nil { body["at"] = .double(berth_wall_seconds()) }
        body["source"] = "inference-server"
        // The server cannot see the group's counter from inside.
        if body["event"]?.stringValue == "worker-exited", body["oomKills"] == nil, let cgroup {
            body["oomKills"] = .integer(cgroup.newOOMKills())
        }
        guard let event = InstanceEvent(json: .object(body)), !event.name.isOfLaunch else {
            return tellBadEvent("the instance sent an event that only its parent may send")
        }
        events.append(event)
    }

    private func tellBadEvent(_ message: String) {
        guard !hasToldBadEvent else { return }
        hasToldBadEvent = true
        tell(.warning, [("kind", "bad-event"), ("message", .string(message))])
    }

    private func handleSignals() {
        while case let signal = berth_signal_next(signals), signal != 0 {
            switch signal {
            case SIGCHLD: reap()
            case SIGTERM, SIGINT: obey(.stop(graceSeconds: LaunchSettings.standardGraceSeconds))
            // A terminal that closes is no reason to end.
            default: break
            }
        }
    }

    private func reap() {
        while true {
            var status: CInt = 0
            var usage = rusage()
            let pid = wait4(-1, &status, WNOHANG, &usage)
            guard pid > 0 else { return }
            guard pid == program?.pid ?? 0 else { continue }
            largestProcessBytes = usage.ru_maxrss * 1024
            // As WIFSIGNALED and WEXITSTATUS, which are macros.
            let signal = status & 0x7F
            end(signal == 0 ? .exited(status: Int(status >> 8) & 0xFF) : .signaled(Int(signal)))
        }
    }

    private func end(_ ending: ExitReport.Ending) {
        state = .ending(ending, deadline: berth_monotonic_seconds() + LaunchSettings.endingSeconds)
        killAll()
    }

    /// The program's number is its own until it is reaped, which only we do, and which ends `running` and `stopping`.
    private func obey(_ command: LaunchCommand) {
        guard let program else { return }
        switch (command, state) {
        case (.stop(let grace), .running):
            killedBy = killedBy ?? .stop
            state = .stopping(deadline: berth_monotonic_seconds() + grace)
            kill(pid_t(program.pid), SIGTERM)
        case (.stop(let grace), .stopping(let deadline)):
            state = .stopping(deadline: min(deadline, berth_monotonic_seconds() + grace))
        case (.dump, .running), (.dump, .stopping): dump(program)
        case (_, .ending): break
        }
    }

    /// Only to a program that expects the signal: to another one it is deadly.
    private func dump(_ program: InstanceProgram) {
        guard ProcessSignals.catches(SIGUSR2, pid: program.pid) else {
            let message = "the instance cannot be asked yet: its inference server is not that far"
            return tell(.warning, [("kind", "dump-unavailable"), ("message", .string(message))])
        }
        kill(pid_t(program.pid), SIGUSR2)
    }
}

// MARK: - The end

extension LaunchLoop {
    private func finish(_ ending: ExitReport.Ending) {
        let report = ExitReport(
            ending: ending,
            at: berth_wall_seconds(),
            seconds: berth_monotonic_seconds() - started,
            peakResident: program == nil ? nil : Bytes(max(memory.peakBytes, largestProcessBytes)),
            oomKills: cgroup?.oomKills,
            killedBy: killedBy
        )
        cgroup?.remove()
        unlink(plan.folder.cgroupFile)
        events.append(report.event)
        events.flush()
        exitFile.write(report)
        socket.push(events)
        let deadline = berth_monotonic_seconds() + LaunchSettings.flushSeconds
        while !socket.isFlushed(events), berth_monotonic_seconds() < deadline {
            var files = socket.descriptors(end: events.end)
            guard poll(&files, nfds_t(files.count), CInt(LaunchSettings.flushSeconds * 1000)) > 0 else { break }
            _ = socket.handle(files[...], events: events)
        }
        socket.removeName()
    }
}

extension InstanceEvent.Name {
    /// Whether `berth launch` or a reader makes it, never the instance.
    fileprivate var isOfLaunch: Bool {
        switch self {
        case .launched, .launchFailed, .memory, .memoryLimitExceeded, .exited, .lost: true
        case .boot, .importing, .imported, .importFailed, .initializing, .initialized, .initFailed, .scriptInvalid,
            .ready, .warning, .runFailed, .runTimedOut, .workerExited, .givingUp, .stack, .stopping, .unknown:
            false
        }
    }
}
