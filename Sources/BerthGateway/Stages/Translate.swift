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
        case .awaiting:
            if state.pointee.input.isEmpty {
                let used = takeAnswerHead(bytes, from: upstream)
                if upstreams[upstream].pointee.state == .awaiting, used < bytes.count {
                    state.pointee.input.append(UnsafeRawBufferPointer(rebasing: bytes[used...]))
                }
            } else {
                state.pointee.input.append(bytes)
                var input = state.pointee.input
                state.pointee.input = ByteQueue()
                let used = takeAnswerHead(input.bytes, from: upstream)
                input.dropFirst(used)
                if state.pointee.state == .awaiting { state.pointee.input = input } else { input.free() }
            }
        case .streaming:
            composed.clear()
            stream(bytes, from: upstream)
        }
    }

    /// Uses the head of the answer, interim ones before it, and what has come of the body.
    ///
    /// - Returns: how many bytes were used; all of them unless the head is incomplete.
    private mutating func takeAnswerHead(_ bytes: UnsafeRawBufferPointer, from upstream: Int32) -> Int {
        let state = upstreams[upstream]
        let socket = state.pointee.client
        let client = clients[socket]
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
            used += end
            if head.status < 200 {
                guard head.status != 101 else {
                    refuse(socket, .malformedAnswer)
                    return bytes.count
                }
                continue
            }
            state.pointee.keepsAlive = head.keepsAlive
            client.pointee.exchange.firstByteAt = now
            translate(head, base, upstream, body: UnsafeRawBufferPointer(rebasing: bytes[used...]))
            return bytes.count
        }
    }

    private mutating func translate(
        _ head: ResponseHead,
        _ base: UnsafePointer<UInt8>,
        _ upstream: Int32,
        body: UnsafeRawBufferPointer
    ) {
        let state = upstreams[upstream]
        let socket = state.pointee.client
        let client = clients[socket]
        state.pointee.decoder = head.bodyFraming(isAnswerToHead: client.pointee.exchange.isHead)
        client.pointee.exchange.modelStatus = Int32(head.status)
        noteReason(head.reason.of(base), client)
        let limit = client.pointee.exchange.endpoint?.pointee.maxResponseBytes ?? 0
        if limit > 0, let length = state.pointee.decoder.knownRemaining, length > limit {
            return refuse(socket, .answerTooLarge(length))
        }
        client.pointee.exchange.status = head.status == 200 ? 200 : 424
        client.pointee.state = .responding
        state.pointee.state = .streaming
        if client.pointee.isMirror { return stream(body, from: upstream) }
        composeAnswerHead(head, base, socket, state.pointee.decoder)
        stream(body, from: upstream)
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
        if let length = body.knownRemaining {
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

    /// Passes on what has come of the body, behind what is in the loop's memory already; ends the exchange at its end.
    private mutating func stream(_ bytes: UnsafeRawBufferPointer, from upstream: Int32) {
        let state = upstreams[upstream]
        let socket = state.pointee.client
        let client = clients[socket]
        let limit = client.pointee.exchange.endpoint?.pointee.maxResponseBytes ?? 0
        var used = 0
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
            switch state.pointee.decoder.next(rest) {
            case .data(let count):
                used += count
                client.pointee.exchange.responseBytes += count
                if limit > 0, client.pointee.exchange.responseBytes > limit { return overflow(socket) }
                append(UnsafeRawBufferPointer(rebasing: rest[..<count]), client)
            case .framing(let count): used += count
            case .needsMore:
                guard flush(socket) else { return }
                if !client.pointee.isMirror, wire.unsentBytes(over: socket) > limits.highWatermark {
                    state.pointee.isPaused = true
                }
                return
            case .fault:
                client.pointee.exchange.reason = "the model's answer is not HTTP"
                return cutOff(socket)
            case .end:
                if client.pointee.exchange.answersChunked { composed.append("0\r\n\r\n") }
                guard flush(socket) else { return }
                return complete(socket, upstream, hasMore: used < bytes.count)
            }
        }
    }

    private mutating func append(_ piece: UnsafeRawBufferPointer, _ client: UnsafeMutablePointer<Client>) {
        guard !client.pointee.isMirror else { return }
        if client.pointee.exchange.answersChunked {
            composed.append(hexadecimal: piece.count)
            composed.append("\r\n")
            composed.append(piece)
            composed.append("\r\n")
        } else {
            composed.append(piece)
        }
    }

    /// - Returns: false where the client has gone, and the exchange with it.
    private mutating func flush(_ socket: Int32) -> Bool {
        let client = clients[socket]
        guard composed.count > 0, !client.pointee.isMirror else { return true }
        defer { composed.clear() }
        if case .failed = wire.send(composed.bytes, over: socket) {
            peerClosed(socket)
            return false
        }
        return true
    }

    /// The size rule while streaming: the head has gone, so the answer can only be cut off.
    private mutating func overflow(_ socket: Int32) {
        clients[socket].pointee.exchange.reason = "Response payload too large"
        cutOff(socket)
    }

    /// The answer cannot be completed. The client sees that: the framing has no end.
    private mutating func cutOff(_ socket: Int32) {
        let client = clients[socket]
        client.pointee.exchange.status = 424
        noteFailure(client.pointee.exchange.addressNumber)
        abort(socket)
    }

    private mutating func complete(_ socket: Int32, _ upstream: Int32, hasMore: Bool) {
        let client = clients[socket]
        let state = upstreams[upstream]
        client.pointee.exchange.upstream = -1
        // Bytes behind the end belong to no request; a request that is not sent whole cannot be followed by another.
        if state.pointee.keepsAlive, !hasMore, !state.pointee.decoder.endsWithConnection, !isDraining,
            wire.unsentBytes(over: upstream) == 0
        {
            keepUpstream(upstream)
        } else {
            closeUpstream(upstream)
        }
        finish(socket)
    }

    /// The instance has closed its side.
    mutating func upstreamClosed(_ upstream: Int32) {
        let state = upstreams[upstream]
        let socket = state.pointee.client
        switch state.pointee.state {
        case .free: break
        case .idle: closeUpstream(upstream)
        case .connecting: connected(upstream, succeeded: false)
        case .awaiting:
            noteFailure(state.pointee.addressNumber)
            refuse(socket, .instanceDied)
        case .streaming:
            let client = clients[socket]
            guard state.pointee.decoder.endsWithConnection else {
                client.pointee.exchange.reason = "the instance died while it was answering"
                return cutOff(socket)
            }
            composed.clear()
            if client.pointee.exchange.answersChunked { composed.append("0\r\n\r\n") }
            guard flush(socket) else { return }
            client.pointee.exchange.upstream = -1
            closeUpstream(upstream)
            finish(socket)
        }
    }
}
