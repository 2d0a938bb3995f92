/// The text of a refusal.
extension LoopCore {
    mutating func composeRefusal(_ refusal: Refusal, _ client: UnsafeMutablePointer<Client>) {
        guard let notes = client.pointee.notes else { return }
        // The body first: the head tells its length.
        composed.clear()
        composeBody(refusal, client, notes)
        swap(&composed, &spare)
        composed.clear()
        composed.append("HTTP/1.1 ")
        composed.append(refusal.status)
        composed.append(" ")
        composed.append(refusal.phrase)
        composed.append("\r\nDate: ")
        composed.append(date.httpText(wall: now + wallOffset))
        composed.append("\r\nContent-Type: application/json\r\nx-berth-layer: ")
        composed.append(refusal.layer)
        composed.append("\r\n")
        appendIDs(client, notes)
        if let deployment = client.pointee.exchange.deployment {
            composed.append("azureml-model-deployment: ")
            composed.append(deployment.pointee.name)
            composed.append("\r\n")
        }
        appendChallenge(refusal)
        if refusal.status == 429 { composed.append("Retry-After: 1\r\n") }
        appendConnection(client)
        composed.append("Content-Length: ")
        composed.append(spare.count)
        composed.append("\r\n\r\n")
        if !client.pointee.exchange.isHead { composed.append(spare.bytes) }
        client.pointee.exchange.responseBytes = client.pointee.exchange.isHead ? 0 : spare.count
    }

    /// Source of the error words: RFC 6750 §3.1; without a credential there is none.
    private mutating func appendChallenge(_ refusal: Refusal) {
        guard refusal.status == 401 || refusal.status == 403 else { return }
        composed.append("WWW-Authenticate: Bearer realm=\"berth\"")
        switch refusal {
        case .noCredential: break
        case .malformedCredential: composed.append(", error=\"invalid_request\"")
        case .notAllowed: composed.append(", error=\"insufficient_scope\"")
        default: composed.append(", error=\"invalid_token\"")
        }
        composed.append("\r\n")
    }

    private mutating func composeBody(
        _ refusal: Refusal,
        _ client: UnsafeMutablePointer<Client>,
        _ notes: UnsafeMutablePointer<UInt8>
    ) {
        composed.append("{\"error\":{\"code\":\"")
        composed.append(refusal.code)
        composed.append("\",\"message\":\"")
        appendMessage(refusal, client)
        composed.append("\"")
        appendLimit(refusal, client)
        if let endpoint = client.pointee.exchange.endpoint {
            composed.append(",\"endpoint\":\"")
            composed.append(endpoint.pointee.name)
            composed.append("\"")
            if let deployment = client.pointee.exchange.deployment {
                composed.append(",\"deployment\":\"")
                composed.append(deployment.pointee.name)
                composed.append("\"")
            }
            appendHelp(refusal, endpoint.pointee, client.pointee.exchange.deployment)
        }
        composed.append(",\"requestId\":\"")
        composed.append(notes + Notes.requestID, Notes.requestIDCount)
        composed.append("\"}}\n")
    }

    /// What to do: get a key, look at the traffic, or see the log.
    private mutating func appendHelp(
        _ refusal: Refusal,
        _ endpoint: CompiledEndpoint,
        _ deployment: UnsafePointer<CompiledDeployment>?
    ) {
        if let deployment {
            composed.append(",\"help\":[\"see the log: berth online-deployment get-logs -n ")
            composed.append(deployment.pointee.name)
            appendTarget(endpoint, "-e ")
        } else if case .notAllowed = refusal {
            composed.append(",\"help\":[\"give the identity a role with the action onlineEndpoints/score/action: ")
            composed.append("berth role assignment create --role \\\"AzureML Data Scientist\\\" --assignee ID")
        } else if refusal.status == 401 {
            composed.append(",\"help\":[\"get a key or token: berth online-endpoint get-credentials")
            appendTarget(endpoint, "-n ")
        } else {
            composed.append(",\"help\":[\"see the endpoint and its traffic: berth online-endpoint show")
            appendTarget(endpoint, "-n ")
        }
        composed.append("\"]")
    }

    private mutating func appendTarget(_ endpoint: CompiledEndpoint, _ flag: StaticString) {
        composed.append(" ")
        composed.append(flag)
        composed.append(endpoint.name)
        if endpoint.isLocal { composed.append(" --local") }
    }

