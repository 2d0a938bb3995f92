/// Stage 1 for HTTP/2: a connection carries streams, and each stream is a client of its own with one request, so that
/// every later stage is the same. The transport translates heads and bodies.
extension LoopCore {
    /// The connection has turned out to carry streams: what it says itself is the transport's business from now on.
    mutating func carriesStreams(_ socket: Int32) {
        let client = clients[socket]
        guard client.pointee.state == .idle else { return }
        client.pointee.state = .carrying
        // One that is new while we drain has a first request on its way.
        wheel.schedule(socket, at: now + (isDraining ? drainIdleNs : limits.idleTimeout.nanoseconds))
    }

    /// A stream has begun on a connection that carries streams.
    mutating func acceptedStream(_ stream: Int32, on socket: Int32) {
        let carrier = clients[socket]
        prepare(stream, ownPort: carrier.pointee.ownPort, peer: carrier.pointee.peer)
        clients[stream].pointee.isStream = true
        clients[stream].pointee.carrier = socket
        carrier.pointee.streamCount += 1
        wheel.cancel(socket)
    }

    mutating func streamEnded(of socket: Int32) {
        let carrier = clients[socket]
        carrier.pointee.streamCount -= 1
        guard carrier.pointee.state == .carrying else { return }
        restIfIdle(socket)
    }

    /// A connection without a stream ends after a while, and at once while draining: the transport's last word on it
    /// says which streams were served, so that none that is on its way is lost without the client knowing.
    mutating func restIfIdle(_ socket: Int32) {
        guard clients[socket].pointee.streamCount == 0 else { return }
        if isDraining { return linger(socket) }
        wheel.schedule(socket, at: now + limits.idleTimeout.nanoseconds)
    }

    /// Refuses a request whose head the transport could not make bytes for this core of.
    mutating func refuseHead(_ socket: Int32, _ fault: HeadFault) {
        guard clients[socket].pointee.state == .idle else { return }
        begin(socket)
        refuse(socket, .malformed(fault))
    }
}
