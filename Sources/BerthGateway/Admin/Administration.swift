import BerthDiagnostics
import BerthGatewayLink
import BerthJSON
import BerthModel
import CBerthPlatform
import Glibc

/// Everything of a gateway but the scoring path: tables, ports, the socket of the control plane, signals, the end.
///
/// Runs on the thread that called `GatewayMain.run`.
final class Administration {
    let configuration: GatewayConfiguration
    private let cells = SharedCells()
    let loops: [EpollLoop]
    private let log: TrafficLogWriter?
    private var compiler: RouteCompiler
    var listeners: Listeners
    private let snapshot: Snapshot
    private let server: AdminServer
    var certificate: CertificateFiles?
    /// Becomes readable when a loop has nothing left while draining.
    private let emptied: Int32
    /// Tables that a loop may still hold. They are let go here, since freeing a large one would stop a loop.
    private var tables: [CompiledRoutes] = []
    /// Endpoints of a table that has just been published.
    private var publishedCount: Int?
    /// Of the table that is served; -1 where there is none.
    private var revision = -1
    /// The endpoints with a port of their own.
    private var localPorts: [(name: String, port: UInt16)] = []
    private var failedPorts: [String: String] = [:]
    private var loopsLeft: Int
    /// Monotonic nanoseconds; nil while it serves.
    private(set) var drainEnd: Int64?
    /// Processes that were started to follow this one; one that could not serve has ended by itself.
    private var successors: [pid_t] = []

    init(_ configuration: GatewayConfiguration) throws(Diagnostic) {
        self.configuration = configuration
        let signals = [SIGTERM, SIGINT, SIGHUP]
        let signalDescriptor = berth_signal_descriptor(signals, Int32(signals.count))
        snapshot = Snapshot(path: configuration.snapshotPath)
        log = configuration.trafficLogPath.map {
            TrafficLogWriter(
                path: $0,
                maxBytes: configuration.trafficLogMaxBytes,
                keptFiles: configuration.trafficLogKeptFiles
            )
        }
        let emptied = berth_eventfd()
        self.emptied = emptied
        let hub = LoopHub(log: log) {
            var one: UInt64 = 1
            // The counter cannot be full: each loop adds one.
            _ = write(emptied, &one, 8)
        }
        var loops: [EpollLoop] = []
        for index in 0..<configuration.loops {
            guard let loop = EpollLoop(index: index, limits: configuration.limits, cells: cells, hub: hub) else {
                throw Self.problem("no event loop could be made", errno)
            }
            hub.add(loop)
            loops.append(loop)
        }
        self.loops = loops
        loopsLeft = loops.count
        compiler = RouteCompiler(cells: cells)
        listeners = Listeners(loops: loops)
        let predecessor = Predecessor(socketPath: configuration.adminSocketPath)
        let inherited = predecessor.takeSockets()
        certificate = try Self.firstCertificate(configuration, inherited)
        for loop in loops { loop.start() }
        if let context = certificate?.context { for loop in loops { loop.use(context) } }
        server = try AdminServer(path: configuration.adminSocketPath, signals: signalDescriptor)
        try openPorts(inherited)
        predecessor.confirm()
    }

    private static func problem(_ what: String, _ code: Int32) -> Diagnostic {
        Diagnostic(
            .internalError,
            .platformFault,
            what,
            evidence: [Evidence("system", String(cString: strerror(code)))]
        )
    }

    /// Loads the last table, takes over what a gateway before us listened on, opens the rest. In this order: nobody is
    /// let in before the loops know the way.
    private func openPorts(_ inherited: [Predecessor.Socket]) throws(Diagnostic) {
        let hasTable = loadTable()
        for socket in inherited where socket.isSecure && certificate == nil { close(socket.descriptor) }
        let inherited = inherited.filter { !$0.isSecure || certificate != nil }
        for (port, sockets) in Dictionary(grouping: inherited, by: \.port) {
            _ = listeners.open(
                port,
                host: configuration.sharedHost,
                isShared: sockets.contains { $0.isShared },
                isSecure: sockets.contains { $0.isSecure },
                inherited: sockets.map(\.descriptor)
            )
        }
        if configuration.sharedPort != 0, !listeners.ports.values.contains(where: { $0.isShared && !$0.isSecure }) {
            let port = UInt16(clamping: configuration.sharedPort)
            if case .failure(let problem) = listeners.open(port, host: configuration.sharedHost, isShared: true) {
                throw Diagnostic(
                    .internalError,
                    .portInUse,
                    "the gateway cannot listen on \(configuration.sharedHost):\(configuration.sharedPort)",
                    evidence: [Evidence("system", problem.text)],
                    help: ["end the program that uses it, or choose another: berth serve --gateway-port PORT"]
                )
            }
        }
        try openSecurePort()
        if hasTable { openLocalPorts() }
    }

