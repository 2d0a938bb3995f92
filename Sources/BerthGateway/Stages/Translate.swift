/// Stage 6: the instance's answer in the words of the documented contract.
extension LoopCore {
    /// Whether bytes of this connection to an instance can be used now.
    func wantsAnswerBytes(_ upstream: Int32) -> Bool { !upstreams[upstream].pointee.isPaused }

    /// Bytes of an instance have come.
    mutating func answered(_ bytes: UnsafeRawBufferPointer, from upstream: Int32) {
        let state = upstreams[upstream]
        switch state.pointee.state {
        case .free, .connecting: break
        // Nothing was asked: what comes belongs to no request.
        case .idle: closeUpstream(upstream)
        case .awaiting, .streaming:
            guard state.pointee.input.isEmpty, !state.pointee.isPaused else {
                state.pointee.input.append(bytes)
                return useAnswer(upstream)
            }
            let used = useAnswer(bytes, from: upstream)
            if used < bytes.count { state.pointee.input.append(UnsafeRawBufferPointer(rebasing: bytes[used...])) }
        }
    }

    /// Goes on with bytes of an answer that were kept.
    mutating func useAnswer(_ upstream: Int32) {
        let state = upstreams[upstream]
        guard !state.pointee.input.isEmpty, !state.pointee.isPaused else { return }
        // Moved out while it is read from, since the connection may be closed meanwhile.
        var input = state.pointee.input
        state.pointee.input = ByteQueue()
        let used = useAnswer(input.bytes, from: upstream)
        input.dropFirst(used)
        if input.isEmpty { return input.free() }
        state.pointee.input.free()
        state.pointee.input = input
    }

    /// - Returns: how many bytes were used; all of them where the connection belongs to no request any more.
    private mutating func useAnswer(_ bytes: UnsafeRawBufferPointer, from upstream: Int32) -> Int {
        if upstreams[upstream].pointee.state == .awaiting { return takeAnswerHead(bytes, from: upstream) }
        composed.clear()
        return stream(bytes, from: upstream)
    }

