import BerthControl
import BerthDiagnostics
import BerthGatewayLink
import BerthModel
import BerthRuntime
import CBerthPlatform
import Foundation
import Logging

/// Keeps one gateway running: adopts the one that is there, starts it anew at once when it ends.
actor GatewayKeeper: RoutePublisher {
    private let home: BerthHome
    private let executable: String
    private let link: GatewayLink
    private let listeners: [String]
    private let logger: Logger
    private var started: (@Sendable () async -> Void)?
    private var watcher: Task<Void, Never>?
    private var isStopping = false

    /// `listeners` are the gateway's arguments for what it serves beside the ports of `--local` endpoints.
    init(home: BerthHome, executable: String, listeners: [String], logger: Logger) {
        self.home = home
        self.listeners = listeners
        self.executable = executable
        self.logger = logger
        link = GatewayLink(socketPath: home.gatewaySocket)
    }

    /// What to do when a gateway was started anew.
    func onStart(_ action: @escaping @Sendable () async -> Void) { started = action }

    /// Returns when a gateway answers.
    func ensureRunning() async throws(Diagnostic) {
        if let status = await status() {
            // One that was started for other ports cannot be kept.
            if listeners == startedWith() {
                watch(pid: status.pid)
                return
            }
            try await link.shutdown(grace: .seconds(5))
            await OwnThread.run { Self.waitForEnd(of: status.pid) }
        }
        let arguments =
            [
                executable, "gateway", "--run-folder", home.runFolder, "--snapshot",
                home.gatewayFolder + "/routes.snapshot",
                "--traffic-log", home.logFile("traffic"), "--ready-fd", "3",
            ] + listeners
        let log = home.logFile("gateway")
        let outcome: Result<Void, Diagnostic> = await OwnThread.run {
            do throws(Diagnostic) {
                let environment = ProcessInfo.processInfo.environment
                return .success(try DetachedProcess.start(arguments, environment: environment, logFile: log))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
        keepListeners()
        guard let status = await status() else {
            throw Diagnostic(.internalError, .serverUnreachable, "the gateway started but does not answer")
        }
        watch(pid: status.pid)
    }

    // MARK: What it was started with

    private var listenersFile: String { home.runFolder + "/gateway.listeners" }

    private func startedWith() -> [String] {
        // Without the file, or with an unreadable one, it was started for `--local` alone.
        let bytes = try? RegularFile.read(listenersFile, limit: 4096)
        return String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func keepListeners() {
        do {
            try AtomicFile.write(Array(listeners.joined(separator: "\n").utf8), to: listenersFile)
        } catch {
            logger.warning("the gateway's ports were not kept", metadata: ["cause": "\(error)"])
        }
    }

    private func status() async -> GatewayStatus? {
        do throws(Diagnostic) {
            let status = try await link.status()
            return status.isDraining ? nil : status
        } catch {
            return nil  // Nobody answers: that is what is being asked.
        }
    }

    /// Waits on a thread of its own until the process ends, then starts another one.
    private func watch(pid: Int) {
        watcher?.cancel()
        watcher = Task {
            await OwnThread.run { Self.waitForEnd(of: pid) }
            guard !Task.isCancelled else { return }
            await self.gatewayEnded()
        }
    }

    private static func waitForEnd(of pid: Int) {
        let descriptor = berth_pidfd_open(pid_t(pid))
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&waiting, 1, -1) < 0, errno == EINTR {}
    }

    private func gatewayEnded() async {
        guard !isStopping else { return }
        logger.warning("the gateway ended; starting it anew")
        do throws(Diagnostic) {
            try await ensureRunning()
            await started?()
        } catch {
            logger.error("the gateway could not be started", metadata: ["cause": "\(error.message)"])
        }
    }

    /// Leaves the gateway to the next control plane.
    func stopWatching() {
        isStopping = true
        watcher?.cancel()
    }

    /// Ends the gateway.
    func stop() async {
        stopWatching()
        do throws(Diagnostic) {
            try await link.shutdown(grace: .seconds(2))
        } catch {
            logger.warning("the gateway was not asked to end", metadata: ["cause": "\(error.message)"])
        }
    }

    // MARK: RoutePublisher

    func publish(_ table: RouteTable) async throws(Diagnostic) -> [String: String] {
        try await link.publish(table).failed
    }

    func inFlight() async throws(Diagnostic) -> [String: Int] { try await link.inFlight() }
}
