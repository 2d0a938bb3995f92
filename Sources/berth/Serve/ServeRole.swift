import BerthControl
import BerthDiagnosis
import BerthDiagnostics
import BerthEnvironments
import BerthGatewayLink
import BerthModel
import BerthRuntime
import BerthRuntimeProcess
import BerthServer
import BerthStore
import Foundation
import Logging

/// `berth serve --local`: the control plane of one user, started by the first command that needs it; ends by itself
/// when nothing local is left.
enum ServeRole {
    /// A local control plane without endpoints ends after this long without a request.
    private static let quiet: Duration = .seconds(20)

    static func run(_ arguments: [String]) async -> Int32 {
        let ready = ReadyLine(arguments: arguments)
        guard arguments.contains("--local") else {
            return Usage.refuse("berth serve: only --local is there yet")
        }
        let home = BerthHome(environment: ProcessInfo.processInfo.environment)
        do throws(Diagnostic) {
            try home.create()
            let lock = try SingleInstance(lockFile: home.runFolder + "/serve.pid")
            defer { lock.release() }
            return try await serve(home, ready)
        } catch {
            ready.failed(error)
            return 1
        }
    }

    private static func serve(_ home: BerthHome, _ ready: ReadyLine) async throws(Diagnostic) -> Int32 {
        var logger = Logger(label: "berth.serve") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .info
        guard let inferenceServer = Libexec.inferenceServer else {
            throw Diagnostic(
                .internalError,
                .toolNotFound,
                "the inference server is not beside this berth",
                help: ["install berth whole (make install), or set BERTH_LIBEXEC to its libexec/berth"]
            )
        }
        let gateway = GatewayKeeper(home: home, executable: Libexec.executable, logger: logger)
        let world = ControlWorld(
            store: try Store(path: home.database),
            home: home,
            driver: ProcessDriver(executable: Libexec.executable),
            environments: PythonEnvironments(store: EnvironmentStore(home: home.path)),
            routes: gateway,
            health: SocketHealth(),
            diagnose: { Diagnosis.diagnose($0) },
            inferenceServer: inferenceServer,
            machine: Self.machine,
            now: { Date().timeIntervalSince1970 },
            logger: logger
        )
        let control = ControlPlane(world: world)
        await gateway.onStart { await control.gatewayStarted() }
        try await gateway.ensureRunning()
        try await control.recover()
        let server = ControlServer(control: control, socketPath: home.serveSocket, logger: logger) { ready.ready() }
        unlink(home.serveSocket)
        let idle = Task { await endWhenIdle(control, gateway, logger) }
        var status: Int32 = 0
        do {
            try await server.run()
        } catch {
            logger.error("the control plane's server ended", metadata: ["cause": "\(error)"])
            status = 1
        }
        idle.cancel()
        await control.shutdown()
        await gateway.stopWatching()
        unlink(home.serveSocket)
        return status
    }

    /// With no endpoint left, the gateway is ended, then this process by the signal that everything else ends by.
    private static func endWhenIdle(_ control: ControlPlane, _ gateway: GatewayKeeper, _ logger: Logger) async {
        do {
            while true {
                try await Task.sleep(for: .seconds(5))
                guard try await control.isIdle(for: quiet) else { continue }
                logger.info("nothing local is left")
                await gateway.stop()
                kill(getpid(), SIGTERM)
                return
            }
        } catch is CancellationError {
            return
        } catch {
            logger.error("the idle check ended", metadata: ["cause": "\(error)"])
        }
    }

    private static var machine: Machine {
        Machine(
            cores: Cores(ProcessInfo.processInfo.activeProcessorCount),
            memory: Bytes(Int(ProcessInfo.processInfo.physicalMemory))
        )
    }
}

/// Holds a lock for as long as this process lives: two control planes on one home would undo each other's work.
struct SingleInstance {
    private let descriptor: Int32

    init(lockFile: String) throws(Diagnostic) {
        descriptor = open(lockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Diagnostic(
                .internalError,
                .homeNotWritable,
                "the control plane's lock cannot be made",
                evidence: [Evidence("file", lockFile), Evidence("system", String(cString: strerror(errno)))],
                help: ["make BERTH_HOME writable, or set BERTH_HOME to another folder"]
            )
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Diagnostic(
                .conflict,
                .operationInProgress,
                "another control plane runs on this BERTH_HOME",
                evidence: [Evidence("file", lockFile)]
            )
        }
        let text = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = write(descriptor, text, text.count)
    }

    func release() { close(descriptor) }
}
