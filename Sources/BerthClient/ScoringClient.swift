import AsyncHTTPClient
package import BerthDiagnostics
import NIOCore
import NIOHTTP1
import NIOPosix

/// An answer of a scoring URI.
package struct ScoringAnswer: Hashable, Sendable {
    package var status: Int
    /// The reason of the status line: `Model Error; original-code=500`.
    package var reason: String
    /// Names in lower case.
    package var headers: [String: String]
    package var body: [UInt8]
    package var milliseconds: Int

    package init(status: Int, reason: String, headers: [String: String], body: [UInt8], milliseconds: Int = 0) {
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body
        self.milliseconds = milliseconds
    }

    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// Sends requests to scoring URIs, as the client of a model does. Never tries twice.
package enum ScoringClient {
    /// Largest answer that is read, in bytes: more than any gateway passes.
    private static let maxAnswerBytes = 256 * 1_048_576

    /// Posts `body` as JSON, with `key` as a bearer token where there is one. `deployment` asks for this deployment,
    /// whatever the traffic.
    ///
    /// Throws `serverUnreachable` where nobody answers. A status other than 200 is no failure here.
    package static func post(
        _ body: [UInt8],
        to uri: String,
        key: String?,
        deployment: String?,
        clientRequestID: String,
        timeout: Duration
    ) async throws(Diagnostic) -> ScoringAnswer {
        let client = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup)
        let outcome: Result<ScoringAnswer, Diagnostic>
        do {
            var request = HTTPClientRequest(url: uri)
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.headers.add(name: "x-ms-client-request-id", value: clientRequestID)
            if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
            if let deployment { request.headers.add(name: "azureml-model-deployment", value: deployment) }
            request.body = .bytes(ByteBuffer(bytes: body))
            outcome = .success(try await send(request, with: client, timeout: timeout))
        } catch {
            outcome = .failure(unreachable(uri, error))
        }
        // Nothing can be done about a failure to close, and the answer is here.
        try? await client.shutdown()
        return try outcome.get()
    }

    private static func send(
        _ request: HTTPClientRequest,
        with client: HTTPClient,
        timeout: Duration
    ) async throws -> ScoringAnswer {
        let started = ContinuousClock.now
        let limit = TimeAmount.nanoseconds(Int64(timeout / .nanoseconds(1)))
        let response = try await client.execute(request, timeout: limit)
        let content = try await response.body.collect(upTo: maxAnswerBytes)
        var headers: [String: String] = [:]
        for (name, value) in response.headers { headers[name.lowercased()] = value }
        return ScoringAnswer(
            status: Int(response.status.code),
            reason: response.status.reasonPhrase,
            headers: headers,
            body: Array(content.readableBytesView),
            milliseconds: Int((ContinuousClock.now - started) / .milliseconds(1))
        )
    }

    private static func unreachable(_ uri: String, _ error: any Error) -> Diagnostic {
        Diagnostic(
            .scoringFailed,
            .serverUnreachable,
            "the scoring URI \(uri) does not answer",
            evidence: [Evidence("connection", "\(error)")],
            help: ["see whether the endpoint has a deployment that runs: berth online-deployment list"]
        )
    }
}
