import Synchronization

/// Between the stages: requests that stand still because a token is being verified or a limit of their endpoint delays
/// them. Connections and bandwidth are delayed, not refused, as the service does it.
extension LoopCore {
    /// How often a request that waits for a place among the connections looks for one; longer where many do.
    private static var connectionPollNs: Int64 { 20_000_000 }

    /// Leaves the head where it is, unused, until `release`.
    mutating func hold(_ socket: Int32, for pause: Pause, until resumeAt: Int64) {
        let client = clients[socket]
        client.pointee.state = .held
        client.pointee.scanner = HeadScanner()
        client.pointee.exchange.pause = pause
        client.pointee.exchange.pausedAt = now
        client.pointee.exchange.resumeAt = resumeAt
        // Nothing of the table is held meanwhile but its generation.
        client.pointee.exchange.endpoint = nil
        client.pointee.exchange.deployment = nil
        if pause == .connection { heldCount += 1 }
        wheel.schedule(socket, at: resumeAt > 0 ? resumeAt : now + limits.headTimeout.nanoseconds)
    }

    mutating func heldLongEnough(_ socket: Int32) {
        if clients[socket].pointee.exchange.pause == .verification {
            unhold(socket)
            return refuse(socket, .verificationTooSlow)
        }
        release(socket)
    }

    /// More has come while it stands still than is kept.
    mutating func refuseHeld(_ socket: Int32) {
        let count = clients[socket].pointee.input.count
        guard clients[socket].pointee.exchange.startedAt != 0 else { return closeClient(socket) }
        unhold(socket)
        refuse(socket, .bodyTooLarge(Int64(count)))
    }

    /// Goes on with the head that is held, from its first byte.
    mutating func release(_ socket: Int32) {
        unhold(socket)
        let client = clients[socket]
        client.pointee.state = .head
        wheel.schedule(socket, at: now + limits.headTimeout.nanoseconds)
        useInput(socket)
        wire.resumeReading(socket)
    }

    /// The pause is over, however it ends.
    mutating func unhold(_ socket: Int32) {
        let client = clients[socket]
        guard client.pointee.state == .held else { return }
        if client.pointee.exchange.pause == .connection {
            heldCount -= 1
            client.pointee.exchange.requestDelay += now - client.pointee.exchange.pausedAt
        }
        client.pointee.exchange.pause = .none
        client.pointee.exchange.resumeAt = 0
    }

    /// Lets the connection in among those of the endpoint; holds it back where there are too many.
    mutating func enter(_ socket: Int32) -> Authentication {
        let client = clients[socket]
        guard let endpoint = client.pointee.exchange.endpoint, let deployment = client.pointee.exchange.deployment
        else { return .refused(.noEndpoint) }
        let cells = endpoint.pointee.cells
        // Of streams their connection counts.
        let connection = client.pointee.isStream ? clients[client.pointee.carrier] : client
        if connection.pointee.countedEndpoint == cells { return .passed }
        let (most, rate) = (endpoint.pointee.maxConnections, endpoint.pointee.newConnectionsPerSecond)
        let others = cells.pointee.connections.add(1, ordering: .acquiringAndReleasing).oldValue
        let hasRoom = most == 0 || others < most
        if hasRoom, rate == 0 || cells.pointee.connectionRate.accept(limit: rate, now: now) {
            if let before = connection.pointee.countedEndpoint {
                before.pointee.connections.subtract(1, ordering: .acquiringAndReleasing)
            }
            connection.pointee.countedEndpoint = cells
            cells.pointee.connectionsMade.add(1, ordering: .relaxed)
            return .passed
        }
        cells.pointee.connections.subtract(1, ordering: .acquiringAndReleasing)
        let end = client.pointee.exchange.startedAt + deployment.pointee.timeoutNs
        guard now < end else { return .refused(.tooManyConnections(others)) }
        let pause = Self.connectionPollNs + Int64(heldCount) * 50_000
        hold(socket, for: .connection, until: min(now + pause, end))
        return .underWay
    }

    /// Charges what has come of a request's body. Where the endpoint's bandwidth is used up, what comes next is held
    /// back: more of the body, or the whole request where it is complete.
    ///
    /// - Returns: whether it is held back.
    mutating func delayRequest(_ socket: Int32, bytes: Int, isComplete: Bool) -> Bool {
        let client = clients[socket]
        guard let endpoint = client.pointee.exchange.endpoint, endpoint.pointee.bandwidthBytesPerSecond > 0 else {
            return false
        }
        let delay = endpoint.pointee.cells.pointee.requestBandwidth
            .charge(bytes, perSecond: endpoint.pointee.bandwidthBytesPerSecond, now: now)
        guard delay > 0 else { return false }
        client.pointee.state = .delayed
        pause(socket, isComplete ? .request : .body, for: delay)
        return true
    }

    private mutating func pause(_ socket: Int32, _ pause: Pause, for delay: Int64) {
        let client = clients[socket]
        client.pointee.exchange.pause = pause
        client.pointee.exchange.pausedAt = now
        client.pointee.exchange.resumeAt = now + delay
        wheel.schedule(socket, at: min(now + delay, client.pointee.exchange.deadline))
    }

    mutating func resumeRequest(_ socket: Int32) {
        let client = clients[socket]
        let pause = client.pointee.exchange.pause
        client.pointee.exchange.requestDelay += now - client.pointee.exchange.pausedAt
        client.pointee.exchange.pause = .none
        client.pointee.exchange.resumeAt = 0
        wheel.schedule(socket, at: client.pointee.exchange.deadline)
        if pause == .request { return forward(socket, isComposed: false) }
        client.pointee.state = .body
        if client.pointee.decoder.isAtEnd { return bodyComplete(socket, isComposed: false) }
        useInput(socket)
        if clients[socket].pointee.state == .body { wire.resumeReading(socket) }
    }

    /// Charges bytes of an answer. Where the endpoint's bandwidth is used up, the instance is not read from until then.
    ///
    /// - Returns: whether they are held back.
    mutating func delayAnswer(_ socket: Int32, _ upstream: Int32, bytes: Int) -> Bool {
        let client = clients[socket]
        guard let endpoint = client.pointee.exchange.endpoint, endpoint.pointee.bandwidthBytesPerSecond > 0,
            !client.pointee.isMirror, bytes > 0
        else { return false }
        let delay = endpoint.pointee.cells.pointee.responseBandwidth
            .charge(bytes, perSecond: endpoint.pointee.bandwidthBytesPerSecond, now: now)
        guard delay > 0 else { return false }
        upstreams[upstream].pointee.isPaused = true
        pause(socket, .answer, for: delay)
        return true
    }

    /// The answer goes on, with what was kept of it.
    mutating func resumeAnswer(_ socket: Int32) {
        let client = clients[socket]
        let upstream = client.pointee.exchange.upstream
        guard client.pointee.exchange.pause == .answer, upstream >= 0 else { return }
        client.pointee.exchange.responseDelay += now - client.pointee.exchange.pausedAt
        client.pointee.exchange.pause = .none
        client.pointee.exchange.resumeAt = 0
        wheel.schedule(socket, at: client.pointee.exchange.deadline)
        upstreams[upstream].pointee.isPaused = false
        goOn(upstream)
    }
}