    /// Serves the last table; false where there is none.
    private func loadTable() -> Bool {
        let count: Int
        do {
            guard let last = snapshot.load() else { return false }
            serve(last)
            count = last.endpoints.count
        }
        tidy(afterEndpoints: count)
        return true
    }

    /// Serves until the end; returns the exit status.
    func serve() -> Int32 {
        while true {
            switch server.next(alsoWatching: emptied, timeoutMs: millisecondsToEnd()) {
            case .request(let connection, let line):
                answer(line, connection)
                if let count = publishedCount { tidy(afterEndpoints: count) }
                publishedCount = nil
            case .signal(SIGHUP): restart()
            case .signal: drain(grace: configuration.shutdownGrace, idle: .seconds(1))
            case .watched:
                var count: UInt64 = 0
                _ = read(emptied, &count, 8)
                loopsLeft -= Int(count)
            case .timeout: if tables.count > 1 { tidy(afterEndpoints: 0) }
            }
            lookAtCertificate()
            successors.removeAll { waitpid($0, nil, WNOHANG) != 0 }
            if let drainEnd, loopsLeft <= 0 || berth_monotonic_ns() >= drainEnd { break }
        }
        for loop in loops { loop.stop() }
        log?.end()
        server.close()
        return 0
    }

    private func millisecondsToEnd() -> Int32 {
        guard let drainEnd else {
            let tidies = tables.count > 1 ? 1000 : Int32.max
            guard let secure = configuration.secure else { return tables.count > 1 ? tidies : -1 }
            return min(tidies, Int32(clamping: secure.lookInterval.nanoseconds / 1_000_000))
        }
        return Int32(max(0, min((drainEnd - berth_monotonic_ns()) / 1_000_000 + 1, 60_000)))
    }
}

/// What the control plane asks.
extension Administration {
    private func answer(_ line: [UInt8], _ connection: AdminServer.Connection) {
        if line.starts(with: "GET ".utf8) { return answerInHTTP(line, connection) }
        let request: JSON
        do throws(JSONSyntaxError) { request = try JSON.parse(line) } catch {
            return server.reply(["error": .string("not JSON: \(error.message)")], to: connection)
        }
        switch request["do"]?.stringValue {
        case "routes": server.reply(publish(request["table"]), to: connection)
        case "in-flight":
            let counts = compiler.inFlight().sorted { $0.key < $1.key }.map { ($0.key, JSON.integer($0.value)) }
            server.reply(["inFlight": .object(JSONObject(counts))], to: connection)
        case "stats": server.reply(stats().json, to: connection)
        case "metrics": server.reply(["text": .string(stats().prometheusText)], to: connection)
        case "status":
            let status = GatewayStatus(
                pid: Int(getpid()),
                revision: revision,
                isDraining: drainEnd != nil,
                https: httpsStatus
            )
            server.reply(status.json, to: connection)
        case "shutdown":
            drain(grace: .seconds(request["graceSeconds"]?.intValue ?? 30), idle: .seconds(1))
            server.reply(["draining": true], to: connection)
        case "handover": handOver(to: connection)
        case "took-over":
            drain(grace: configuration.shutdownGrace, idle: .seconds(5))
            server.reply(["draining": true], to: connection)
        default: server.reply(["error": "unknown request"], to: connection)
        }
    }

    /// `curl --unix-socket admin.sock http://gateway/metrics`, as collectors of Prometheus ask.
    private func answerInHTTP(_ line: [UInt8], _ connection: AdminServer.Connection) {
        guard line.starts(with: "GET /metrics ".utf8) else {
            return server.replyInHTTP("404 Not Found", "only /metrics is here\n", to: connection)
        }
        server.replyInHTTP("200 OK", stats().prometheusText, to: connection)
    }

    private func publish(_ json: JSON?) -> JSON {
        guard drainEnd == nil else { return ["error": "the gateway is ending"] }
        guard let json else { return ["error": "a table is missing"] }
        let fresh: RouteTable
        do throws(Diagnostic) { fresh = try RouteTable(json: json) } catch {
            return ["error": .string(error.message)]
        }
        if fresh.revision < revision { return report().json }
        guard serve(fresh) else { return ["error": "the table has more endpoints or instances than can be served"] }
        publishedCount = fresh.endpoints.count
        openLocalPorts()
        retireUnused()
        // A table that is not on disk is served all the same: the control plane has it too.
        if !snapshot.save(fresh) { complain("the snapshot of the routes cannot be written", errno) }
        return report().json
    }

