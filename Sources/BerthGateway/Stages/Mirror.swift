import Synchronization

/// Stage 7: copies of requests to deployments that only watch. The client feels nothing of them.
extension LoopCore {
    /// Keeps a copy of the message where this request's turn is to be mirrored.
    mutating func planMirror(_ socket: Int32, isComposed: Bool) {
        let client = clients[socket]
        guard client.pointee.exchange.mayBeMirrored, !client.pointee.isMirror,
            let endpoint = client.pointee.exchange.endpoint
        else { return }
        let place = endpoint.pointee.cells.pointee.mirrorPlace.add(1, ordering: .relaxed).oldValue
        for mirror in endpoint.pointee.mirror
        where TrafficSchedule.isMirrored(place, percent: Int(mirror.percent)) {
            let message = isComposed ? composed.bytes : client.pointee.exchange.outgoing.bytes
            client.pointee.exchange.mirrored.append(message)
            client.pointee.exchange.mirrorTarget = mirror.deployment
            return
        }
    }

    /// Sends the copy, now that the answer has gone. What there is no room for is dropped and counted.
    mutating func startMirror(_ socket: Int32) {
        let client = clients[socket]
        guard client.pointee.exchange.mirrorTarget >= 0, let endpoint = client.pointee.exchange.endpoint,
            let first = endpoint.pointee.deployments.baseAddress
        else { return }
        let deployment = first + Int(client.pointee.exchange.mirrorTarget)
        let message = client.pointee.exchange.mirrored
        let pending = deployment.pointee.cells.pointee.pending.add(1, ordering: .acquiringAndReleasing).oldValue
        guard pending < deployment.pointee.pendingLimit, deployment.pointee.addresses.count > 0, !isDraining,
            let place = freeMirrors.popLast()
        else {
            deployment.pointee.cells.pointee.pending.subtract(1, ordering: .acquiringAndReleasing)
            return dropMirror(client)
        }
        client.pointee.exchange.mirrored = ByteQueue()
        client.pointee.exchange.mirrorTarget = -1
        let mirror = clients[place]
        mirror.pointee.isMirror = true
        mirror.pointee.ownPort = client.pointee.ownPort
        mirror.pointee.input = ByteQueue()
        mirror.pointee.decoder = BodyDecoder(length: 0)
        mirror.pointee.exchange = Exchange()
        mirror.pointee.exchange.startedAt = now
        mirror.pointee.exchange.endpoint = endpoint
        mirror.pointee.exchange.deployment = deployment
        mirror.pointee.exchange.generation = client.pointee.exchange.generation
        mirror.pointee.exchange.generation?.pointee.exchanges += 1
        mirror.pointee.exchange.outgoing = message
        mirror.pointee.exchange.deadlinePlace = client.pointee.exchange.deadlinePlace
        mirror.pointee.exchange.isHead = client.pointee.exchange.isHead
        mirror.pointee.exchange.holdsPending = true
        mirror.pointee.exchange.deadline = now + deployment.pointee.timeoutNs
        exchangeCount += 1
        wheel.schedule(place, at: mirror.pointee.exchange.deadline)
        forward(place, isComposed: false)
    }

    /// A copy that is not sent, because there is no room or the client has gone, is counted.
    func dropMirror(_ client: UnsafeMutablePointer<Client>) {
        let target = client.pointee.exchange.mirrorTarget
        guard target >= 0 else { return }
        if let first = client.pointee.exchange.endpoint?.pointee.deployments.baseAddress {
            counters.deployments[first[Int(target)].number].pointee.mirrorsDropped += 1
        }
        client.pointee.exchange.mirrored.free()
        client.pointee.exchange.mirrorTarget = -1
    }
}
