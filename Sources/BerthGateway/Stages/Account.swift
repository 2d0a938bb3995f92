/// Stage 8: counters and the traffic log.
extension LoopCore {
    mutating func account(_ socket: Int32) {
        let client = clients[socket]
        let duration = now - client.pointee.exchange.startedAt
        let cell: UnsafeMutablePointer<Counters.Cell>
        if let deployment = client.pointee.exchange.deployment {
            cell = counters.deployments[deployment.pointee.number]
        } else if let endpoint = client.pointee.exchange.endpoint {
            cell = counters.endpoints[endpoint.pointee.number]
        } else {
            cell = counters.unrouted
        }
        guard !client.pointee.isMirror else {
            cell.pointee.mirrored += 1
            return
        }
        counters.count(
            cell,
            status: client.pointee.exchange.status,
            modelStatus: client.pointee.exchange.modelStatus,
            durationNs: duration
        )
        cell.pointee.requestBytes += client.pointee.exchange.bodyBytes
        cell.pointee.responseBytes += client.pointee.exchange.responseBytes
        if writesLog { writeLogLine(client, duration: duration) }
    }

    /// One line with the columns of AmlOnlineEndpointTrafficLog.
    private mutating func writeLogLine(_ client: UnsafeMutablePointer<Client>, duration: Int64) {
        guard let notes = client.pointee.notes else { return }
        // More than a line can take: every text in it has a limit.
        if log.room < 4096 { flushLog() }
        let wall = now + wallOffset
        log.append("{\"TimeGenerated\":\"")
        log.append(date.isoText(wall: wall))
        log.append(".")
        appendPadded(Int(wall / 1_000_000 % 1000))
        log.append("Z\",\"OperationName\":\"Score\"")
        if let endpoint = client.pointee.exchange.endpoint {
            let workspace = endpoint.pointee.workspace
            append("Location", workspace.pointee.location.bytes)
            append("SubscriptionId", workspace.pointee.subscriptionID.bytes)
            append("AzureMLWorkspaceId", workspace.pointee.id.bytes)
            append("AzureMLWorkspaceName", workspace.pointee.name.bytes)
            append("EndpointName", endpoint.pointee.name.bytes)
        }
        if let deployment = client.pointee.exchange.deployment {
            append("DeploymentName", deployment.pointee.name.bytes)
        }
        append("Method", note(notes, Notes.method, Int(client.pointee.exchange.methodCount)))
        append("Path", note(notes, Notes.path, Int(client.pointee.exchange.pathCount)))
        if client.pointee.isStream {
            log.append(",\"Protocol\":\"HTTP/2\"")
        } else {
            log.append(client.pointee.exchange.isHTTP10 ? ",\"Protocol\":\"HTTP/1.0\"" : ",\"Protocol\":\"HTTP/1.1\"")
        }
        append("ResponseCode", Int(client.pointee.exchange.status))
        log.append(",\"ResponseCodeReason\":\"")
        appendReason(client)
        log.append("\"")
        if client.pointee.exchange.modelStatus > 0 {
            append("ModelStatusCode", Int(client.pointee.exchange.modelStatus))
            append(
                "ModelStatusReason",
                note(notes, Notes.modelReason, Int(client.pointee.exchange.modelReasonCount))
            )
        }
        append("RequestPayloadSize", client.pointee.exchange.bodyBytes)
        append("ResponsePayloadSize", client.pointee.exchange.responseBytes)
        append("UserAgent", note(notes, Notes.userAgent, Int(client.pointee.exchange.userAgentCount)))
        append("XRequestId", note(notes, Notes.requestID, Notes.requestIDCount))
        append("XMSClientRequestId", note(notes, Notes.clientID, Int(client.pointee.exchange.clientIDCount)))
        appendDurations(client, duration)
        switch client.pointee.exchange.authKind {
        case .none: break
        case .key: log.append(",\"AuthType\":\"Key\"")
        case .amlToken: log.append(",\"AuthType\":\"AMLToken\"")
        case .aadToken: log.append(",\"AuthType\":\"AADToken\"")
        }
        append("IdentityData", note(notes, Notes.identity, Int(client.pointee.exchange.identityCount)))
        log.append("}\n")
    }

    private mutating func appendDurations(_ client: UnsafeMutablePointer<Client>, _ duration: Int64) {
        let exchange = client.pointee.exchange
        append("TotalDurationMs", microseconds: duration / 1000)
        let bodyEnd = exchange.bodyEndedAt > 0 ? exchange.bodyEndedAt : now
        append("RequestDurationMs", microseconds: (bodyEnd - exchange.startedAt) / 1000)
        if exchange.firstByteAt > 0 {
            append("ResponseDurationMs", microseconds: (exchange.firstByteAt - exchange.startedAt) / 1000)
        }
        append("RequestThrottlingDelayMs", Int(exchange.requestDelay / 1_000_000))
        append("ResponseThrottlingDelayMs", Int(exchange.responseDelay / 1_000_000))
    }

    private mutating func appendReason(_ client: UnsafeMutablePointer<Client>) {
        if let reason = client.pointee.exchange.reason {
            log.append(jsonEscaped: reason)
        } else if client.pointee.exchange.status == 200 {
            log.append("OK")
        } else {
            log.append("Model Error; original-code=")
            log.append(Int(client.pointee.exchange.modelStatus))
        }
    }

    private func note(_ notes: UnsafeMutablePointer<UInt8>, _ place: Int, _ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: notes + place, count: count)
    }

    private mutating func append(_ key: StaticString, _ text: UnsafeRawBufferPointer) {
        guard text.count > 0 else { return }
        appendKey(key)
        log.append("\"")
        log.append(jsonEscaped: text)
        log.append("\"")
    }

    private mutating func append(_ key: StaticString, _ number: Int) {
        appendKey(key)
        log.append(number)
    }

    /// As milliseconds with three decimals.
    private mutating func append(_ key: StaticString, microseconds: Int64) {
        appendKey(key)
        log.append(Int(microseconds / 1000))
        log.append(".")
        appendPadded(Int(microseconds % 1000))
    }

    private mutating func appendPadded(_ number: Int) {
        log.append(byte: UInt8(ascii: "0") + UInt8(number / 100 % 10))
        log.append(byte: UInt8(ascii: "0") + UInt8(number / 10 % 10))
        log.append(byte: UInt8(ascii: "0") + UInt8(number % 10))
    }

    private mutating func appendKey(_ key: StaticString) {
        log.append(",\"")
        log.append(key)
        log.append("\":")
    }
}
