import Synchronization

/// Stage 5: a slot, a connection, the request to the instance.
extension LoopCore {
    static var deadlineWidth: Int { 10 }
    static var lengthWidth: Int { 12 }

    /// Writes the head that the instance gets into the loop's memory; `deadlinePlace` and `lengthPlace` are filled in
    /// when the numbers are known.
    mutating func composeRequest(
        _ head: RequestHead,
        _ base: UnsafePointer<UInt8>,
        _ socket: Int32,
        path: RoutedPath
    ) {
        let client = clients[socket]
        guard let endpoint = client.pointee.exchange.endpoint, let notes = client.pointee.notes else { return }
        composed.clear()
        composed.append(head.methodName.of(base))
        composed.append(" ")
        if let replacement = path.replacement { composed.append(replacement) }
        composed.append(path.rest.of(base))
        composed.append(" HTTP/1.1\r\nHost: ")
        if head.host.exists { composed.append(head.host.of(base)) } else { composed.append("localhost") }
        composed.append("\r\n")
        let passesCredential = if case .none = endpoint.pointee.auth { true } else { false }
        appendFields(base) { field in
            switch field.kind {
            case .other, .userAgent, .modelDeployment: !field.isNominated
            case .authorization: passesCredential && !field.isNominated
            case .host, .contentLength, .transferEncoding, .connection, .expect, .hopByHop, .trailer, .requestID,
                .msRequestID,
                .msClientRequestID, .reserved, .lookalike:
                false
            }
        }
        appendIDs(client, notes)
        composed.append("x-berth-deadline-ms: ")
        client.pointee.exchange.deadlinePlace = Int32(composed.count)
        composed.append(0, width: Self.deadlineWidth)
        if head.framing.contentLength >= 0 {
            composed.append("\r\nContent-Length: ")
            composed.append(Int(head.framing.contentLength))
        } else if head.framing.isChunked || head.method == .post {
            composed.append("\r\nContent-Length: ")
            client.pointee.exchange.lengthPlace = Int32(composed.count)
            composed.append(0, width: Self.lengthWidth)
        }
        composed.append("\r\n\r\n")
    }

    /// Copies the lines of the fields that `passes`, neighbours in one piece.
    @inline(__always)
    mutating func appendFields(_ base: UnsafePointer<UInt8>, passes: (Field) -> Bool) {
        var start: Int32 = 0
        var end: Int32 = 0
        for index in 0..<table.count {
            let field = table.fields[index]
            guard passes(field) else { continue }
            if field.name.start != end {
                if end > start { composed.append(base + Int(start), Int(end - start)) }
                start = field.name.start
            }
            end = lineEnd(field, base)
        }
        if end > start { composed.append(base + Int(start), Int(end - start)) }
    }

    /// Behind the line feed that ends the field's line.
    @inline(__always)
    private func lineEnd(_ field: Field, _ base: UnsafePointer<UInt8>) -> Int32 {
        var end = field.value.end
        while base[Int(end)] != 0x0A { end += 1 }
        return end + 1
    }

    /// The identifiers, in the form in which both sides get them.
    mutating func appendIDs(_ client: UnsafeMutablePointer<Client>, _ notes: UnsafeMutablePointer<UInt8>) {
        let clientIDCount = Int(client.pointee.exchange.clientIDCount)
        composed.append("x-request-id: ")
        composed.append(notes + Notes.requestID, Notes.requestIDCount)
        // Source: the documentation: the client's own identifier where it has sent one, else ours.
        composed.append("\r\nx-ms-request-id: ")
        if clientIDCount > 0 {
            composed.append(notes + Notes.clientID, clientIDCount)
            composed.append("\r\nx-ms-client-request-id: ")
            composed.append(notes + Notes.clientID, clientIDCount)
        } else {
            composed.append(notes + Notes.requestID, Notes.requestIDCount)
        }
        composed.append("\r\n")
    }