    private mutating func appendMessage(_ refusal: Refusal, _ client: UnsafeMutablePointer<Client>) {
        switch refusal {
        case .malformed(let fault): composed.append(jsonEscaped: fault.text)
        case .headTooSlow: composed.append("the request's head did not come in time")
        case .noEndpoint: composed.append("no endpoint has this URL")
        case .noPath: composed.append("the endpoint serves `/score`, `/swagger.json` and `/`; no other path")
        case .noTraffic: composed.append("no deployment of the endpoint has traffic")
        case .unknownDeployment: composed.append("the endpoint has no deployment named by `azureml-model-deployment`")
        case .noCredential: composed.append("the request has no field `Authorization: Bearer <key or token>`")
        case .malformedCredential:
            composed.append(
                "the field Authorization has not the form `Bearer <key or token>`, without braces or quotes"
            )
        case .wrongCredential: composed.append("the key is not one of the endpoint's keys")
        case .badToken(let fault): composed.append(fault.text)
        case .notAllowed: composed.append("the token's identity is known, and may not score with this endpoint")
        case .tooManyTokens: composed.append("too many tokens that are not known yet wait for their verification")
        case .verificationTooSlow: composed.append("the token could not be verified in time")
        case .tooManyConnections: composed.append("the endpoint has as many connections as it may have")
        case .rateLimited: composed.append("the endpoint has had its requests for this second")
        case .bodyTooLarge: composed.append("the request's body is larger than the endpoint takes")
        case .tooManyPending: composed.append("the deployment has as many pending requests as it may have")
        case .timedOut(let phase): appendTimeout(phase)
        case .answerTooLarge: composed.append("the model's answer is larger than the endpoint passes on")
        case .malformedAnswer: composed.append("the model's server did not answer in HTTP/1.1")
        case .instanceDied: composed.append("the instance closed the connection without an answer")
        case .instanceUnreachable: composed.append("no instance of the deployment takes connections")
        case .noInstance: composed.append("no instance of the deployment is ready")
        case .notReady: composed.append("the gateway has no routes yet")
        }
    }

    private mutating func appendTimeout(_ phase: Refusal.Phase) {
        switch phase {
        case .uploading: composed.append("upstream request timeout: the request's body did not come in time")
        case .delayed: composed.append("upstream request timeout: the endpoint's bandwidth was used up")
        case .waiting: composed.append("upstream request timeout: no instance was free in time")
        case .running: composed.append("upstream request timeout: the model did not answer in time")
        }
    }

    /// Which limit was met: its value, the current value, and where it is set.
    private mutating func appendLimit(_ refusal: Refusal, _ client: UnsafeMutablePointer<Client>) {
        guard let endpoint = client.pointee.exchange.endpoint else { return }
        let deployment = client.pointee.exchange.deployment
        switch refusal {
        case .rateLimited:
            appendLimit(
                "requests per second of the endpoint",
                endpoint.pointee.requestsPerSecond,
                current: endpoint.pointee.requestsPerSecond,
                setBy: "properties: berth.requests_per_second of the endpoint"
            )
        case .bodyTooLarge(let size):
            appendLimit(
                "bytes of a request's body",
                endpoint.pointee.maxRequestBytes,
                current: Int(size),
                setBy: "properties: berth.max_request_bytes of the endpoint"
            )
        case .answerTooLarge(let size):
            appendLimit(
                "bytes of an answer's body",
                endpoint.pointee.maxResponseBytes,
                current: Int(size),
                setBy: "properties: berth.max_response_bytes of the endpoint"
            )
        case .tooManyPending(let pending):
            appendLimit(
                "pending requests: 2 x max_concurrent_requests_per_instance x instance_count",
                deployment?.pointee.pendingLimit ?? 0,
                current: pending,
                setBy: "request_settings.max_concurrent_requests_per_instance and instance_count of the deployment"
            )
        case .timedOut:
            appendLimit(
                "request_timeout_ms",
                Int((deployment?.pointee.timeoutNs ?? 0) / 1_000_000),
                current: Int((now - client.pointee.exchange.startedAt) / 1_000_000),
                setBy: "request_settings.request_timeout_ms of the deployment"
            )
        case .tooManyConnections(let count): appendConnectionLimit(endpoint.pointee, count)
        case .malformed, .headTooSlow, .noEndpoint, .noPath, .noTraffic, .unknownDeployment, .noCredential,
            .malformedCredential, .wrongCredential, .badToken, .notAllowed, .tooManyTokens, .verificationTooSlow,
            .malformedAnswer, .instanceDied, .instanceUnreachable, .noInstance, .notReady:
            break
        }
    }

    /// Of the two limits the one that was met.
    private mutating func appendConnectionLimit(_ endpoint: CompiledEndpoint, _ count: Int) {
        if endpoint.maxConnections > 0, count >= endpoint.maxConnections {
            appendLimit(
                "connections of the endpoint",
                endpoint.maxConnections,
                current: count,
                setBy: "properties: berth.max_connections of the endpoint"
            )
        } else {
            appendLimit(
                "new connections per second of the endpoint",
                endpoint.newConnectionsPerSecond,
                current: endpoint.newConnectionsPerSecond,
                setBy: "properties: berth.new_connections_per_second of the endpoint"
            )
        }
    }

    private mutating func appendLimit(
        _ name: StaticString,
        _ value: Int,
        current: Int,
        setBy setting: StaticString
    ) {
        composed.append(",\"limit\":{\"name\":\"")
        composed.append(name)
        composed.append("\",\"value\":")
        composed.append(value)
        composed.append(",\"current\":")
        composed.append(current)
        composed.append(",\"setting\":\"")
        composed.append(setting)
        composed.append("\"}")
    }
}
