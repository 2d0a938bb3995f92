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
            case .host, .contentLength, .transferEncoding, .connection, .expect, .hopByHop, .requestID, .msRequestID,
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
        guard let deployment = client.pointee.exchange.deployment else { return }
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
    private mutating func takeSlot(
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
                    guard address.pointee.number != avoided else { continue }
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
    private mutating func send(_ socket: Int32, to address: UnsafePointer<CompiledAddress>, isComposed: Bool) {
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
        guard let other = takeSlot(deployment, avoiding: number) else { return refuse(socket, .instanceUnreachable) }
        send(socket, to: other, isComposed: isComposed)
    }

    /// A connection that was under way is made, or has failed.
    mutating func connected(_ upstream: Int32, succeeded: Bool) {
        let state = upstreams[upstream]
        guard state.pointee.state == .connecting else { return }
        let socket = state.pointee.client
        let client = clients[socket]
        client.pointee.exchange.upstream = -1
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

/// The lines of requests that wait for a slot.
extension LoopCore {
    private mutating func enqueue(_ socket: Int32, _ deployment: UnsafePointer<CompiledDeployment>) {
        let client = clients[socket]
        let line = lines[deployment.pointee.number]
        client.pointee.state = .waiting
        client.pointee.exchange.isWaiting = true
        client.pointee.exchange.nextWaiting = -1
        client.pointee.exchange.previousWaiting = line.pointee.last
        if line.pointee.last >= 0 {
            clients[line.pointee.last].pointee.exchange.nextWaiting = socket
        } else {
            line.pointee.first = socket
            deployment.pointee.cells.pointee.waitingLoops.bitwiseOr(loopBit, ordering: .acquiringAndReleasing)
        }
        line.pointee.last = socket
        waitingCount += 1
    }

    mutating func leaveLine(_ socket: Int32) {
        let client = clients[socket]
        guard client.pointee.exchange.isWaiting, let deployment = client.pointee.exchange.deployment else { return }
        let line = lines[deployment.pointee.number]
        let (previous, next) = (client.pointee.exchange.previousWaiting, client.pointee.exchange.nextWaiting)
        if previous >= 0 {
            clients[previous].pointee.exchange.nextWaiting = next
        } else {
            line.pointee.first = next
        }
        if next >= 0 {
            clients[next].pointee.exchange.previousWaiting = previous
        } else {
            line.pointee.last = previous
        }
        if line.pointee.first < 0 {
            deployment.pointee.cells.pointee.waitingLoops.bitwiseAnd(~loopBit, ordering: .acquiringAndReleasing)
        }
        client.pointee.exchange.isWaiting = false
        waitingCount -= 1
    }

    /// Puts a waiting request into the line of the deployment as the new table has it.
    mutating func move(_ socket: Int32, to deployment: UnsafePointer<CompiledDeployment>) {
        leaveLine(socket)
        let client = clients[socket]
        let old = client.pointee.exchange.deployment
        client.pointee.exchange.deployment = deployment
        guard deployment.pointee.addresses.count > 0 else { return refuse(socket, .noInstance) }
        if let old, old.pointee.cells != deployment.pointee.cells {
            old.pointee.cells.pointee.pending.subtract(1, ordering: .acquiringAndReleasing)
            deployment.pointee.cells.pointee.pending.add(1, ordering: .acquiringAndReleasing)
        }
        enqueue(socket, deployment)
        markDirty(deployment.pointee.number)
    }

    mutating func markDirty(_ number: Int32) {
        let line = lines[number]
        guard line.pointee.first >= 0, !line.pointee.isDirty else { return }
        line.pointee.isDirty = true
        dirtyLines.append(number)
    }

    /// Gives free slots to those who wait, in order.
    mutating func serveLine(_ number: Int32) {
        let line = lines[number]
        while line.pointee.first >= 0 {
            let socket = line.pointee.first
            let client = clients[socket]
            guard let deployment = client.pointee.exchange.deployment,
                let address = takeSlot(deployment, avoiding: -1)
            else { return }
            leaveLine(socket)
            guard client.pointee.exchange.deadline > now else {
                // No request starts after its deadline.
                client.pointee.exchange.slot = address.pointee.cells
                refuse(socket, .timedOut(.waiting))
                continue
            }
            send(socket, to: address, isComposed: false)
        }
    }

    /// Another loop has freed a slot.
    mutating func lookAtLines() {
        guard waitingCount > 0 else { return }
        var numbers: [Int32] = []
        lines.forEach { number, line in if line.pointee.first >= 0 { numbers.append(number) } }
        for number in numbers { markDirty(number) }
    }

    /// Gives the slot back and lets the next request have it.
    mutating func releaseSlot(_ socket: Int32) {
        let client = clients[socket]
        guard let slot = client.pointee.exchange.slot else { return }
        client.pointee.exchange.slot = nil
        slot.pointee.inFlight.subtract(1, ordering: .acquiringAndReleasing)
        guard let deployment = client.pointee.exchange.deployment else { return }
        if lines[deployment.pointee.number].pointee.first >= 0 { return markDirty(deployment.pointee.number) }
        let others = deployment.pointee.cells.pointee.waitingLoops.load(ordering: .acquiring) & ~loopBit
        if others != 0 { wire.wake(loops: others) }
    }
}

/// Connections to instances.
extension LoopCore {
    private mutating func takeIdle(_ number: Int32) -> Int32? {
        let upstream = addressStates[number].pointee.firstIdle
        guard upstream >= 0 else { return nil }
        unlinkIdle(upstream)
        return upstream
    }

    private mutating func unlinkIdle(_ upstream: Int32) {
        let state = upstreams[upstream]
        let address = addressStates[state.pointee.addressNumber]
        if state.pointee.previousIdle >= 0 {
            upstreams[state.pointee.previousIdle].pointee.nextIdle = state.pointee.nextIdle
        } else {
            address.pointee.firstIdle = state.pointee.nextIdle
        }
        if state.pointee.nextIdle >= 0 {
            upstreams[state.pointee.nextIdle].pointee.previousIdle = state.pointee.previousIdle
        }
        address.pointee.idleCount -= 1
        state.pointee.state = .awaiting
        state.pointee.nextIdle = -1
        state.pointee.previousIdle = -1
    }

    /// Keeps a connection whose answer is complete for the next request.
    mutating func keepUpstream(_ upstream: Int32) {
        let state = upstreams[upstream]
        let address = addressStates[state.pointee.addressNumber]
        state.pointee.state = .idle
        state.pointee.client = -1
        state.pointee.isPaused = false
        state.pointee.previousIdle = -1
        state.pointee.nextIdle = address.pointee.firstIdle
        if address.pointee.firstIdle >= 0 { upstreams[address.pointee.firstIdle].pointee.previousIdle = upstream }
        address.pointee.firstIdle = upstream
        address.pointee.idleCount += 1
        address.pointee.failures = 0
        address.pointee.ejections = 0
    }

    mutating func closeUpstream(_ upstream: Int32) {
        let state = upstreams[upstream]
        guard state.pointee.state != .free else { return wire.close(upstream) }
        if state.pointee.state == .idle { unlinkIdle(upstream) }
        state.pointee.state = .free
        state.pointee.client = -1
        state.pointee.input.free()
        wire.close(upstream)
    }

    /// Cuts the exchange off from its instance: work that is under way there is dropped.
    mutating func releaseUpstream(_ socket: Int32) {
        let client = clients[socket]
        let upstream = client.pointee.exchange.upstream
        guard upstream >= 0 else { return }
        client.pointee.exchange.upstream = -1
        closeUpstream(upstream)
    }

    mutating func resumeUpstream(_ upstream: Int32) {
        guard upstream >= 0, upstreams[upstream].pointee.isPaused else { return }
        upstreams[upstream].pointee.isPaused = false
        wire.resumeReading(upstream)
    }

    /// After failures in a row an address rests, twice as long each time.
    mutating func noteFailure(_ number: Int32) {
        guard number >= 0 else { return }
        let address = addressStates[number]
        address.pointee.failures += 1
        guard Int(address.pointee.failures) >= limits.ejectionThreshold else { return }
        let time = limits.ejectionTime.nanoseconds << Int64(min(address.pointee.ejections, 10))
        address.pointee.ejectedUntil = now + min(time, limits.maxEjectionTime.nanoseconds)
        address.pointee.ejections += 1
        address.pointee.failures = 0
    }
}
