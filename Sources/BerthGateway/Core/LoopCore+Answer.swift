import Synchronization

/// Answers of the gateway's own, and the end of an exchange.
extension LoopCore {
    /// Answers the request with a status of ours and a JSON body that names the limit and the way to the log.
    mutating func refuse(_ socket: Int32, _ refusal: Refusal) {
        let client = clients[socket]
        client.pointee.exchange.status = Int32(refusal.status)
        client.pointee.exchange.reason = refusal.phrase
        leaveLine(socket)
        releaseUpstream(socket)
        guard !client.pointee.isMirror else {
            endExchange(socket)
            return closeClient(socket)
        }
        let hasBodyLeft = !client.pointee.decoder.isAtEnd
        if refusal.closesConnection || (hasBodyLeft && client.pointee.exchange.expectsContinue) {
            client.pointee.exchange.keepsAlive = false
        }
        composeRefusal(refusal, client)
        let outcome = wire.send(composed.bytes, over: socket)
        startMirror(socket)
        endExchange(socket)
        guard case .accepted = outcome else { return closeClient(socket) }
        if !client.pointee.exchange.keepsAlive {
            hangUp(socket)
        } else if hasBodyLeft {
            client.pointee.state = .discarding
            wheel.schedule(socket, at: now + limits.headTimeout.nanoseconds)
            wire.resumeReading(socket)
        } else {
            nextRequest(socket)
        }
    }

    /// The exchange has been answered to its end.
    mutating func finish(_ socket: Int32) {
        let client = clients[socket]
        startMirror(socket)
        endExchange(socket)
        guard !client.pointee.isMirror else { return closeClient(socket) }
        if client.pointee.exchange.keepsAlive { nextRequest(socket) } else { hangUp(socket) }
    }

    /// Waits for another request on the connection.
    mutating func nextRequest(_ socket: Int32) {
        let client = clients[socket]
        client.pointee.state = .idle
        wheel.schedule(socket, at: now + limits.idleTimeout.nanoseconds)
        if !client.pointee.input.isEmpty { makeReady(socket) }
        wire.resumeReading(socket)
    }

    private mutating func hangUp(_ socket: Int32) {
        clients[socket].pointee.input.free()
        guard wire.unsentBytes(over: socket) > 0 else { return linger(socket) }
        clients[socket].pointee.state = .flushing
        wheel.schedule(socket, at: now + limits.idleTimeout.nanoseconds)
    }

    /// Gives back everything that the exchange holds, and accounts for it. May be called twice.
    mutating func endExchange(_ socket: Int32) {
        let client = clients[socket]
        guard client.pointee.exchange.startedAt != 0 else { return }
        releaseSlot(socket)
        leaveLine(socket)
        account(socket)
        if client.pointee.exchange.holdsPending, let deployment = client.pointee.exchange.deployment {
            deployment.pointee.cells.pointee.pending.subtract(1, ordering: .acquiringAndReleasing)
        }
        client.pointee.exchange.holdsPending = false
        client.pointee.exchange.outgoing.clear()
        client.pointee.exchange.trailers.free()
        dropMirror(client)
        client.pointee.exchange.startedAt = 0
        client.pointee.exchange.endpoint = nil
        client.pointee.exchange.deployment = nil
        exchangeCount -= 1
        if let generation = client.pointee.exchange.generation {
            client.pointee.exchange.generation = nil
            generation.pointee.exchanges -= 1
            freeIfUnused(generation)
        }
    }
}