    /// Uses the head of the answer, interim ones before it, and what has come of the body.
    ///
    /// - Returns: how many bytes were used; all of them unless the head is incomplete or the answer is held back.
    private mutating func takeAnswerHead(_ bytes: UnsafeRawBufferPointer, from upstream: Int32) -> Int {
        let state = upstreams[upstream]
        let socket = state.pointee.client
        var used = 0
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
            let start: Int
            let end: Int
            switch state.pointee.scanner.scan(rest, limit: limits.maxHeadBytes) {
            case .needsMore: return used
            case .fault:
                noteFailure(state.pointee.addressNumber)
                refuse(socket, .malformedAnswer)
                return bytes.count
            case .complete(let first, let last): (start, end) = (first, last)
            }
            state.pointee.scanner = HeadScanner()
            guard let base = rest.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return used }
            let head: ResponseHead
            do throws(HeadFault) {
                head = try ResponseHead(base, from: start, to: end, table: &table)
            } catch {
                refuse(socket, .malformedAnswer)
                return bytes.count
            }
            if head.status < 200 {
                guard head.status != 101 else {
                    refuse(socket, .malformedAnswer)
                    return bytes.count
                }
                used += end
                continue
            }
            if holdsBack(head, socket, upstream) { return used }
            used += end
            state.pointee.keepsAlive = head.keepsAlive
            return used + translate(head, base, upstream, body: UnsafeRawBufferPointer(rebasing: bytes[used...]))
        }
    }

    /// Charges an answer of known length whole, once, so that its head can tell how long it was held back.
    private mutating func holdsBack(_ head: ResponseHead, _ socket: Int32, _ upstream: Int32) -> Bool {
        let client = clients[socket]
        if client.pointee.exchange.firstByteAt == 0 { client.pointee.exchange.firstByteAt = now }
        guard !client.pointee.exchange.isPaid,
            let length = head.bodyFraming(isAnswerToHead: client.pointee.exchange.isHead).knownRemaining
        else { return false }
        client.pointee.exchange.isPaid = true
        let limit = Int64(client.pointee.exchange.endpoint?.pointee.maxResponseBytes ?? 0)
        guard limit == 0 || length <= limit else { return false }
        return delayAnswer(socket, upstream, bytes: Int(length))
    }

    private mutating func translate(
        _ head: ResponseHead,
        _ base: UnsafePointer<UInt8>,
        _ upstream: Int32,
        body: UnsafeRawBufferPointer
    ) -> Int {
        let state = upstreams[upstream]
        let socket = state.pointee.client
        let client = clients[socket]
        state.pointee.decoder = head.bodyFraming(isAnswerToHead: client.pointee.exchange.isHead)
        client.pointee.exchange.modelStatus = Int32(head.status)
        noteReason(head.reason.of(base), client)
        let limit = client.pointee.exchange.endpoint?.pointee.maxResponseBytes ?? 0
        if limit > 0, let length = state.pointee.decoder.knownRemaining, length > limit {
            refuse(socket, .answerTooLarge(length))
            return body.count
        }
        client.pointee.exchange.status = head.status == 200 ? 200 : 424
        client.pointee.state = .responding
        state.pointee.state = .streaming
        if client.pointee.isMirror { return stream(body, from: upstream) }
        composeAnswerHead(head, base, socket, state.pointee.decoder)
        return stream(body, from: upstream)
    }

    private func noteReason(_ text: UnsafeRawBufferPointer, _ client: UnsafeMutablePointer<Client>) {
        guard let notes = client.pointee.notes, let source = text.baseAddress else { return }
        let count = min(text.count, Notes.maxModelReason)
        client.pointee.exchange.modelReasonCount = UInt8(count)
        (notes + Notes.modelReason).copy(from: source, count: count)
    }

    private mutating func composeAnswerHead(
        _ head: ResponseHead,
        _ base: UnsafePointer<UInt8>,
        _ socket: Int32,
        _ body: BodyDecoder
    ) {
        let client = clients[socket]
        guard let notes = client.pointee.notes, let deployment = client.pointee.exchange.deployment else { return }
        composed.clear()
        if head.status == 200 {
            composed.append("HTTP/1.1 200 OK\r\n")
        } else {
            composed.append("HTTP/1.1 424 Model Error; original-code=")
            composed.append(head.status)
            composed.append("\r\nms-azureml-model-error-statuscode: ")
            composed.append(head.status)
            composed.append("\r\nms-azureml-model-error-reason: ")
            composed.append(head.reason.of(base))
            composed.append("\r\nx-berth-layer: model\r\n")
        }
        appendFields(base) { field in
            switch field.kind {
            case .other, .userAgent, .authorization, .host, .expect: !field.isNominated
            case .trailer: head.framing.isChunked && !client.pointee.exchange.isHTTP10 && !field.isNominated
            case .contentLength, .transferEncoding, .connection, .hopByHop, .requestID, .msRequestID,
                .msClientRequestID, .modelDeployment, .reserved, .lookalike:
                false
            }
        }
        appendIDs(client, notes)
        composed.append("azureml-model-deployment: ")
        composed.append(deployment.pointee.name)
        composed.append("\r\n")
        appendAnswerFraming(head, client, body)
        appendConnection(client)
        composed.append("\r\n")
    }

    private mutating func appendAnswerFraming(
        _ head: ResponseHead,
        _ client: UnsafeMutablePointer<Client>,
        _ body: BodyDecoder
    ) {
        let wasDelayed = client.pointee.exchange.requestDelay + client.pointee.exchange.responseDelay > 0
        let takesTrailers = !client.pointee.exchange.isHTTP10 && !client.pointee.exchange.isHead
        if wasDelayed, takesTrailers {
            // How long, only the trailers can tell.
            composed.append("Trailer: ms-azureml-bandwidth-request-delay-ms\r\n")
            composed.append("Trailer: ms-azureml-bandwidth-response-delay-ms\r\n")
            client.pointee.exchange.answersChunked = true
            composed.append("Transfer-Encoding: chunked\r\n")
        } else if let length = body.knownRemaining {
            // The answer to HEAD tells the length that GET would have.
            let told = client.pointee.exchange.isHead ? head.framing.contentLength : length
            guard told >= 0 else { return }
            composed.append("Content-Length: ")
            composed.append(Int(told))
            composed.append("\r\n")
        } else if client.pointee.exchange.isHTTP10 {
            client.pointee.exchange.answersUntilClose = true
            client.pointee.exchange.keepsAlive = false
        } else {
            client.pointee.exchange.answersChunked = true
            composed.append("Transfer-Encoding: chunked\r\n")
        }
    }

    mutating func appendConnection(_ client: UnsafeMutablePointer<Client>) {
        if isDraining { client.pointee.exchange.keepsAlive = false }
        if !client.pointee.exchange.keepsAlive {
            composed.append("Connection: close\r\n")
        } else if client.pointee.exchange.isHTTP10 {
            composed.append("Connection: keep-alive\r\n")
        }
    }
}
