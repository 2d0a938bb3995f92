/// Connections to instances.
extension LoopCore {
    mutating func takeIdle(_ number: Int32) -> Int32? {
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
        state.pointee.hasEnded = false
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
        goOn(upstream)
    }

    /// Uses what was kept of an answer, then reads on.
    mutating func goOn(_ upstream: Int32) {
        let state = upstreams[upstream]
        let socket = state.pointee.client
        useAnswer(upstream)
        guard state.pointee.client == socket, socket >= 0, !state.pointee.isPaused else { return }
        if state.pointee.hasEnded { return upstreamClosed(upstream) }
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
