import Synchronization

/// Stage 1: connections, and requests out of their bytes.
extension LoopCore {
    /// A client has connected. False: it is not wanted, the transport closes it.
    ///
    /// - Parameters:
    ///   - socket: the transport's number for it.
    ///   - ownPort: the endpoint's own port that it came to; 0: the shared listener.
    ///   - peer: its address, for the limit of connections per client.
    /// - Returns: whether the core takes it.
    mutating func accepted(_ socket: Int32, ownPort: UInt16, peer: UInt64) -> Bool {
        counters.connectionsAccepted.pointee += 1
        if limits.maxConnectionsPerClient > 0 {
            guard peers[peer, default: 0] < limits.maxConnectionsPerClient else { return false }
            peers[peer, default: 0] += 1
        }
        prepare(socket, ownPort: ownPort, peer: peer)
        connectionCount += 1
        return true
    }

    mutating func prepare(_ socket: Int32, ownPort: UInt16, peer: UInt64) {
        let client = clients[socket]
        client.pointee.state = .idle
        client.pointee.isMirror = false
        client.pointee.isStream = false
        client.pointee.carrier = -1
        client.pointee.streamCount = 0
        client.pointee.ownPort = ownPort
        client.pointee.peer = peer
        client.pointee.scanner = HeadScanner()
        client.pointee.exchange = Exchange()
        if client.pointee.notes == nil { client.pointee.notes = .allocate(capacity: Notes.size) }
        // A connection that says nothing has as long as one that is slow with its head.
        wheel.schedule(socket, at: now + limits.headTimeout.nanoseconds)
    }

    /// Whether bytes of this socket can be used now; if not, the transport leaves them until `resumeReading`.
    func wantsBytes(_ socket: Int32) -> Bool {
        switch clients[socket].pointee.state {
        case .idle, .head, .body, .discarding, .lingering, .carrying: true
        case .waiting, .forwarding, .responding, .flushing, .free: false
        }
    }

    /// Bytes of a client have come.
    mutating func received(_ bytes: UnsafeRawBufferPointer, from socket: Int32) {
        let client = clients[socket]
        guard client.pointee.input.isEmpty else {
            client.pointee.input.append(bytes)
            return useInput(socket)
        }
        let used = consume(bytes, of: socket)
        guard client.pointee.state != .free, used < bytes.count else { return }
        client.pointee.input.append(UnsafeRawBufferPointer(rebasing: bytes[used...]))
    }

    /// Goes on with bytes that were kept.
    mutating func useInput(_ socket: Int32) {
        let client = clients[socket]
        guard !client.pointee.input.isEmpty, wantsBytes(socket) else { return }
        // Moved out while it is read from, since an exchange that ends may look at the connection's input.
        var input = client.pointee.input
        client.pointee.input = ByteQueue()
        let used = consume(input.bytes, of: socket)
        guard client.pointee.state != .free else { return input.free() }
        input.dropFirst(used)
        client.pointee.input.free()
        client.pointee.input = input
    }