    /// A complete request goes to an instance, or into the line where no slot is free.
    mutating func forward(_ socket: Int32, isComposed: Bool) {
        let client = clients[socket]
        // A new table may have come while the body did.
        guard renew(socket), let deployment = client.pointee.exchange.deployment else { return }
        guard client.pointee.exchange.deadline > now else { return refuse(socket, .timedOut(.waiting)) }
        guard deployment.pointee.addresses.count > 0 else { return refuse(socket, .noInstance) }
        let line = lines[deployment.pointee.number]
        if line.pointee.first < 0, let address = takeSlot(deployment, avoiding: -1) {
            return send(socket, to: address, isComposed: isComposed)
        }
        if isComposed { client.pointee.exchange.outgoing.append(composed.bytes) }
        enqueue(socket, deployment)
        // A slot may have become free on another loop between the look and the mark.
        if line.pointee.first == socket { markDirty(deployment.pointee.number) }
    }

    /// The address with the fewest requests that has a free slot, which is taken.
    mutating func takeSlot(
        _ deployment: UnsafePointer<CompiledDeployment>,
        avoiding avoided: Int32
    ) -> UnsafePointer<CompiledAddress>? {
        let addresses = deployment.pointee.addresses
        guard let first = addresses.baseAddress else { return nil }
        rotation &+= 1
        var resting = 0
        // Twice: where every address rests after failures, each is tried nevertheless.
        for takesResting in [false, true] {
            while true {
                var best: UnsafePointer<CompiledAddress>?
                var least = Int.max
                resting = 0
                for step in 0..<addresses.count {
                    let address = first + (rotation + step) % addresses.count
                    guard address.pointee.number != avoided else {
                        resting += 1
                        continue
                    }
                    if !takesResting, addressStates[address.pointee.number].pointee.ejectedUntil > now {
                        resting += 1
                        continue
                    }
                    let load = address.pointee.cells.pointee.inFlight.load(ordering: .relaxed)
                    guard load < address.pointee.capacity, load < least else { continue }
                    best = address
                    least = load
                    if load == 0 { break }
                }
                guard let best else { break }
                if best.pointee.cells.pointee.take(capacity: best.pointee.capacity) { return best }
            }
            if resting < addresses.count { return nil }
        }
        return nil
    }

    /// Sends the request over an idle connection or a new one. The slot is taken already.
    mutating func send(_ socket: Int32, to address: UnsafePointer<CompiledAddress>, isComposed: Bool) {
        let client = clients[socket]
        let number = address.pointee.number
        client.pointee.exchange.slot = address.pointee.cells
        client.pointee.exchange.addressNumber = number
        client.pointee.state = .forwarding
        let left = Int(max(0, client.pointee.exchange.deadline - now) / 1_000_000)
        let message = isComposed ? composed.mutableBytes : client.pointee.exchange.outgoing.mutableBytes
        if let base = message.baseAddress {
            writeDecimal(
                min(left, 999_999_999),
                to: base + Int(client.pointee.exchange.deadlinePlace),
                width: Self.deadlineWidth
            )
        }
        while let idle = takeIdle(number) {
            switch wire.send(UnsafeRawBufferPointer(message), over: idle) {
            case .accepted: return sent(socket, over: idle, number)
            case .failed(let nothingWasSent):
                closeUpstream(idle)
                // An idle connection that had been closed says nothing about the instance.
                guard nothingWasSent else { return refuse(socket, .instanceDied) }
            }
        }
        connect(socket, to: address, message: UnsafeRawBufferPointer(message), isComposed: isComposed)
    }

