import AsyncHTTPClient
import BerthJSON
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What a registry says about an image before it is pulled. Told apart here, because an engine's own messages mix them up.
enum RegistryAnswer: Hashable, Sendable {
    /// There; the platforms that it is for, as `linux/amd64`, where they could be read.
    case present(platforms: [String])
    case noRepository
    /// The repository has other tags; some of them.
    case noTag(others: [String])
    /// `isAnonymous`: nobody's credentials were there.
    case unauthorized(isAnonymous: Bool, words: String)
    case unreachable(words: String)
    case untrusted(words: String)
    /// Anything else.
    case odd(status: Int, words: String)
}

/// Asks a registry, with its token server where it has one.
struct RegistryClient: Sendable {
    private static let accepted = [
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
    ].joined(separator: ", ")
    private static let maxBytes = 8 << 20
    private static let tagsNamed = 20

    /// Never shut down: they live as long as the process.
    private static let trusting = client(verifies: false)
    private static let verifying = client(verifies: true)

    private static func client(verifies: Bool) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        if !verifies { configuration.tlsConfiguration = TLSConfiguration.clientDefault.trustingAll() }
        configuration.timeout.connect = .seconds(8)
        configuration.redirectConfiguration = .follow(max: 5, allowCycles: false)
        return HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
    }

    private let reference: ImageReference
    private let credential: RegistryCredential?
    /// Whether plain http and unknown certificates are accepted: on loopback, and where the engine does so too.
    private let isInsecure: Bool

    init(_ reference: ImageReference, credential: RegistryCredential?, isInsecure: Bool) {
        self.reference = reference
        self.credential = credential
        self.isInsecure = isInsecure || reference.isOnLoopback
    }

    private struct Answer {
        var status: Int
        var headers: HTTPHeaders
        var body: [UInt8]
        var json: JSON? { try? JSON.parse(body) }  // An answer that is no JSON has no words.
        /// The registry's own words.
        var words: String {
            guard let error = json?["errors"]?.arrayValue?.first else { return "\(status)" }
            let parts = [error["code"]?.stringValue, error["message"]?.stringValue].compactMap { $0 }
            return "\(status) " + parts.joined(separator: ": ")
        }
    }

    private enum Fault: Error {
        case unreachable(String)
        case untrusted(String)
        case unauthorized(String)
    }

    // MARK: Asking

    /// Whether the image is there, may be pulled, and for which platforms it is.
    func ask() async -> RegistryAnswer {
        do throws(Fault) {
            let manifest = try await get("/v2/\(reference.repository)/manifests/\(reference.wanted)", Self.accepted)
            switch manifest.status {
            case 200: return .present(platforms: try await platforms(manifest))
            case 401, 403: return refused(manifest.words)
            case 404: return try await missing()
            default: return .odd(status: manifest.status, words: manifest.words)
            }
        } catch {
            switch error {
            case .unreachable(let words): return .unreachable(words: words)
            case .untrusted(let words): return .untrusted(words: words)
            case .unauthorized(let words): return refused(words)
            }
        }
    }

    private func refused(_ words: String) -> RegistryAnswer {
        .unauthorized(isAnonymous: credential == nil, words: words)
    }

    private func missing() async throws(Fault) -> RegistryAnswer {
        let tags = try await get("/v2/\(reference.repository)/tags/list", "application/json")
        guard tags.status == 200 else {
            return tags.status == 401 || tags.status == 403 ? refused(tags.words) : .noRepository
        }
        let names = (tags.json?["tags"]?.arrayValue ?? []).compactMap(\.stringValue)
        return names.isEmpty ? .noRepository : .noTag(others: Array(names.prefix(Self.tagsNamed)))
    }

    private func platforms(_ manifest: Answer) async throws(Fault) -> [String] {
        if let entries = manifest.json?["manifests"]?.arrayValue {
            return entries.compactMap { Self.platform($0["platform"]) }.filter { !$0.hasPrefix("unknown") }
        }
        guard let config = manifest.json?["config"]?["digest"]?.stringValue else { return [] }
        let blob = try await get("/v2/\(reference.repository)/blobs/\(config)", "*/*")
        return blob.status == 200 ? [Self.platform(blob.json)].compactMap { $0 } : []
    }

    private static func platform(_ json: JSON?) -> String? {
        guard let system = json?["os"]?.stringValue, let processor = json?["architecture"]?.stringValue else {
            return nil
        }
        return "\(system)/\(processor)"
    }

    // MARK: Transport

    private func get(_ path: String, _ accept: String) async throws(Fault) -> Answer {
        guard isInsecure else { return try await get("https", path, accept, Self.verifying) }
        do throws(Fault) {
            return try await get("https", path, accept, Self.trusting)
        } catch {
            guard case .unauthorized = error else { return try await get("http", path, accept, Self.trusting) }
            throw error
        }
    }

    private func get(
        _ scheme: String,
        _ path: String,
        _ accept: String,
        _ client: HTTPClient
    ) async throws(Fault) -> Answer {
        let url = "\(scheme)://\(reference.host)\(path)"
        let first = try await send(url, accept, nil, client)
        guard first.status == 401, let challenge = first.headers.first(name: "WWW-Authenticate") else { return first }
        let authorization = try await answer(to: challenge, client)
        guard let authorization else { return first }
        return try await send(url, accept, authorization, client)
    }

    /// What to send as `Authorization`; nil: nothing to answer with.
    private func answer(to challenge: String, _ client: HTTPClient) async throws(Fault) -> String? {
        if challenge.lowercased().hasPrefix("basic") { return credential.map { "Basic " + $0.basic } }
        guard challenge.lowercased().hasPrefix("bearer ") else { return nil }
        let values = Self.parameters(challenge.dropFirst("bearer ".count))
        guard let realm = values["realm"] else { return nil }
        let scope = "repository:\(reference.repository):pull"
        var query = "scope=\(EngineClient.escaped(scope))"
        if let service = values["service"] { query += "&service=\(EngineClient.escaped(service))" }
        let url = realm + (realm.contains("?") ? "&" : "?") + query
        let token = try await send(url, "application/json", credential.map { "Basic " + $0.basic }, client)
        guard token.status == 200 else { throw .unauthorized(token.words) }
        let text = token.json?["token"]?.stringValue ?? token.json?["access_token"]?.stringValue
        return text.map { "Bearer " + $0 }
    }

    /// `realm="…",service="…"`.
    static func parameters(_ text: some StringProtocol) -> [String: String] {
        var values: [String: String] = [:]
        var rest = Substring(text)
        while let equals = rest.firstIndex(of: "=") {
            let name = rest[..<equals].trimmingCharacters(in: CharacterSet(charactersIn: ", "))
            rest = rest[rest.index(after: equals)...]
            if rest.first == "\"" {
                rest = rest.dropFirst()
                let end = rest.firstIndex(of: "\"") ?? rest.endIndex
                values[name.lowercased()] = String(rest[..<end])
                rest = end < rest.endIndex ? rest[rest.index(after: end)...] : rest[end...]
            } else {
                let end = rest.firstIndex(of: ",") ?? rest.endIndex
                values[name.lowercased()] = String(rest[..<end])
                rest = rest[end...]
            }
        }
        return values
    }

    private func send(
        _ url: String,
        _ accept: String,
        _ authorization: String?,
        _ client: HTTPClient
    ) async throws(Fault) -> Answer {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "Accept", value: accept)
        if let authorization { request.headers.add(name: "Authorization", value: authorization) }
        do {
            let response = try await client.execute(request, timeout: .seconds(20))
            let body = try await response.body.collect(upTo: Self.maxBytes)
            return Answer(
                status: Int(response.status.code),
                headers: response.headers,
                body: Array(body.readableBytesView)
            )
        } catch { throw Self.fault(error) }
    }

    private static func fault(_ error: any Error) -> Fault {
        let words = "\(error)"
        if error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError || words.contains("CERTIFICATE")
        {
            return .untrusted(words)
        }
        if let error = error as? NIOConnectionError {
            if let dns = error.dnsAError { return .unreachable("its name is not known: \(dns)") }
            if let first = error.connectionErrors.first {
                let cause = (first.error as? IOError).map { String(cString: strerror($0.errnoCode)) }
                return .unreachable(cause ?? "\(first.error)")
            }
        }
        if let error = error as? IOError { return .unreachable(String(cString: strerror(error.errnoCode))) }
        return .unreachable(words)
    }
}

extension TLSConfiguration {
    fileprivate static var clientDefault: TLSConfiguration { .makeClientConfiguration() }

    fileprivate func trustingAll() -> TLSConfiguration {
        var copy = self
        copy.certificateVerification = .none
        return copy
    }
}