    /// Uses as much of `bytes` as can be used now.
    private mutating func consume(_ bytes: UnsafeRawBufferPointer, of socket: Int32) -> Int {
        let client = clients[socket]
        var used = 0
        while used < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
            switch client.pointee.state {
            case .idle, .head:
                guard wire.unsentBytes(over: socket) < limits.highWatermark else { return used }
                guard let taken = takeHead(rest, of: socket) else { return used }
                used += taken
            case .body:
                used += takeBody(rest, of: socket)
            case .discarding:
                used += passOver(rest, of: socket)
            case .lingering:
                return bytes.count
            case .waiting, .forwarding, .responding, .flushing, .carrying, .free:
                return used
            }
        }
        return used
    }

    /// - Returns: the bytes of the head, or nil where it is not complete.
    private mutating func takeHead(_ bytes: UnsafeRawBufferPointer, of socket: Int32) -> Int? {
        let client = clients[socket]
        let wasFresh = client.pointee.scanner.isFresh
        switch client.pointee.scanner.scan(bytes, limit: limits.maxHeadBytes) {
        case .needsMore:
            if wasFresh {
                client.pointee.state = .head
                wheel.schedule(socket, at: now + limits.headTimeout.nanoseconds)
            }
            return nil
        case .fault(let fault):
            begin(socket)
            refuse(socket, .malformed(fault))
            return bytes.count
        case .complete(let start, let end):
            client.pointee.scanner = HeadScanner()
            begin(socket)
            guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
            let head: RequestHead
            do throws(HeadFault) {
                head = try RequestHead(base, from: start, to: end, table: &table)
            } catch {
                refuse(socket, .malformed(error))
                return bytes.count
            }
            return end + accept(head, base, socket, body: UnsafeRawBufferPointer(rebasing: bytes[end...]))
        }
    }

    /// Begins an exchange: from here on it will be answered and accounted for.
    mutating func begin(_ socket: Int32) {
        let client = clients[socket]
        // The queue's memory is used again: an exchange that is dropped with it would lose it.
        var outgoing = client.pointee.exchange.outgoing
        outgoing.clear()
        client.pointee.exchange = Exchange()
        client.pointee.exchange.outgoing = outgoing
        client.pointee.exchange.startedAt = now
        client.pointee.exchange.generation = generation
        generation?.pointee.exchanges += 1
        exchangeCount += 1
        if let notes = client.pointee.notes { ids.write(to: notes + Notes.requestID) }
    }

    /// Takes a request through the stages.
    ///
    /// - Returns: how many bytes of `body` were used.
    private mutating func accept(
        _ head: RequestHead,
        _ base: UnsafePointer<UInt8>,
        _ socket: Int32,
        body: UnsafeRawBufferPointer
    ) -> Int {
        let client = clients[socket]
        note(head, base, socket)
        client.pointee.decoder =
            head.framing.isChunked ? .chunked : BodyDecoder(length: max(head.framing.contentLength, 0))
        var routed = RoutedPath()
        var refusal: Refusal?
        repeat {
            refusal = route(head, base, socket, into: &routed)
            if refusal == nil, let stranger = authenticate(head, base, socket) {
                // A stranger does not learn the deployments' names.
                client.pointee.exchange.deployment = nil
                refusal = stranger
            }
        } while refusal == nil && !takeTurn(socket)
        refusal = refusal ?? admit(head, socket)
        if let refusal {
            refuse(socket, refusal)
            return 0
        }
        composeRequest(head, base, socket, path: routed)
        return beginBody(body, of: socket)
    }

    /// Keeps what accounting needs of the head.
    private mutating func note(_ head: RequestHead, _ base: UnsafePointer<UInt8>, _ socket: Int32) {
        let client = clients[socket]
        guard let notes = client.pointee.notes else { return }
        func keep(_ range: ByteRange, _ place: Int, _ limit: Int) -> Int {
            let text = range.of(base)
            let count = min(text.count, limit)
            if count > 0, let source = text.baseAddress { (notes + place).copy(from: source, count: count) }
            return count
        }
        client.pointee.exchange.keepsAlive = head.keepsAlive
        client.pointee.exchange.isHead = head.method == .head
        client.pointee.exchange.isHTTP10 = head.isHTTP10
        client.pointee.exchange.expectsContinue = head.expectsContinue
        client.pointee.exchange.methodCount = UInt8(keep(head.methodName, Notes.method, Notes.maxMethod))
        client.pointee.exchange.pathCount = UInt16(keep(head.path, Notes.path, Notes.maxPath))
        client.pointee.exchange.userAgentCount = UInt8(keep(head.userAgent, Notes.userAgent, Notes.maxUserAgent))
        client.pointee.exchange.clientIDCount = UInt8(clientID(head.clientRequestID.of(base), notes + Notes.clientID))
    }

    /// Source: the documentation of `x-ms-client-request-id`: letters, digits, `-` and `_`, cut to 40 characters.
    private func clientID(_ text: UnsafeRawBufferPointer, _ place: UnsafeMutablePointer<UInt8>) -> Int {
        let count = min(text.count, Notes.maxClientID)
        guard count > 0, text.allSatisfy(isIdentifier), let source = text.baseAddress else { return 0 }
        place.copy(from: source, count: count)
        return count
    }

    /// A deadline of a client or a mirror has passed.
    mutating func deadlinePassed(_ socket: Int32) {
        let client = clients[socket]
        switch client.pointee.state {
        case .free: break
        case .idle, .discarding, .flushing, .lingering, .carrying: closeClient(socket)
        case .head:
            begin(socket)
            refuse(socket, .headTooSlow)
        case .body: refuse(socket, .timedOut(.uploading))
        case .waiting: refuse(socket, .timedOut(.waiting))
        case .forwarding: refuse(socket, .timedOut(.running))
        case .responding:
            client.pointee.exchange.reason = "the answer was not complete at the deadline"
            client.pointee.exchange.status = 408
            abort(socket)
        }
    }

    /// The client has closed its side, or the connection has broken.
    mutating func peerClosed(_ socket: Int32) {
        let client = clients[socket]
        switch client.pointee.state {
        case .free: break
        case .idle, .head, .discarding, .lingering, .carrying: closeClient(socket)
        // What is still to be sent can be read by a client that has only closed its own side.
        case .flushing: break
        case .body, .waiting, .forwarding, .responding:
            client.pointee.exchange.status = 499
            client.pointee.exchange.reason = "the client went away before its answer"
            abort(socket)
        }
    }

    /// Everything that was kept for this socket has been sent.
    mutating func drained(_ socket: Int32) {
        let client = clients[socket]
        switch client.pointee.state {
        case .flushing:
            linger(socket)
        case .responding:
            resumeUpstream(client.pointee.exchange.upstream)
        case .idle, .head:
            if !client.pointee.input.isEmpty { makeReady(socket) }
        case .free, .body, .waiting, .forwarding, .discarding, .lingering, .carrying: break
        }
    }

    /// Lets `turn` look at the input that was kept.
    mutating func makeReady(_ socket: Int32) {
        let client = clients[socket]
        guard !client.pointee.isReady else { return }
        client.pointee.isReady = true
        readyClients.append(socket)
    }

    /// Ends the exchange in the middle, and the connection with it: nothing better can be said any more.
    mutating func abort(_ socket: Int32) {
        releaseUpstream(socket)
        endExchange(socket)
        closeClient(socket)
    }

    /// Says nothing more, and reads on for a while so that the last answer is not lost.
    mutating func linger(_ socket: Int32) {
        wire.finishWriting(socket)
        clients[socket].pointee.state = .lingering
        wheel.schedule(socket, at: now + limits.lingerTimeout.nanoseconds)
        wire.resumeReading(socket)
    }

    /// Frees the place of a client whose exchange, if it had one, has ended.
    mutating func closeClient(_ socket: Int32) {
        let client = clients[socket]
        guard client.pointee.state != .free else { return }
        client.pointee.state = .free
        client.pointee.input.free()
        client.pointee.exchange.outgoing.free()
        client.pointee.exchange.mirrored.free()
        wheel.cancel(socket)
        if client.pointee.isMirror {
            freeMirrors.append(socket)
            return
        }
        guard !client.pointee.isStream else {
            streamEnded(of: client.pointee.carrier)
            return wire.close(socket)
        }
        if let counted = client.pointee.countedEndpoint {
            counted.pointee.connections.subtract(1, ordering: .relaxed)
            client.pointee.countedEndpoint = nil
        }
        if limits.maxConnectionsPerClient > 0 {
            let left = peers[client.pointee.peer, default: 1] - 1
            peers[client.pointee.peer] = left > 0 ? left : nil
        }
        connectionCount -= 1
        wire.close(socket)
    }
}

private func isIdentifier(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        || UInt8(ascii: "a")...UInt8(ascii: "z") ~= lowered(byte)
}

extension UnsafeMutablePointer<UInt8> {
    /// Writes `count` bytes of raw memory here.
    func copy(from source: UnsafeRawPointer, count: Int) {
        UnsafeMutableRawPointer(self).copyMemory(from: source, byteCount: count)
    }
}
