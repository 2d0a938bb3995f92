import BerthControl
import BerthDiagnosis
import BerthDiagnostics
import BerthEnvironments
import BerthModel
import BerthRuntime
import BerthRuntimeDocker
import BerthRuntimeProcess
import BerthServer
import BerthStore
import Foundation
import Logging

/// `berth serve`: the control plane. With `--local` that of one user, started by the first command that needs it; it ends
/// by itself when nothing local is left.
enum ServeRole {
    /// A local control plane without endpoints ends after this long without a request.
    private static let quiet: Duration = .seconds(20)

    static func run(_ arguments: [String]) async -> Int32 {
        let ready = ReadyLine(arguments: arguments)
        if arguments.contains("--help") || arguments.contains("-h") {
            print(ServeOptions.usage)
            return 0
        }
        let home = BerthHome(environment: ProcessInfo.processInfo.environment)
        let options: ServeOptions
        do {
            options = try ServeOptions(arguments: arguments)
        } catch {
            for diagnostic in error.diagnostics.dropLast() { StandardError.line(diagnostic.text()) }
            if let last = error.diagnostics.last { ready.failed(last) }
            return 2
        }
        do throws(Diagnostic) {
            try home.create()
            if !options.isLocal { try await Predecessor(home: home).end() }
            let lock = try SingleInstance(lockFile: home.serveProcessFile, isLocal: options.isLocal)
            defer { lock.release() }
            return try await serve(home, options, ready)
        } catch {
            ready.failed(error)
            return 1
        }
    }

    private static func serve(
        _ home: BerthHome,
        _ options: ServeOptions,
        _ ready: ReadyLine
    ) async throws(Diagnostic) -> Int32 {
        var logger = Logger(label: "berth.serve") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .info
        let store = try Store(path: home.database)
        let now: @Sendable () -> Double = { Date().timeIntervalSince1970 }
        let directory = try await Directory(store: store, box: try KeyFiles.secretBox(home), now: now)
        let accounts = Accounts(store: store, now: now)
        let assets = try await AssetSources.make(home, store, now)
        let front = options.isLocal ? nil : try await ServerFront.prepare(home, options.server, directory, accounts)
        let gateway = GatewayKeeper(
            home: home,
            executable: Libexec.executable,
            listeners: front?.gatewayArguments ?? [],
            logger: logger
        )
        var world = try world(home, store, gateway, logger)
        world.assets = assets
        world.service = front.map { $0.facts(directory) }
        let control = ControlPlane(world: world)
        await gateway.onStart { await control.gatewayStarted() }
        try await gateway.ensureRunning()
        try await control.recover()
        let stop = StopSwitch()
        let server = ControlServer(
            control: control,
            directory: directory,
            accounts: accounts,
            assets: assets,
            now: now,
            socketPath: home.serveSocket,
            network: front?.network,
            stop: stop,
            audit: AuditLog(path: AuditLog.file(home), now: now),
            trace: Trace(home: home, store: store),
            logger: logger
        ) {
            front?.sayReady()
            ready.ready()
        }
        unlink(home.serveSocket)
        let chores = [
            Task { await sweepContainers(home, logger) }, Task { await AssetSources.sweep(assets, logger) },
            Task { if options.isLocal { await endWhenIdle(control, gateway, logger) } },
        ]
        let status = await run(server, logger)
        for task in chores { task.cancel() }
        await end(control, gateway, everything: stop.isPressed)
        unlink(home.serveSocket)
        return status
    }

    /// Serves until it is told to stop; returns the exit status.
    private static func run(_ server: ControlServer, _ logger: Logger) async -> Int32 {
        do {
            try await server.run()
            return 0
        } catch {
            logger.error("the control plane's server ended", metadata: ["cause": "\(error)"])
            StandardError.line("berth serve: \(error)")
            return 1
        }
    }

    /// Ends what this process does; with `everything` the instances and the gateway too.
    private static func end(_ control: ControlPlane, _ gateway: GatewayKeeper, everything: Bool) async {
        await control.shutdown()
        guard everything else { return await gateway.stopWatching() }
        await control.endInstances()
        await gateway.stop()
    }

    /// Ends containers whose instance is gone; where there is no engine, there are none.
    private static func sweepContainers(_ home: BerthHome, _ logger: Logger) async {
        let engine = EngineClient(address: EngineAddress.find(environment: ProcessInfo.processInfo.environment))
        let count = await DockerDriver(engine: engine).sweep(instancesFolder: home.instancesFolder)
        if count > 0 { logger.warning("containers without an instance were removed", metadata: ["count": "\(count)"]) }
    }

    private static func world(
        _ home: BerthHome,
        _ store: Store,
        _ gateway: GatewayKeeper,
        _ logger: Logger
    ) throws(Diagnostic) -> ControlWorld {
        guard let inferenceServer = Libexec.inferenceServer else {
            throw Diagnostic(
                .internalError,
                .toolNotFound,
                "the inference server is not beside this berth",
                help: ["install berth whole (make install), or set BERTH_LIBEXEC to its libexec/berth"]
            )
        }
        let variables = ProcessInfo.processInfo.environment
        let engine = EngineClient(address: EngineAddress.find(environment: variables))
        let containers = DockerDriver(engine: engine)
        return ControlWorld(
            store: store,
            home: home,
            driver: DriverSwitch(
                processes: ProcessDriver(executable: Libexec.executable),
                containers: containers,
                isContainer: DockerDriver.owns
            ),
            environments: PythonEnvironments(store: EnvironmentStore(home: home.path)),
            images: ContainerImages(store: ImageStore(engine: engine, environment: variables)),
            routes: gateway,
            health: SocketHealth(),
            diagnose: { Diagnosis.diagnose($0) },
            inferenceServer: inferenceServer,
            machine: Self.machine,
            now: { Date().timeIntervalSince1970 },
            logger: logger
        )
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