    private mutating func connect(
        _ socket: Int32,
        to address: UnsafePointer<CompiledAddress>,
        message: UnsafeRawBufferPointer,
        isComposed: Bool
    ) {
        let client = clients[socket]
        switch wire.connect(to: address.pointee) {
        case .connected(let upstream):
            upstreams[upstream].pointee = Upstream(addressNumber: address.pointee.number)
            if case .failed(let nothingWasSent) = wire.send(message, over: upstream) {
                closeUpstream(upstream)
                return failed(socket, isComposed: isComposed, mayTryAnother: nothingWasSent)
            }
            sent(socket, over: upstream, address.pointee.number)
        case .underWay(let upstream):
            if isComposed { client.pointee.exchange.outgoing.append(message) }
            upstreams[upstream].pointee = Upstream(addressNumber: address.pointee.number)
            upstreams[upstream].pointee.state = .connecting
            upstreams[upstream].pointee.client = socket
            client.pointee.exchange.upstream = upstream
            wheel.schedule(socket, at: min(client.pointee.exchange.deadline, now + limits.connectTimeout.nanoseconds))
        case .failed:
            failed(socket, isComposed: isComposed, mayTryAnother: true)
        }
    }

    private mutating func sent(_ socket: Int32, over upstream: Int32, _ number: Int32) {
        let client = clients[socket]
        upstreams[upstream].pointee.state = .awaiting
        upstreams[upstream].pointee.client = socket
        upstreams[upstream].pointee.scanner = HeadScanner()
        client.pointee.exchange.upstream = upstream
        client.pointee.exchange.outgoing.clear()
    }

    /// The instance could not be reached. Where nothing was sent, another one is tried, once.
    private mutating func failed(_ socket: Int32, isComposed: Bool, mayTryAnother: Bool) {
        let client = clients[socket]
        let number = client.pointee.exchange.addressNumber
        noteFailure(number)
        releaseSlot(socket)
        guard mayTryAnother, !client.pointee.exchange.hasFailedOver,
            let deployment = client.pointee.exchange.deployment
        else { return refuse(socket, mayTryAnother ? .instanceUnreachable : .instanceDied) }
        client.pointee.exchange.hasFailedOver = true
        guard let other = takeSlot(deployment, avoiding: number) else {
            guard deployment.pointee.addresses.count > 1 else { return refuse(socket, .instanceUnreachable) }
            // The others are busy: it waits for one of them.
            if isComposed { client.pointee.exchange.outgoing.append(composed.bytes) }
            return enqueue(socket, deployment)
        }
        send(socket, to: other, isComposed: isComposed)
    }

    /// The connection to the instance is not made in time: nothing was sent, so another one is tried.
    mutating func connectTimedOut(_ socket: Int32) {
        let upstream = clients[socket].pointee.exchange.upstream
        guard upstream >= 0, upstreams[upstream].pointee.state == .connecting else {
            return wheel.schedule(socket, at: clients[socket].pointee.exchange.deadline)
        }
        connected(upstream, succeeded: false)
    }

    /// A connection that was under way is made, or has failed.
    mutating func connected(_ upstream: Int32, succeeded: Bool) {
        let state = upstreams[upstream]
        guard state.pointee.state == .connecting else { return }
        let socket = state.pointee.client
        let client = clients[socket]
        client.pointee.exchange.upstream = -1
        wheel.schedule(socket, at: client.pointee.exchange.deadline)
        guard succeeded else {
            closeUpstream(upstream)
            return failed(socket, isComposed: false, mayTryAnother: true)
        }
        let left = Int(max(0, client.pointee.exchange.deadline - now) / 1_000_000)
        if let base = client.pointee.exchange.outgoing.mutableBytes.baseAddress {
            writeDecimal(left, to: base + Int(client.pointee.exchange.deadlinePlace), width: Self.deadlineWidth)
        }
        if case .failed(let nothingWasSent) = wire.send(client.pointee.exchange.outgoing.bytes, over: upstream) {
            closeUpstream(upstream)
            return failed(socket, isComposed: false, mayTryAnother: nothingWasSent)
        }
        sent(socket, over: upstream, state.pointee.addressNumber)
    }
}
