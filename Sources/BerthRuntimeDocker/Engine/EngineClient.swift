import AsyncHTTPClient
import BerthJSON
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Why the engine did not do what was asked.
enum EngineFailure: Error, Hashable, Sendable {
    /// Nobody answers, or the connection broke; the system's words.
    case unreachable(String)
    /// An answer that is no success; the engine's words.
    case refused(status: Int, message: String)
    /// The caller's task was cancelled.
    case cancelled

    var message: String {
        switch self {
        case .unreachable(let words): words
        case .refused(_, let message): message
        case .cancelled: "cancelled"
        }
    }

    var status: Int? { if case .refused(let status, _) = self { status } else { nil } }
}

/// The Engine API of Docker and Podman over its socket.
package final class EngineClient: Sendable {
    /// Newer API versions may mean something else by the same words.
    private static let newestKnown = [1, 44]
    /// Bound for answers that are read whole.
    private static let maxAnswerBytes = 32 << 20

    /// Never shut down: it lives as long as the process.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        // Every instance that is followed holds a connection for its log and one for its end.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 2048
        configuration.timeout.connect = .seconds(5)
        configuration.decompression = .disabled
        return HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
    }()

    let address: EngineAddress
    private let base: String
    private let prefix = Mutex<String?>(nil)

    package init(address: EngineAddress) {
        self.address = address
        switch address {
        case .unix(let path): base = "http+unix://" + EngineClient.escaped(path)
        case .tcp(let host, let port): base = "http://\(host):\(port)"
        case .unusable: base = ""
        }
    }

    // MARK: Asking

    /// Sends a request and reads the answer whole. An empty answer is an empty object.
    func call(
        _ method: String,
        _ path: String,
        _ query: [(String, String)] = [],
        body: JSON? = nil,
        headers: [(String, String)] = [],
        timeout: Duration = .seconds(60)
    ) async throws(EngineFailure) -> JSON {
        let response = try await open(method, path, query, body: body.map { .json($0) }, headers, timeout)
        do {
            let bytes = try await response.body.collect(upTo: Self.maxAnswerBytes)
            guard bytes.readableBytes > 0 else { return [:] }
            // Podman answers some calls with plain text where Docker answers with nothing.
            return (try? JSON.parse(Array(bytes.readableBytesView))) ?? [:]
        } catch { throw Self.failure(error) }
    }

    /// Sends a request and hands the answer's bytes on as they arrive, until it ends or the task is cancelled.
    func stream(
        _ method: String,
        _ path: String,
        _ query: [(String, String)] = [],
        body: EngineBody? = nil,
        headers: [(String, String)] = [],
        onBytes: (ByteBuffer) throws -> Void
    ) async throws(EngineFailure) {
        let response = try await open(method, path, query, body: body, headers, nil)
        do {
            for try await chunk in response.body { try onBytes(chunk) }
        } catch { throw Self.failure(error) }
    }

    /// As `stream`, for answers that hold one JSON object a line.
    func lines(
        _ method: String,
        _ path: String,
        _ query: [(String, String)] = [],
        body: EngineBody? = nil,
        headers: [(String, String)] = [],
        onLine: (JSON) throws -> Void
    ) async throws(EngineFailure) {
        var pending: [UInt8] = []
        func flush(_ line: ArraySlice<UInt8>) throws {
            guard line.contains(where: { $0 > 0x20 }) else { return }
            // A line that is no object is passed over: the engine's answer is judged by those that are.
            if let json = try? JSON.parse(Array(line)) { try onLine(json) }
        }
        try await stream(method, path, query, body: body, headers: headers) { chunk in
            pending += chunk.readableBytesView
            while let end = pending.firstIndex(of: 0x0A) {
                try flush(pending[..<end])
                pending.removeSubrange(...end)
            }
            if pending.count > 1 << 20 { pending.removeAll() }
        }
        do { try flush(pending[...]) } catch { throw Self.failure(error) }
    }

    private func open(
        _ method: String,
        _ path: String,
        _ query: [(String, String)],
        body: EngineBody?,
        _ headers: [(String, String)],
        _ timeout: Duration?
    ) async throws(EngineFailure) -> HTTPClientResponse {
        if case .unusable(let words) = address { throw .unreachable(words) }
        let version = try await version()
        let joined = query.map { "\($0.0)=\(Self.escaped($0.1))" }.joined(separator: "&")
        var request = HTTPClientRequest(url: base + version + path + (joined.isEmpty ? "" : "?" + joined))
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        switch body {
        case .json(let json):
            request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: json.utf8))
        case .tar(let chunks):
            request.headers.replaceOrAdd(name: "Content-Type", value: "application/x-tar")
            request.body = .stream(chunks, length: .unknown)
        case nil: break
        }
        return try await execute(request, timeout)
    }

    private func execute(
        _ request: HTTPClientRequest,
        _ timeout: Duration?
    ) async throws(EngineFailure) -> HTTPClientResponse {
        var request = request
        // A request without a host is refused by engines; a socket's path gives none.
        if case .unix = address { request.headers.replaceOrAdd(name: "Host", value: "engine") }
        do {
            let seconds = timeout.map { Int64($0 / .milliseconds(1)) }
            let deadline = seconds.map { NIODeadline.now() + .milliseconds($0) } ?? .distantFuture
            let response = try await Self.http.execute(request, deadline: deadline)
            guard (200..<400).contains(response.status.code) else {
                let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
                throw EngineFailure.refused(status: Int(response.status.code), message: Self.words(text))
            }
            return response
        } catch { throw Self.failure(error) }
    }

    /// `/v1.41`: what both sides know, asked once.
    private func version() async throws(EngineFailure) -> String {
        if let known = prefix.withLock({ $0 }) { return known }
        var request = HTTPClientRequest(url: base + "/version")
        request.method = .GET
        let response = try await execute(request, .seconds(10))
        let answer: JSON
        do {
            answer = try JSON.parse(Array(try await response.body.collect(upTo: 1 << 20).readableBytesView))
        } catch { throw Self.failure(error) }
        func number(_ key: String) -> [Int] {
            (answer[key]?.stringValue ?? "").split(separator: ".").compactMap { Int($0) }
        }
        let newest = number("ApiVersion")
        let oldest = number("MinAPIVersion")
        var chosen = newest.lexicographicallyPrecedes(Self.newestKnown) ? newest : Self.newestKnown
        if chosen.lexicographicallyPrecedes(oldest) { chosen = oldest }
        let text = chosen.isEmpty ? "" : "/v" + chosen.map(String.init).joined(separator: ".")
        prefix.withLock { $0 = text }
        return text
    }

    // MARK: Words

    /// The engine's `message`, without the line breaks of a shell's answer.
    private static func words(_ text: String) -> String {
        let json = try? JSON.parse(text)  // A proxy before the engine may answer with text.
        let message = json?["message"]?.stringValue ?? text
        let cause = json?["cause"]?.stringValue
        let whole = cause.map { message.contains($0) ? message : "\(message) (\($0))" } ?? message
        return whole.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func failure(_ error: any Error) -> EngineFailure {
        if let failure = error as? EngineFailure { return failure }
        if error is CancellationError || Task.isCancelled { return .cancelled }
        if let error = error as? HTTPClientError, error == .cancelled { return .cancelled }
        if let error = error as? IOError { return .unreachable(String(cString: strerror(error.errnoCode))) }
        return .unreachable("\(error)")
    }

    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                String(UnicodeScalar(byte))
            default: "%" + String(Int(byte) + 256, radix: 16, uppercase: true).dropFirst()
            }
        }.joined()
    }
}

/// What is sent along with a request.
enum EngineBody: Sendable {
    case json(JSON)
    case tar(TarStream)
}
