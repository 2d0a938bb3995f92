import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

/// `online-endpoint invoke`.
enum OnlineEndpointInvoke {
    static let requestFile = Option("request-file", "r", .value("FILE"), help: "the JSON to send; - is stdin")
    static let deployment = Option(
        "deployment-name",
        "d",
        .value("NAME"),
        help: "ask this deployment, whatever the traffic"
    )
    /// Longer than any deployment may take. Source: the request timeout's documented maximum, and that of flows.
    private static let timeout: Duration = .seconds(320)

    static let command = Command(
        "online-endpoint invoke",
        "send a request to an endpoint and print the answer",
        options: [CommonOption.name.required, requestFile.required, deployment, CommonOption.local],
        examples: [
            Example(
                "score a file",
                "online-endpoint invoke --local --name diabetes --request-file sample-request.json"
            ),
            Example(
                "ask one deployment",
                "online-endpoint invoke --local -n diabetes -r sample-request.json --deployment-name green"
            ),
        ]
    ) { call async throws(CommandFailure) in
        try await run(call, deployment: call.string(deployment))
    }

    static func run(_ call: Invocation, deployment: String?) async throws(CommandFailure) -> Outcome {
        let name = try call.required(CommonOption.name)
        let body = try requestBody(try call.required(requestFile))
        return try await call.withControl { session async throws(CommandFailure) in
            try await invoke(name, deployment, body, call, session)
        }
    }

    private static func invoke(
        _ name: String,
        _ deployment: String?,
        _ body: [UInt8],
        _ call: Invocation,
        _ session: ControlSession
    ) async throws(CommandFailure) -> Outcome {
        let endpoint = try await session.endpoint(name)
        if let deployment { _ = try await session.deployment(deployment, of: name) }
        guard let uri = endpoint.scoringURI else {
            throw .failed(
                Diagnostic(
                    .scoringFailed,
                    .operationInProgress,
                    "endpoint `\(name)` has no scoring URI yet",
                    evidence: [Evidence("endpoint", "provisioning_state: \(endpoint.state.rawValue)")],
                    help: ["see its state: \(call.program) online-endpoint show\(call.localFlag) --name \(name)"]
                )
            )
        }
        let key = try await credential(for: endpoint, session)
        let requestID = RequestID.make()
        if call.flag(CommonOption.debug) {
            call.detail(
                "debug: request: POST \(uri), \(body.count) bytes\ndebug:   x-ms-client-request-id: \(requestID)"
            )
        }
        let answer = try await orFail { () async throws(Diagnostic) in
            try await ScoringClient.post(
                body,
                to: uri,
                key: key,
                deployment: deployment,
                clientRequestID: requestID,
                timeout: timeout
            )
        }
        call.detail("answer: \(answer.status) \(answer.reason) in \(answer.milliseconds) ms")
        guard answer.status != 200 else { return .text(answer.text) }
        let failure = ScoringFailure(answer: answer, endpoint: name, program: call.program, localFlag: call.localFlag)
        throw .failed(failure.diagnostic, also: await deploymentDiagnosis(answer, name, session))
    }

    /// The key or token that the endpoint asks for; nil with `--local`.
    private static func credential(
        for endpoint: EndpointResource,
        _ session: ControlSession
    ) async throws(CommandFailure) -> String? {
        guard session.scope != .local else { return nil }
        let known = try await orFail { () async throws(Diagnostic) in
            try await session.client.credentials(of: endpoint)
        }
        return (known["primaryKey"] ?? known["accessToken"])?.stringValue
    }

    /// What the deployment's own logs say about a request that the model failed.
    private static func deploymentDiagnosis(
        _ answer: ScoringAnswer,
        _ endpoint: String,
        _ session: ControlSession
    ) async -> [Diagnostic] {
        guard answer.status == 424, let deployment = answer.headers["azureml-model-deployment"] else { return [] }
        do {
            let known = try await session.client.diagnosis(of: deployment, endpoint: endpoint, in: session.workspace)
            // One that names another request is not about this one.
            let ids = Set(["x-ms-request-id", "x-request-id"].compactMap { answer.headers[$0] })
            return known.filter { $0.requestID.map(ids.contains) ?? true }
        } catch {
            // The answer itself is the failure; that its cause cannot be had is said beside it.
            return [error]
        }
    }

    /// The bytes of a request file, which must hold JSON.
    static func requestBody(_ path: String) throws(CommandFailure) -> [UInt8] {
        let bytes: [UInt8]
        do { bytes = try UserFile.read(path) } catch { throw .spec([error]) }
        do {
            _ = try JSON.parse(bytes)
            return bytes
        } catch {
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            let line = lines.indices.contains(error.line - 1) ? String(lines[error.line - 1]) : nil
            throw .spec([
                Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "the request is no JSON: \(error.message)",
                    location: SourceLocation(path: path, line: error.line, column: error.column),
                    sourceLine: line.flatMap { $0.count <= 200 ? $0 : nil },
                    help: ["correct the file; an endpoint is invoked with JSON"]
                )
            ])
        }
    }
}

/// An answer other than 200, explained.
struct ScoringFailure {
    let answer: ScoringAnswer
    let endpoint: String
    let program: String
    let localFlag: String

    /// How much of a body is shown as evidence, in characters.
    private static let maxBodyCharacters = 500

    var diagnostic: Diagnostic {
        var evidence: [Evidence] = []
        if let layer = answer.headers["x-berth-layer"] { evidence.append(Evidence("layer", layer)) }
        if let deployment { evidence.append(Evidence("deployment", deployment)) }
        if let text = bodyText { evidence.append(Evidence("answer", text)) }
        return Diagnostic(
            .scoringFailed,
            nil,
            "endpoint `\(endpoint)` answered \(answer.status) \(reason)".trimmed,
            evidence: evidence,
            help: [help],
            requestID: answer.headers["x-ms-request-id"] ?? answer.headers["x-request-id"]
        )
    }

    /// The gateway's own words, which HTTP libraries replace by those of the standard.
    private var reason: String {
        guard answer.status == 424, let code = answer.headers["ms-azureml-model-error-statuscode"] else {
            return answer.reason
        }
        return "Model Error; original-code=\(code)"
    }

    private var deployment: String? { answer.headers["azureml-model-deployment"] }

    /// The message inside a JSON body, else the start of the text.
    private var bodyText: String? {
        let text = answer.text.trimmed
        guard !text.isEmpty else { return nil }
        var message: String?
        do {
            let json = try JSON.parse(text)
            message = json["error"]?["message"]?.stringValue ?? json["message"]?.stringValue
        } catch {
            // No JSON: the text itself is shown.
            message = nil
        }
        return String((message ?? text).prefix(Self.maxBodyCharacters))
    }

    private var help: String {
        let place = "\(localFlag) --endpoint-name \(endpoint)"
        switch answer.status {
        case 401, 403: return "see the keys: \(program) online-endpoint get-credentials\(localFlag) --name \(endpoint)"
        case 404: return "see which deployments there are: \(program) online-deployment list\(place) -o table"
        case 408:
            return "raise the limit: \(program) online-deployment update\(place) --name \(deployment ?? "DEPLOYMENT")"
                + " --set request_settings.request_timeout_ms=20000"
        case 413:
            return "send a smaller request, or raise the limit: \(program) online-endpoint update\(localFlag) --name "
                + "\(endpoint) --set \"properties['berth.max_request_bytes']=4194304\""
        case 429: return "send fewer requests at a time, or add instances: --set instance_count=2"
        default:
            return "see the log: \(program) online-deployment get-logs\(place) --name \(deployment ?? "DEPLOYMENT")"
        }
    }
}
