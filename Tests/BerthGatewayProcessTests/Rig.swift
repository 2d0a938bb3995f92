import BerthGateway
import BerthGatewayLink
import BerthModel
import Foundation
import Glibc
import Synchronization

private let scratches = Mutex<[String]>([])

/// `BERTH_KEEP_SCRATCH` leaves them for inspection.
private func removeScratches() {
    guard getenv("BERTH_KEEP_SCRATCH") == nil else { return }
    for folder in scratches.withLock({ $0 }) {
        // A leftover in /tmp fails no test.
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// A gateway on a thread of its own with real sockets, workers and clients, in a scratch folder of its own.
final class Rig: Sendable {
    let folder: String
    let link: GatewayLink
    /// Of the listener for https, which every rig has.
    let securePort: Int
    private let result = Mutex<Int32?>(nil)
    private let ended = DispatchSemaphore(value: 0)

    /// A gateway that takes over the folder, the table and the ports of `predecessor`, where there is one.
    init(
        after predecessor: Rig? = nil,
        sharedPort: Int = 0,
        loops: Int = 1,
        certificate: TestCertificate? = .one,
        _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws {
        let folder = try predecessor?.folder ?? Rig.scratch()
        self.folder = folder
        securePort = predecessor?.securePort ?? freePort()
        if predecessor == nil { try certificate?.write(to: folder) }
        link = GatewayLink(socketPath: "\(folder)/admin.sock", deadline: .seconds(20))
        var configuration = GatewayConfiguration(
            runFolder: folder,
            snapshotPath: "\(folder)/routes.snapshot",
            sharedPort: sharedPort,
            loops: loops,
            trafficLogPath: "\(folder)/traffic.jsonl"
        )
        configuration.limits.maxSockets = 1024
        configuration.shutdownGrace = .seconds(10)
        configuration.secure = .init(
            certificatePath: "\(folder)/certificate.pem",
            keyPath: "\(folder)/key.pem",
            port: securePort
        )
        configuration.secure?.lookInterval = .milliseconds(20)
        change(&configuration)
        let frozen = configuration
        let thread = Thread { [self] in
            let status = GatewayMain.run(frozen)
            result.withLock { $0 = status }
            ended.signal()
        }
        thread.start()
    }

    static func scratch() throws -> String {
        let folder = "/tmp/berth-gateway-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        scratches.withLock { folders in
            // Gateways of one test share a folder, so that all are removed when the tests have run.
            if folders.isEmpty { atexit(removeScratches) }
            folders.append(folder)
        }
        return folder
    }

    /// A connection to the endpoint `local`: to its own port without TLS, by its path with TLS.
    func caller(_ transport: Transport, port: Int) throws -> any ScoringClient {
        switch transport {
        case .http: TextClient(PlainStream(port: port), path: "/score")
        case .https: TextClient(try secureStream(["http/1.1"]), path: Self.path)
        case .http2: try frameClient()
        }
    }

    /// HTTP/1.1 byte by byte to the endpoint `e`: to this port without TLS, to the listener for https with it.
    func line(_ transport: Transport, port: Int, prefix: String = "/api/v1/endpoint/e") throws -> Caller {
        guard transport == .https else { return Caller(port: port) }
        return Caller(try secureStream(["http/1.1"]), prefix: prefix)
    }

    static let path = "/api/v1/endpoint/local/score"

    func frameClient(window: Int = 1 << 24) throws -> FrameClient {
        FrameClient(try secureStream(["h2"]), path: Self.path, window: window)
    }

    func secureStream(_ protocols: [String]) throws -> SecureStream {
        try SecureStream(port: securePort, protocols: protocols, trusting: "\(folder)/certificate.pem")
    }

    /// Waits until the admin socket answers with a gateway that fits.
    func ready() async throws {
        let end = ContinuousClock.now.advanced(by: .seconds(20))
        while true {
            do {
                _ = try await link.status()
                return
            } catch {
                guard ContinuousClock.now < end else { throw error }
                await Task.yield()
            }
        }
    }

    /// Waits for the end; nil where it does not come in time.
    func exitStatus() -> Int32? {
        guard ended.wait(timeout: .now() + 20) == .success else { return nil }
        return result.withLock { $0 }
    }

    func end() async throws {
        try await link.shutdown(grace: .seconds(0))
        _ = exitStatus()
    }

    func table(
        _ revision: Int,
        port: Int,
        workers: [String],
        timeoutMs: Int = 5000,
        concurrency: Int = 1
    ) -> RouteTable {
        var limits = RouteTable.Limits()
        limits.requestsPerSecond = 0
        return RouteTable(
            revision: revision,
            endpoints: [
                RouteTable.Endpoint(
                    name: "local",
                    workspace: "local",
                    localPort: port,
                    limits: limits,
                    deployments: [
                        RouteTable.Deployment(
                            name: "blue",
                            requestTimeoutMs: timeoutMs,
                            maxConcurrentRequestsPerInstance: concurrency,
                            instanceCount: max(workers.count, 1),
                            instances: workers.map {
                                RouteTable.Instance(id: $0, addresses: [.unix("\(folder)/\($0).sock")])
                            }
                        )
                    ],
                    traffic: ["blue": 100]
                )
            ]
        )
    }
}

/// A port that nobody listens on now.
func freePort() -> Int {
    let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(probe) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            _ = bind(probe, $0, size)
            _ = getsockname(probe, $0, &size)
        }
    }
    return Int(UInt16(bigEndian: address.sin_port))
}

/// A worker of an instance: answers `<name>` at once; a body `hold` is answered when `release` is called, a body that
/// begins with `large` by `Worker.large`, one that begins with `pieces` in chunks.
final class Worker: Sendable {
    static let large = String(repeating: "0123456789", count: 30_000)
    let name: String
    private let listener: Int32
    private let held = DispatchSemaphore(value: 0)
    private let arrived = DispatchSemaphore(value: 0)
    private let dropped = DispatchSemaphore(value: 0)
    private let seen = Mutex<[String]>([])

    init(_ name: String, in folder: String) {
        self.name = name
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: "\(folder)/\(name).sock".utf8) }
        _ = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        listen(listener, 512)
        Thread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread { [self] in serve(connection) }.start()
            }
        }.start()
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var requests: [String] { seen.withLock { $0 } }
    func release() { held.signal() }
    /// A held request has come.
    func awaitHeld() -> Bool { arrived.wait(timeout: .now() + 10) == .success }
    /// The gateway has closed the connection of a held request.
    func awaitDropped() -> Bool { dropped.wait(timeout: .now() + 10) == .success }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n"), text.hasSuffix("x") || text.hasSuffix("hold") else {
                let count = recv(connection, &chunk, chunk.count, 0)
                guard count > 0 else { return }
                bytes += chunk[..<count]
                continue
            }
            bytes = []
            seen.withLock { $0.append(text) }
            if text[end.upperBound...] == "hold" {
                arrived.signal()
                Thread { [self] in
                    var byte: UInt8 = 0
                    if recv(connection, &byte, 1, Int32(MSG_PEEK)) == 0 {
                        dropped.signal()
                        held.signal()
                    }
                }.start()
                held.wait()
            }
            guard send(answer(to: text[end.upperBound...]), over: connection) else { return }
        }
    }

    private func answer(to body: Substring) -> String {
        if body.hasPrefix("pieces") {
            return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n5\r\n, two\r\n0\r\n\r\n"
        }
        let text = body.hasPrefix("large") ? Self.large : name
        return "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
    }

    private func send(_ answer: String, over connection: Int32) -> Bool {
        var rest = Array(answer.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
