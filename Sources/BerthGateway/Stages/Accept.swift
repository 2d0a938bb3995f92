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
        case .held, .delayed, .waiting, .forwarding, .responding, .flushing, .free: false
        }
    }

    /// Bytes of a client have come.
    mutating func received(_ bytes: UnsafeRawBufferPointer, from socket: Int32) {
        let client = clients[socket]
        guard client.pointee.input.isEmpty else {
            client.pointee.input.append(bytes)
            guard client.pointee.input.count <= limits.maxHeldBytes else { return refuseHeld(socket) }
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
            case .held, .delayed, .waiting, .forwarding, .responding, .flushing, .carrying, .free:
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
            let body = UnsafeRawBufferPointer(rebasing: bytes[end...])
            guard let used = accept(head, base, socket, body: body) else { return nil }
            return end + used
        }
    }

    /// Begins an exchange: from here on it will be answered and accounted for. One that was held goes on.
    mutating func begin(_ socket: Int32) {
        let client = clients[socket]
        if client.pointee.exchange.startedAt != 0 {
            // It goes by the table that is served now.
            let held = client.pointee.exchange.generation
            client.pointee.exchange.generation = generation
            generation?.pointee.exchanges += 1
            if let held {
                held.pointee.exchanges -= 1
                freeIfUnused(held)
            }
            return
        }
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
    /// - Returns: how many bytes of `body` were used; nil where the request is held, with nothing of it used.
    private mutating func accept(
        _ head: RequestHead,
        _ base: UnsafePointer<UInt8>,
        _ socket: Int32,
        body: UnsafeRawBufferPointer
    ) -> Int? {
        let client = clients[socket]
        note(head, base, socket)
        client.pointee.decoder =
            head.framing.isChunked ? .chunked : BodyDecoder(length: max(head.framing.contentLength, 0))
        var routed = RoutedPath()
        var refusal: Refusal?
        repeat {
            refusal = route(head, base, socket, into: &routed)
            if refusal == nil {
                switch authenticate(head, base, socket) {
                case .passed: break
                case .underWay:
                    hold(socket, for: .verification, until: 0)
                    return nil
                case .refused(let stranger):
                    // A stranger does not learn the deployments' names.
                    client.pointee.exchange.deployment = nil
                    refusal = stranger
                }
            }
            if refusal == nil {
                switch enter(socket) {
                case .passed: break
                case .refused(let full): refusal = full
                case .underWay: return nil
                }
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
