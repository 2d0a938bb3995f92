import Synchronization

/// Stage 4: the rate, the size, the pending places; then the body is read.
extension LoopCore {
    /// Takes the request's turn in the split.
    ///
    /// - Returns: false where another loop has taken it in between, so that the deployment must be chosen again.
    func takeTurn(_ socket: Int32) -> Bool {
        let client = clients[socket]
        guard client.pointee.exchange.takesTurn, let endpoint = client.pointee.exchange.endpoint else { return true }
        let place = client.pointee.exchange.splitPlace
        return endpoint.pointee.cells.pointee.splitPlace.compareExchange(
            expected: place,
            desired: place + 1,
            ordering: .acquiringAndReleasing
        ).exchanged
    }

    mutating func admit(_ head: RequestHead, _ socket: Int32) -> Refusal? {
        let client = clients[socket]
        guard let endpoint = client.pointee.exchange.endpoint, let deployment = client.pointee.exchange.deployment
        else { return .noEndpoint }
        let rate = endpoint.pointee.requestsPerSecond
        if rate > 0, !endpoint.pointee.cells.pointee.rate.accept(limit: rate, now: now) { return .rateLimited }
        let maxBytes = endpoint.pointee.maxRequestBytes
        if maxBytes > 0, head.framing.contentLength > maxBytes { return .bodyTooLarge(head.framing.contentLength) }
        let pending = deployment.pointee.cells.pointee.pending.add(1, ordering: .acquiringAndReleasing).oldValue
        guard pending < deployment.pointee.pendingLimit else {
            deployment.pointee.cells.pointee.pending.subtract(1, ordering: .acquiringAndReleasing)
            return .tooManyPending(pending)
        }
        client.pointee.exchange.holdsPending = true
        client.pointee.exchange.deadline = now + deployment.pointee.timeoutNs
        wheel.schedule(socket, at: client.pointee.exchange.deadline)
        return nil
    }

    /// Begins with the body: the composed head is in the loop's memory, and goes on from there where all of the body is
    /// here already.
    ///
    /// - Returns: how many bytes were used.
    mutating func beginBody(_ bytes: UnsafeRawBufferPointer, of socket: Int32) -> Int {
        let client = clients[socket]
        if client.pointee.decoder.isAtEnd {
            bodyComplete(socket, isComposed: true)
            return 0
        }
        if let length = client.pointee.decoder.knownRemaining, length <= bytes.count, length <= composed.room {
            let body = UnsafeRawBufferPointer(rebasing: bytes[..<Int(length)])
            composed.append(body)
            client.pointee.decoder = BodyDecoder(length: 0)
            client.pointee.exchange.bodyBytes = body.count
            bodyComplete(socket, isComposed: true)
            return body.count
        }
        client.pointee.state = .body
        client.pointee.exchange.outgoing.reserve(
            composed.count + Int(min(client.pointee.decoder.knownRemaining ?? 4096, 1 << 21))
        )
        client.pointee.exchange.outgoing.append(composed.bytes)
        if client.pointee.exchange.expectsContinue, bytes.isEmpty { sendContinue(socket) }
        return bytes.isEmpty ? 0 : takeBody(bytes, of: socket)
    }

    private mutating func sendContinue(_ socket: Int32) {
        let text: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
        // A failure shows as a closed connection, which the transport reports.
        _ = wire.send(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), over: socket)
        clients[socket].pointee.exchange.expectsContinue = false
    }

    /// - Returns: how many bytes were used.
    mutating func takeBody(_ bytes: UnsafeRawBufferPointer, of socket: Int32) -> Int {
        let client = clients[socket]
        let limit = client.pointee.exchange.endpoint?.pointee.maxRequestBytes ?? 0
        var used = 0
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
            switch client.pointee.decoder.next(rest) {
            case .data(let count):
                client.pointee.exchange.bodyBytes += count
                if limit > 0, client.pointee.exchange.bodyBytes > limit {
                    refuse(socket, .bodyTooLarge(Int64(client.pointee.exchange.bodyBytes)))
                    return used + count
                }
                client.pointee.exchange.outgoing.append(UnsafeRawBufferPointer(rebasing: rest[..<count]))
                used += count
                if delayRequest(socket, bytes: count, isComplete: false) { return used }
            case .framing(let count), .trailer(let count): used += count
            case .needsMore: return used
            case .fault(let fault):
                refuse(socket, .malformed(fault))
                return bytes.count
            case .end:
                bodyComplete(socket, isComposed: false)
                return used
            }
        }
    }

    /// `isComposed`: the whole message is in the loop's memory, not in `outgoing`.
    mutating func bodyComplete(_ socket: Int32, isComposed: Bool) {
        let client = clients[socket]
        client.pointee.exchange.bodyEndedAt = now
        let place = Int(client.pointee.exchange.lengthPlace)
        if place >= 0 {
            let message = isComposed ? composed.mutableBytes : client.pointee.exchange.outgoing.mutableBytes
            if let base = message.baseAddress {
                writeDecimal(client.pointee.exchange.bodyBytes, to: base + place, width: Self.lengthWidth)
            }
        }
        planMirror(socket, isComposed: isComposed)
        // A body that came in pieces has been charged piece by piece.
        if isComposed, delayRequest(socket, bytes: client.pointee.exchange.bodyBytes, isComplete: true) {
            return client.pointee.exchange.outgoing.append(composed.bytes)
        }
        forward(socket, isComposed: isComposed)
    }

    /// Passes over the rest of a body that nobody wants.
    ///
    /// - Returns: how many bytes were used.
    mutating func passOver(_ bytes: UnsafeRawBufferPointer, of socket: Int32) -> Int {
        let client = clients[socket]
        var used = 0
        while true {
            switch client.pointee.decoder.next(UnsafeRawBufferPointer(rebasing: bytes[used...])) {
            case .data(let count), .framing(let count), .trailer(let count): used += count
            case .needsMore: return used
            case .fault:
                // The answer has gone already; what follows cannot be told apart any more.
                linger(socket)
                return bytes.count
            case .end:
                nextRequest(socket)
                return used
            }
        }
    }
}
