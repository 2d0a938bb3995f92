import BerthModel
import CBerthPlatform

@testable import BerthGateway

/// A transport that only remembers: what the core sends, to whom it connects, what it closes.
struct RecordingWire: Wire {
    struct Socket {
        var sent: [UInt8] = []
        var isClosed = false
        var hasFinishedWriting = false
        var isUpstream = false
        var refusesStreams = false
    }

    var sockets: [Int32: Socket] = [:]
    /// Connections to instances, in the order in which they were made.
    var upstreams: [Int32] = []
    var nextSocket: Int32 = 0
    /// Answers to the next connects; a success where it is empty.
    var connectFailures = 0
    var failsSends: Set<Int32> = []
    var unsent: [Int32: Int] = [:]
    var logged: [UInt8] = []
    /// Tokens are not verified at once: the questions are kept.
    var keepsQuestions = false
    var isBusy = false
    var questions: [TokenQuestion] = []

    mutating func newSocket(isUpstream: Bool) -> Int32 {
        defer { nextSocket += 1 }
        sockets[nextSocket] = Socket(isUpstream: isUpstream)
        return nextSocket
    }

    mutating func send(_ bytes: UnsafeRawBufferPointer, over socket: Int32) -> SendOutcome {
        guard !failsSends.contains(socket) else { return .failed(nothingWasSent: true) }
        sockets[socket]?.sent += [UInt8](bytes)
        return .accepted
    }

    func unsentBytes(over socket: Int32) -> Int { unsent[socket] ?? 0 }

    mutating func connect(to address: CompiledAddress) -> ConnectOutcome {
        guard connectFailures == 0 else {
            connectFailures -= 1
            return .failed
        }
        let socket = newSocket(isUpstream: true)
        upstreams.append(socket)
        return .connected(socket)
    }

    mutating func close(_ socket: Int32) { sockets[socket]?.isClosed = true }
    mutating func finishWriting(_ socket: Int32) { sockets[socket]?.hasFinishedWriting = true }
    mutating func resumeReading(_ socket: Int32) {}
    mutating func refuseStreams(_ socket: Int32) { sockets[socket]?.refusesStreams = true }
    mutating func wake(loops: UInt64) {}
    mutating func verify(_ question: TokenQuestion) -> VerificationOutcome {
        if isBusy { return .busy }
        guard keepsQuestions else { return .verdict(question.keys.verify(question.token)) }
        questions.append(question)
        return .underWay
    }
    mutating func writeLog(_ lines: UnsafeRawBufferPointer) { logged += [UInt8](lines) }
}

/// A core with a table, and the clients and instances of a test around it.
final class Bench {
    static let port: UInt16 = 5001
    var core: LoopCore<RecordingWire>
    private var compiler: RouteCompiler

    init(_ table: RouteTable = Bench.table(), limits: GatewayLimits = Bench.limits) {
        let cells = SharedCells()
        compiler = RouteCompiler(cells: cells)
        core = LoopCore(
            wire: RecordingWire(),
            limits: limits,
            cells: cells,
            loopIndex: 0,
            now: 1_000_000_000_000
        )
        apply(table)
    }

    deinit { core.free() }

    static var limits: GatewayLimits {
        var limits = GatewayLimits()
        limits.maxSockets = 512
        limits.maxMirrors = 4
        return limits
    }

    /// One local endpoint on `port` and one shared endpoint `shared` with the key `secret-secret-secret`.
    static func table(
        revision: Int = 1,
        timeoutMs: Int = 5000,
        concurrency: Int = 1,
        instances: Int = 1,
        traffic: [String: Int] = ["blue": 100],
        mirror: [String: Int] = [:],
        limits: RouteTable.Limits = RouteTable.Limits()
    ) -> RouteTable {
        func deployment(_ name: String) -> RouteTable.Deployment {
            RouteTable.Deployment(
                name: name,
                requestTimeoutMs: timeoutMs,
                maxConcurrentRequestsPerInstance: concurrency,
                instanceCount: instances,
                instances: (0..<instances).map { index in
                    RouteTable.Instance(id: "\(name)-\(index)", addresses: [.unix("/run/\(name)-\(index).sock")])
                }
            )
        }
        let key = digest("secret-secret-secret")
        return RouteTable(
            revision: revision,
            inferenceDomain: "west.inference.test",
            endpoints: [
                RouteTable.Endpoint(
                    name: "local",
                    workspace: "local",
                    localPort: Int(port),
                    limits: limits,
                    deployments: [deployment("blue"), deployment("green")],
                    traffic: traffic,
                    mirror: mirror
                ),
                RouteTable.Endpoint(
                    name: "shared",
                    workspace: "w",
                    auth: .keys(sha256: [key]),
                    limits: limits,
                    deployments: [deployment("red")],
                    traffic: ["red": 100]
                ),
            ]
        )
    }

    func apply(_ table: RouteTable) {
        guard let compiled = compiler.compile(table) else { return }
        core.apply(compiled)
        core.turn()
    }

    var inFlight: [String: Int] { compiler.inFlight() }
    var pendingCounts: [Int] { compiler.names.deployments.map { compiler.pending(of: $0.number) } }

    func connect(port: UInt16 = Bench.port) -> Int32 {
        let socket = core.wire.newSocket(isUpstream: false)
        _ = core.accepted(socket, ownPort: port, peer: 0)
        return socket
    }

    func receive(_ bytes: some Collection<UInt8>, on socket: Int32) {
        let bytes = Array(bytes)
        bytes.withUnsafeBytes { core.received($0, from: socket) }
        core.turn()
    }

    func receive(_ text: String, on socket: Int32) { receive(Array(text.utf8), on: socket) }

    func answer(_ bytes: some Collection<UInt8>, from upstream: Int32) {
        let bytes = Array(bytes)
        bytes.withUnsafeBytes { core.answered($0, from: upstream) }
        core.turn()
    }

    func answer(_ text: String, from upstream: Int32) { answer(Array(text.utf8), from: upstream) }

    func advance(_ milliseconds: Int64) {
        core.now += milliseconds * 1_000_000
        core.expire()
        core.turn()
    }

    func sent(to socket: Int32) -> String { String(decoding: core.wire.sockets[socket]?.sent ?? [], as: UTF8.self) }
    func takeSent(to socket: Int32) -> String {
        defer { core.wire.sockets[socket]?.sent = [] }
        return sent(to: socket)
    }
    func status(of socket: Int32) -> String { String(sent(to: socket).split(separator: "\r\n").first ?? "") }
    func isEnding(_ socket: Int32) -> Bool {
        let state = core.wire.sockets[socket]
        return state?.isClosed == true || state?.hasFinishedWriting == true
    }

    /// Everything that went to instances, with what differs by chance or time made equal.
    var forwarded: [String] {
        core.wire.upstreams.map { socket in
            sent(to: socket).split(separator: "\r\n", omittingEmptySubsequences: false)
                .filter { !$0.hasPrefix("x-request-id: ") && !$0.hasPrefix("x-ms-request-id: ") }
                .joined(separator: "\n")
        }
    }
}

func digest(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var result = [UInt8](repeating: 0, count: 32)
    berth_sha256(bytes, bytes.count, &result)
    return result.map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }.joined()
}
