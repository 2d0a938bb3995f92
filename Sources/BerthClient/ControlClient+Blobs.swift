import AsyncHTTPClient
package import BerthDiagnostics
import BerthJSON
package import BerthModel
import NIOCore
import NIOHTTP1

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A container of the blob store, and what lets one in.
package struct BlobPlace: Sendable {
    /// The container's URL, without a slash at its end.
    package var url: String
    /// The query of a shared access signature, without `?`; empty: `token` counts.
    package var signature: Secret
    /// A token for the blob store; nil: the signature counts.
    package var token: Secret?

    package init(url: String, signature: Secret, token: Secret? = nil) {
        self.url = url
        self.signature = signature
        self.token = token
    }
}

extension ControlClient {
    /// How long one blob may take.
    private static let transferLimit: TimeAmount = .hours(12)
    /// What is read from a file at once.
    private static let partBytes = 256 * 1024

    /// Whether the blob is there.
    package func hasBlob(_ name: String, at place: BlobPlace) async throws(Diagnostic) -> Bool {
        let response = try await send(.HEAD, name, place)
        switch response.status {
        case .ok: return true
        case .notFound: return false
        default: throw Self.refused(name, Int(response.status.code), response.headers, "")
        }
    }

    /// Uploads a file. Without `overwrite`, a blob that is there stays as it is: false then.
    package func putBlob(
        _ name: String,
        from file: String,
        bytes: Bytes,
        at place: BlobPlace,
        overwrite: Bool = false
    ) async throws(Diagnostic) -> Bool {
        let parts = FileParts(path: file, bytes: bytes.count, part: Self.partBytes)
        let response = try await send(.PUT, name, place) { request in
            request.headers.add(name: "x-ms-blob-type", value: "BlockBlob")
            if !overwrite { request.headers.add(name: "If-None-Match", value: "*") }
            request.body = .stream(parts, length: .known(Int64(bytes.count)))
        }
        let text = try await text(of: response)
        switch response.status {
        case .created: return true
        case .conflict where response.headers.first(name: "x-ms-error-code") == "BlobAlreadyExists": return false
        default: throw Self.refused(name, Int(response.status.code), response.headers, text)
        }
    }

    /// Names of all blobs that begin with `prefix`.
    package func blobs(_ prefix: String, at place: BlobPlace) async throws(Diagnostic) -> [String] {
        var names: [String] = []
        var marker = ""
        repeat {
            let query = "restype=container&comp=list&prefix=\(Self.escaped(prefix))&marker=\(Self.escaped(marker))"
            let response = try await send(.GET, "", place, query: query)
            let text = try await text(of: response)
            guard response.status == .ok else {
                throw Self.refused(prefix, Int(response.status.code), response.headers, text)
            }
            for part in text.split(separator: "<Blob><Name>").dropFirst() {
                names.append(Self.unescaped(String(part.prefix { $0 != "<" })))
            }
            marker = Self.element("NextMarker", in: text) ?? ""
        } while !marker.isEmpty
        return names
    }

    /// Downloads a blob to a file that is not there yet; its folder is.
    package func getBlob(_ name: String, to file: String, at place: BlobPlace) async throws(Diagnostic) {
        let response = try await send(.GET, name, place)
        guard response.status == .ok else {
            throw Self.refused(name, Int(response.status.code), response.headers, try await text(of: response))
        }
        let target = try OpenFile(writing: file)
        do {
            for try await part in response.body { try target.write(Array(part.readableBytesView)) }
            try target.close()
        } catch let failure as Diagnostic {
            unlink(file)
            throw failure
        } catch {
            // What has come so far is no copy of the blob.
            unlink(file)
            throw unreachable(error)
        }
    }

    private func send(
        _ method: HTTPMethod,
        _ name: String,
        _ place: BlobPlace,
        query: String = "",
        _ change: (inout HTTPClientRequest) -> Void = { _ in }
    ) async throws(Diagnostic) -> HTTPClientResponse {
        let path = name.split(separator: "/").map { Self.escaped(String($0)) }.joined(separator: "/")
        let queries = [query, place.signature.reveal()].filter { !$0.isEmpty }.joined(separator: "&")
        var request = HTTPClientRequest(
            url: place.url + (path.isEmpty ? "" : "/" + path) + (queries.isEmpty ? "" : "?" + queries)
        )
        request.method = method
        request.headers.add(name: "x-ms-version", value: "2021-08-06")
        request.headers.add(name: "x-ms-client-request-id", value: clientRequestID)
        if let token = place.token { request.headers.add(name: "Authorization", value: "Bearer \(token.reveal())") }
        change(&request)
        do { return try await client.execute(request, timeout: Self.transferLimit) } catch { throw unreachable(error) }
    }