    private func report() -> PublishReport {
        var report = PublishReport(applied: revision, failed: failedPorts)
        for (name, port) in localPorts where listeners.ports[port] != nil { report.listening[name] = Int(port) }
        return report
    }

    /// Makes the table the one that every loop serves.
    ///
    /// - Returns: false where it has more than there are numbers for.
    @discardableResult
    private func serve(_ fresh: RouteTable) -> Bool {
        guard let compiled = compiler.compile(fresh) else { return false }
        for problem in compiler.keyProblems { complain("a key for tokens is left out", problem) }
        tables.append(compiled)
        for loop in loops { loop.performAndWait { $0.pointee.apply(compiled) } }
        revision = fresh.revision
        localPorts = fresh.endpoints.filter { $0.localPort != 0 }.map { ($0.name, UInt16($0.localPort)) }
        return true
    }

    /// Lets go of tables that no loop holds any more, and gives back what a large one has left behind.
    private func tidy(afterEndpoints count: Int) {
        var held: [CompiledRoutes] = []
        while var table = tables.popLast() {
            if !isKnownUniquelyReferenced(&table) { held.append(table) }
        }
        tables = held.reversed()
        if count > 256 { berth_trim_memory() }
    }

    /// Opens the endpoints' own ports and closes those that no endpoint has any more.
    private func openLocalPorts() {
        failedPorts = [:]
        var wanted: Set<UInt16> = []
        for (name, port) in localPorts {
            wanted.insert(port)
            if case .failure(let problem) = listeners.open(port, host: "127.0.0.1", isShared: false) {
                failedPorts[name] = problem.text
            }
        }
        listeners.close(Set(listeners.ports.filter { !$0.value.isShared }.keys).subtracting(wanted))
    }

    private func retireUnused() {
        let retired = compiler.retire()
        guard !retired.isEmpty else { return }
        for loop in loops { loop.performAndWait { $0.pointee.forget(retired) } }
        compiler.release(retired)
    }

    private func stats() -> GatewayStats {
        let names = compiler.names
        var merged = StatsMerge(names)
        for loop in loops {
            let part = StatsPart()
            loop.performAndWait { part.take($0.pointee, names) }
            merged.add(part)
        }
        merged.setShared({ compiler.pending(of: $0) }, { compiler.connections(of: $0) }, dropped: log?.dropped ?? 0)
        return merged.stats
    }
}

/// The end, and the passing on to another process.
extension Administration {
    /// Accepts nothing more and ends when the last request has been answered.
    private func drain(grace: Duration, idle: Duration) {
        let end = berth_monotonic_ns() + max(grace.nanoseconds, 0)
        guard drainEnd == nil else {
            // Asked again: the shorter time counts.
            drainEnd = min(drainEnd ?? end, end)
            return
        }
        drainEnd = end
        listeners.closeAll()
        let idleNs = min(idle.nanoseconds, grace.nanoseconds)
        for loop in loops { loop.performAndWait { $0.pointee.drain(idleNs: idleNs) } }
    }

    private func handOver(to connection: AdminServer.Connection) {
        var sockets: [Predecessor.Socket] = []
        for (port, listener) in listeners.ports {
            for descriptor in listener.descriptors {
                sockets.append(
                    Predecessor.Socket(
                        descriptor: descriptor,
                        port: port,
                        isShared: listener.isShared,
                        isSecure: listener.isSecure
                    )
                )
            }
        }
        server.send(sockets, to: connection)
    }

    /// Starts this program anew; the new process asks for the sockets.
    private func restart() {
        guard drainEnd == nil else { return }
        let arguments = configuration.restartCommand.isEmpty ? CommandLine.arguments : configuration.restartCommand
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        var child = pid_t()
        // On failure this process simply goes on: a restart that cannot be made fails no request.
        let result = posix_spawn(&child, "/proc/self/exe", nil, nil, pointers, environ)
        if result == 0 { successors.append(child) }
        if result != 0 { complain("its successor cannot be started", result) }
    }

    private func complain(_ what: String, _ code: Int32) { complain(what, String(cString: strerror(code))) }

    private func complain(_ what: String, _ why: String) {
        let text = "berth gateway: \(what): \(why)\n"
        text.withCString { _ = write(2, $0, strlen($0)) }
    }
}
