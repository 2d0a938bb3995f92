import Synchronization

/// What happens to a connection besides its bytes: deadlines, its end, room to send.
extension LoopCore {
    /// A deadline of a client or a mirror has passed.
    mutating func deadlinePassed(_ socket: Int32) {
        let client = clients[socket]
        switch client.pointee.state {
        case .free: break
        case .idle, .discarding, .flushing, .lingering: closeClient(socket)
        case .carrying: linger(socket)
        case .head:
            begin(socket)
            refuse(socket, .headTooSlow)
        case .held: heldLongEnough(socket)
        case .delayed:
            if now >= client.pointee.exchange.deadline { return refuse(socket, .timedOut(.delayed)) }
            resumeRequest(socket)
        case .body: refuse(socket, .timedOut(.uploading))
        case .waiting: refuse(socket, .timedOut(.waiting))
        case .forwarding:
            if now >= client.pointee.exchange.deadline { return refuse(socket, .timedOut(.running)) }
            if client.pointee.exchange.pause == .answer { return resumeAnswer(socket) }
            connectTimedOut(socket)
        case .responding:
            if now < client.pointee.exchange.deadline { return resumeAnswer(socket) }
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
        case .held, .delayed, .body, .waiting, .forwarding, .responding:
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
            if client.pointee.exchange.pause == .none { resumeUpstream(client.pointee.exchange.upstream) }
        case .idle, .head:
            if !client.pointee.input.isEmpty { makeReady(socket) }
        case .free, .held, .delayed, .body, .waiting, .forwarding, .discarding, .lingering, .carrying: break
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
        unhold(socket)
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
            wire.close(socket)
            return streamEnded(of: client.pointee.carrier)
        }
        if let counted = client.pointee.countedEndpoint {
            counted.pointee.connections.subtract(1, ordering: .acquiringAndReleasing)
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
