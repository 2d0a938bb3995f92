import Glibc

/// The body of the instance's answer, as it comes.
extension LoopCore {
    /// Passes on what has come of the body, behind what is in the loop's memory already; ends the exchange at its end.
    ///
    /// - Returns: how many bytes were used; all of them unless the endpoint's bandwidth is used up.
    mutating func stream(_ bytes: UnsafeRawBufferPointer, from upstream: Int32) -> Int {
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
                if limit > 0, client.pointee.exchange.responseBytes > limit {
                    overflow(socket)
                    return bytes.count
                }
                append(UnsafeRawBufferPointer(rebasing: rest[..<count]), client)
                if !client.pointee.exchange.isPaid, delayAnswer(socket, upstream, bytes: count) {
                    return flush(socket) ? used : bytes.count
                }
            case .framing(let count): used += count
            case .trailer(let count):
                used += count
                client.pointee.exchange.trailers.append(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            case .needsMore:
                if flush(socket), !client.pointee.isMirror, !mayKeepMore(socket) { state.pointee.isPaused = true }
                return bytes.count
            case .fault:
                client.pointee.exchange.reason = "the model's answer is not HTTP"
                cutOff(socket)
                return bytes.count
            case .end:
                appendEnd(client)
                if flush(socket) { complete(socket, upstream, hasMore: used < bytes.count) }
                return bytes.count
            }
        }
    }

    /// Whether more of an answer is read while the client has not taken what was sent.
    private func mayKeepMore(_ socket: Int32) -> Bool {
        let unsent = wire.unsentBytes(over: socket)
        return unsent <= limits.highWatermark
            || unsent <= limits.maxKeptAnswer && wire.unsentTotal <= limits.maxKeptBytes
    }

    /// The last chunk, the model's trailers, and how long the endpoint's limits have held the request back.
    private mutating func appendEnd(_ client: UnsafeMutablePointer<Client>) {
        guard client.pointee.exchange.answersChunked else { return }
        composed.append("0\r\n")
        if !client.pointee.exchange.trailers.isEmpty { appendTrailers(client.pointee.exchange.trailers.bytes) }
        let (request, response) = (client.pointee.exchange.requestDelay, client.pointee.exchange.responseDelay)
        if request + response > 0 {
            composed.append("ms-azureml-bandwidth-request-delay-ms: ")
            composed.append(Int(request / 1_000_000))
            composed.append("\r\nms-azureml-bandwidth-response-delay-ms: ")
            composed.append(Int(response / 1_000_000))
            composed.append("\r\n")
        }
        composed.append("\r\n")
    }

    /// Of the lines those that may stand behind a body: nothing that frames, routes or authenticates, nothing of ours.
    private mutating func appendTrailers(_ lines: UnsafeRawBufferPointer) {
        guard let base = lines.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        var start = 0
        while start < lines.count, let found = memchr(base + start, 0x0A, lines.count - start) {
            let end = UnsafeRawPointer(found) - UnsafeRawPointer(base) + 1
            if let colon = memchr(base + start, 0x3A, end - start) {
                let name = UnsafeRawPointer(colon) - UnsafeRawPointer(base) - start
                let isContent = name > 8 && spells(UnsafeRawBufferPointer(start: base + start, count: 8), "content-")
                if FieldKind(name: base + start, count: name) == .other, !isContent {
                    composed.append(base + start, end - start)
                }
            }
            start = end
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
        if state.pointee.isPaused {
            // What was kept of the answer comes first.
            state.pointee.hasEnded = true
            return
        }
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
            appendEnd(client)
            guard flush(socket) else { return }
            client.pointee.exchange.upstream = -1
            closeUpstream(upstream)
            finish(socket)
        }
    }
}
