import Synchronization

/// Requests that were routed by a table that is not served any more.
extension LoopCore {
    /// Requests that wait for a slot go by the new table: an instance that it no longer names gets nothing new.
    mutating func reroute() {
        guard waitingCount > 0 else { return }
        var waiting: [Int32] = []
        lines.forEach { _, line in
            var socket = line.pointee.first
            while socket >= 0 {
                waiting.append(socket)
                socket = clients[socket].pointee.exchange.nextWaiting
            }
        }
        for socket in waiting {
            leaveLine(socket)
            guard renew(socket), let deployment = clients[socket].pointee.exchange.deployment else { continue }
            guard deployment.pointee.addresses.count > 0 else {
                refuse(socket, .noInstance)
                continue
            }
            enqueue(socket, deployment)
            markDirty(deployment.pointee.number)
        }
    }

    /// Makes a request that was routed by an older table go by the one that is served now: its endpoint and deployment
    /// by their names, its pending place, its copy's target.
    ///
    /// - Returns: false where they are gone, and the request is refused.
    mutating func renew(_ socket: Int32) -> Bool {
        let client = clients[socket]
        guard let generation, client.pointee.exchange.generation != generation,
            let endpoint = client.pointee.exchange.endpoint, let deployment = client.pointee.exchange.deployment
        else { return true }
        let routes = generation.pointee.routes
        let now =
            client.pointee.ownPort != 0
            ? routes.endpoint(onPort: client.pointee.ownPort) : routes.endpoint(named: endpoint.pointee.name.bytes)
        guard let now, let fresh = now.pointee.deployment(named: deployment.pointee.name.bytes) else {
            refuse(socket, .noInstance)
            return false
        }
        renewMirror(client, endpoint, now)
        if deployment.pointee.cells != fresh.pointee.cells, client.pointee.exchange.holdsPending {
            deployment.pointee.cells.pointee.pending.subtract(1, ordering: .acquiringAndReleasing)
            fresh.pointee.cells.pointee.pending.add(1, ordering: .acquiringAndReleasing)
        }
        let old = client.pointee.exchange.generation
        client.pointee.exchange.generation = generation
        client.pointee.exchange.endpoint = now
        client.pointee.exchange.deployment = fresh
        generation.pointee.exchanges += 1
        if let old {
            old.pointee.exchanges -= 1
            freeIfUnused(old)
        }
        return true
    }

    private func renewMirror(
        _ client: UnsafeMutablePointer<Client>,
        _ old: UnsafePointer<CompiledEndpoint>,
        _ now: UnsafePointer<CompiledEndpoint>
    ) {
        let target = Int(client.pointee.exchange.mirrorTarget)
        guard target >= 0 else { return }
        let name = old.pointee.deployments[target].name.bytes
        guard let index = now.pointee.deployments.firstIndex(where: { $0.name.equals(name) }) else {
            return dropMirror(client)
        }
        client.pointee.exchange.mirrorTarget = Int32(index)
    }
}