    private func text(of response: HTTPClientResponse) async throws(Diagnostic) -> String {
        do {
            return String(buffer: try await response.body.collect(upTo: 64 * 1_048_576))
        } catch {
            throw unreachable(error)
        }
    }

    private static func refused(_ name: String, _ status: Int, _ headers: HTTPHeaders, _ text: String) -> Diagnostic {
        let code = headers.first(name: "x-ms-error-code") ?? "status \(status)"
        let said = element("Message", in: text).map { String($0.prefix { $0 != "\n" }) }
        let kind: ErrorCode =
            switch status {
            case 401: .unauthorized
            case 403: .forbidden
            case 404: .resourceNotFound
            case 409, 412: .conflict
            case 413: .notEnoughDisk
            case 500...: .internalError
            default: .badArgument
            }
        return Diagnostic(
            kind,
            nil,
            "the blob store refuses `\(name)`: \(said ?? code)",
            evidence: [Evidence("blob store", code)]
        )
    }

    private static func element(_ name: String, in text: String) -> String? {
        let parts = text.split(separator: "<\(name)>", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        return unescaped(String(parts[1].prefix { $0 != "<" }))
    }

    private static func unescaped(_ text: String) -> String {
        var result = text
        for (escape, sign) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
            result = result.replacing(escape, with: sign)
        }
        return result
    }
}

/// A file in parts, read as the connection takes them.
private struct FileParts: AsyncSequence, Sendable {
    let path: String
    let bytes: Int
    let part: Int

    struct AsyncIterator: AsyncIteratorProtocol {
        let parts: FileParts
        var file: OpenFile?
        var sent = 0

        mutating func next() async throws -> ByteBuffer? {
            let source = try file ?? OpenFile(reading: parts.path)
            file = source
            // A file that grows meanwhile is sent as long as it was said to be.
            let wanted = Swift.min(parts.part, parts.bytes - sent)
            guard wanted > 0 else { return nil }
            let bytes = try source.read(wanted)
            sent += bytes.count
            return bytes.isEmpty ? nil : ByteBuffer(bytes: bytes)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(parts: self) }
}

/// A file that is open, closed with its last user.
private final class OpenFile: Sendable {
    private let path: String
    private let descriptor: CInt

    init(reading path: String) throws(Diagnostic) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("read", path) }
    }

    init(writing path: String) throws(Diagnostic) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure("written", path) }
    }

    deinit { if descriptor >= 0 { _ = Self.end(descriptor) } }

    /// Up to `count` bytes; none at the end.
    func read(_ count: Int) throws(Diagnostic) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var got = Self.read(descriptor, buffer.baseAddress, count)
            while got < 0, errno == EINTR { got = Self.read(descriptor, buffer.baseAddress, count) }
            failed = got < 0
            filled = max(0, got)
        }
        guard !failed else { throw Self.failure("read", path) }
        return bytes
    }

    func write(_ bytes: [UInt8]) throws(Diagnostic) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Self.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("written", path) }
            rest = rest.dropFirst(count)
        }
    }

    /// What the disk has no room for may be told only now.
    func close() throws(Diagnostic) {
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw Self.failure("written", path) }
    }

    private static func failure(_ what: String, _ path: String) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .argumentInvalid,
            "`\(path)` cannot be \(what)",
            evidence: [Evidence("system", String(cString: strerror(errno)))]
        )
    }

    #if canImport(Glibc)
        private static func read(_ file: CInt, _ to: UnsafeMutableRawPointer?, _ count: Int) -> Int {
            Glibc.read(file, to, count)
        }
        private static func write(_ file: CInt, _ from: UnsafeRawPointer?, _ count: Int) -> Int {
            Glibc.write(file, from, count)
        }
        private static func end(_ file: CInt) -> CInt { Glibc.close(file) }
    #elseif canImport(Musl)
        private static func read(_ file: CInt, _ to: UnsafeMutableRawPointer?, _ count: Int) -> Int {
            Musl.read(file, to, count)
        }
        private static func write(_ file: CInt, _ from: UnsafeRawPointer?, _ count: Int) -> Int {
            Musl.write(file, from, count)
        }
        private static func end(_ file: CInt) -> CInt { Musl.close(file) }
    #else
        private static func read(_ file: CInt, _ to: UnsafeMutableRawPointer?, _ count: Int) -> Int {
            Darwin.read(file, to, count)
        }
        private static func write(_ file: CInt, _ from: UnsafeRawPointer?, _ count: Int) -> Int {
            Darwin.write(file, from, count)
        }
        private static func end(_ file: CInt) -> CInt { Darwin.close(file) }
    #endif
}
