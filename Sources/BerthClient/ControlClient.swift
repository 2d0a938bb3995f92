/// BerthClient: the control plane and the scoring URI as a client sees them.

import AsyncHTTPClient
package import BerthAPI
package import BerthDiagnostics
package import BerthJSON
import BerthModel
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// The control plane, as a client sees it. Every failure is a `Diagnostic`: the server's own, or `serverUnreachable`.
///
/// Owns its HTTP clients; call `shutdown()` at the end.
package final class ControlClient: Sendable {
    /// What `--debug` shows of a request or an answer.
    package enum Trace: Sendable {
        case request(method: String, url: String, clientRequestID: String, body: JSON?)
        case answer(status: Int, milliseconds: Int, requestID: String?)
    }

    /// `http+unix://<escaped path>` or `https://host:port`.
    let baseURL: String
    let clientRequestID: String
    /// Who calls; nil on the unix socket.
    let login: ServerLogin?
    let token = Mutex<String?>(nil)
    private let trace: (@Sendable (Trace) -> Void)?
    let client: HTTPClient
    /// Streams have a client of their own: a follower of a log must not hold the connections of short requests.
    private let streams: HTTPClient

    /// A client of the control plane that listens on a unix socket.
    ///
    /// `clientRequestID` is sent as `x-ms-client-request-id` with every request: one per command.
    package init(
        unixSocket path: String,
        clientRequestID: String,
        trace: (@Sendable (Trace) -> Void)? = nil
    ) {
        baseURL = "http+unix://" + Self.escaped(path)
        login = nil
        self.clientRequestID = clientRequestID
        self.trace = trace
        client = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup)
        streams = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup)
    }

    /// A client of a server, over HTTPS, that trusts the login's certificate authority.
    package init(
        login: ServerLogin,
        clientRequestID: String,
        trace: (@Sendable (Trace) -> Void)? = nil
    ) {
        baseURL = login.server
        self.login = login
        self.clientRequestID = clientRequestID
        self.trace = trace
        var tls = TLSConfiguration.makeClientConfiguration()
        if let file = login.authorityFile { tls.trustRoots = .file(file) }
        let configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        client = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
        streams = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
    }

    package func shutdown() async {
        // Nothing can be done about a failure to close, and the process is about to end.
        try? await client.shutdown()  // As above.
        try? await streams.shutdown()  // As above.
    }

    // MARK: Endpoints

    /// `ifMatch`: the ETag of the state that the change was made from. Where there is another state by now, nothing is
    /// changed and `PreconditionFailed` is thrown.
    package func putEndpoint(
        _ resource: EndpointResource,
        ifMatch: String? = nil
    ) async throws(Diagnostic) -> (EndpointResource, operation: String?) {
        let answer = try await send(.PUT, resource.id, body: resource.json, ifMatch: ifMatch)
        return (try EndpointResource(json: answer.body, scope: resource.scope), answer.operation)
    }

    package func endpoint(_ name: String, in scope: WorkspaceScope) async throws(Diagnostic) -> EndpointResource {
        try EndpointResource(json: try await send(.GET, scope.endpoint(name)).body, scope: scope)
    }

    package func endpoints(in scope: WorkspaceScope) async throws(Diagnostic) -> [EndpointResource] {
        var resources: [EndpointResource] = []
        for entry in try await list(scope.path + "/onlineEndpoints?$top=1000") {
            resources.append(try EndpointResource(json: entry, scope: scope))
        }
        return resources
    }

    /// The operation to wait for, or nil where there was nothing to delete.
    package func deleteEndpoint(_ name: String, in scope: WorkspaceScope) async throws(Diagnostic) -> String? {
        try await send(.DELETE, scope.endpoint(name)).operation
    }

    /// `primaryKey` and `secondaryKey`.
    package func keys(of endpoint: String, in scope: WorkspaceScope) async throws(Diagnostic) -> JSON {
        try await send(.POST, scope.endpoint(endpoint) + "/listKeys", body: [:]).body
    }

    // MARK: Deployments

    /// `ifMatch` as with an endpoint.
    package func putDeployment(
        _ resource: DeploymentResource,
        ifMatch: String? = nil
    ) async throws(Diagnostic) -> (DeploymentResource, operation: String?) {
        let answer = try await send(.PUT, resource.id, body: resource.json, ifMatch: ifMatch)
        return (try DeploymentResource(json: answer.body, scope: resource.scope), answer.operation)
    }

    package func deployment(
        _ name: String,
        of endpoint: String,
        in scope: WorkspaceScope
    ) async throws(Diagnostic) -> DeploymentResource {
        try DeploymentResource(json: try await send(.GET, scope.deployment(name, of: endpoint)).body, scope: scope)
    }

    package func deployments(
        of endpoint: String,
        in scope: WorkspaceScope
    ) async throws(Diagnostic) -> [DeploymentResource] {
        let body = try await send(.GET, scope.endpoint(endpoint) + "/deployments").body
        var resources: [DeploymentResource] = []
        for entry in body["value"]?.arrayValue ?? [] {
            resources.append(try DeploymentResource(json: entry, scope: scope))
        }
        return resources
    }

    package func deleteDeployment(
        _ name: String,
        of endpoint: String,
        in scope: WorkspaceScope
    ) async throws(Diagnostic) -> String? {
        try await send(.DELETE, scope.deployment(name, of: endpoint)).operation
    }

    /// The last failure and further independent ones; empty where there was none.
    package func diagnosis(
        of deployment: String,
        endpoint: String,
        in scope: WorkspaceScope
    ) async throws(Diagnostic) -> [Diagnostic] {
        let body = try await send(.GET, scope.deployment(deployment, of: endpoint) + "/diagnosis").body
        return ([body["diagnosis"]].compactMap { $0 } + (body["also"]?.arrayValue ?? []))
            .compactMap(Diagnostic.init(json:))
    }

    /// The last `lines` lines of a container's log; with `previous`, of the instance that ended last.
    package func logs(
        of deployment: String,
        endpoint: String,
        in scope: WorkspaceScope,
        container: String,
        lines: Int,
        previous: Bool = false
    ) async throws(Diagnostic) -> String {
        let wire =
            container == "storage-initializer"
            ? "StorageInitializer"
            : container == "inference-server" ? "InferenceServer" : container
        let body = try await send(
            .POST,
            scope.deployment(deployment, of: endpoint) + "/getLogs",
            body: ["containerType": .string(wire), "tail": .integer(lines), "berthPrevious": .bool(previous)]
        ).body
        return body["content"]?.stringValue ?? ""
    }

    /// Follows a container's log: `onChunk` gets text as it is written, until the task is cancelled or the deployment
    /// is gone.
    package func followLogs(
        of deployment: String,
        endpoint: String,
        in scope: WorkspaceScope,
        container: String,
        lines: Int,
        onChunk: (String) -> Void
    ) async throws(Diagnostic) {
        let path = scope.deployment(deployment, of: endpoint) + "/followLogs?container=\(container)&tail=\(lines)"
        var request = HTTPClientRequest(url: baseURL + path)
        request.headers.add(name: "x-ms-client-request-id", value: clientRequestID)
        try await authorize(&request)
        do {
            let response = try await streams.execute(request, deadline: .distantFuture)
            guard response.status == .ok else {
                throw try await failure(response)
            }
            for try await chunk in response.body { onChunk(String(buffer: chunk)) }
        } catch let diagnostic as Diagnostic {
            throw diagnostic
        } catch {
            throw unreachable(error)
        }
    }

    // MARK: Operations

    /// The operation at `url`. Answers as soon as there is more than `after` entries of progress or the operation has
    /// ended, at the latest after `wait` seconds (at most 30).
    package func operation(
        _ url: String,
        after: Int,
        wait: Int = 20
    ) async throws(Diagnostic) -> OperationResource {
        let separator = url.contains("?") ? "&" : "?"
        let body = try await send(.GET, url + "\(separator)berthAfter=\(after)&berthWait=\(wait)").body
        return try OperationResource(json: body)
    }

    /// Anything else of the control plane: method, path below the root, body; the answer's body.
    package func call(_ method: String, _ path: String, body: JSON? = nil) async throws(Diagnostic) -> JSON {
        try await send(HTTPMethod(rawValue: method), path, body: body).body
    }

    /// All entries of a list, page by page.
    package func list(_ path: String) async throws(Diagnostic) -> [JSON] {
        var entries: [JSON] = []
        var next: String? = path
        while let page = next {
            let body = try await send(.GET, page).body
            entries += body["value"]?.arrayValue ?? []
            next = body["nextLink"]?.stringValue.map(Self.withoutServer)
        }
        return entries
    }

    // MARK: Transport

    struct Answer {
        var body: JSON
        /// Path and query of `Azure-AsyncOperation`, where the answer has one.
        var operation: String?
    }

    func send(
        _ method: HTTPMethod,
        _ path: String,
        body: JSON? = nil,
        ifMatch: String? = nil
    ) async throws(Diagnostic) -> Answer {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = method
        request.headers.add(name: "x-ms-client-request-id", value: clientRequestID)
        request.headers.add(name: "Accept", value: "application/json")
        if let ifMatch { request.headers.add(name: "If-Match", value: ifMatch) }
        try await authorize(&request)
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.utf8))
        }
        trace?(.request(method: method.rawValue, url: path, clientRequestID: clientRequestID, body: body))
        let started = ContinuousClock.now
        do {
            let response = try await client.execute(request, timeout: .seconds(90))
            trace?(
                .answer(
                    status: Int(response.status.code),
                    milliseconds: Int((ContinuousClock.now - started) / .milliseconds(1)),
                    requestID: response.headers.first(name: "x-ms-request-id")
                )
            )
            guard (200..<300).contains(response.status.code) else { throw try await failure(response) }
            let text = try await response.body.collect(upTo: 64 * 1_048_576)
            let json =
                text.readableBytes == 0 ? JSON.object(JSONObject()) : try JSON.parse(Array(text.readableBytesView))
            return Answer(body: json, operation: operationPath(response.headers))
        } catch let diagnostic as Diagnostic {
            throw diagnostic
        } catch {
            throw unreachable(error)
        }
    }

    private func operationPath(_ headers: HTTPHeaders) -> String? {
        headers.first(name: "Azure-AsyncOperation").map(Self.withoutServer)
    }

    /// Path and query of a URL on the server.
    private static func withoutServer(_ url: String) -> String {
        guard let scheme = url.range(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
    }

    private func failure(_ response: HTTPClientResponse) async throws -> Diagnostic {
        let text = try await response.body.collect(upTo: 4 * 1_048_576)
        var diagnostic: Diagnostic
        do {
            let found = ErrorBody.diagnostics(in: try JSON.parse(Array(text.readableBytesView)))
            diagnostic =
                found.first
                ?? Diagnostic(.internalError, .platformFault, "the control plane answered \(response.status.code)")
        } catch {
            diagnostic = Diagnostic(
                .internalError,
                .platformFault,
                "the control plane answered \(response.status.code) with a body that is no JSON",
                evidence: [Evidence("body", String(String(buffer: text).prefix(500)))]
            )
        }
        diagnostic.requestID = diagnostic.requestID ?? response.headers.first(name: "x-ms-request-id")
        return diagnostic
    }

    func unreachable(_ error: any Error) -> Diagnostic {
        Diagnostic(
            .internalError,
            .serverUnreachable,
            "the control plane does not answer",
            evidence: [Evidence("connection", "\(error)")],
            help: [
                login == nil
                    ? "run the command again: a local control plane is started when none runs"
                    : "start the server at \(baseURL): berth serve"
            ]
        )
    }
}

extension StringProtocol {
    /// The first place of `needle`, without Foundation.
    fileprivate func range(of needle: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(needle) { return start..<index(start, offsetBy: needle.count) }
            start = index(after: start)
        }
        return nil
    }
}
