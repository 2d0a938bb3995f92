import Synchronization

/// The lines of requests that wait for a slot.
extension LoopCore {
    mutating func enqueue(_ socket: Int32, _ deployment: UnsafePointer<CompiledDeployment>) {
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
            let avoided = client.pointee.exchange.hasFailedOver ? client.pointee.exchange.addressNumber : -1
            guard let deployment = client.pointee.exchange.deployment,
                let address = takeSlot(deployment, avoiding: avoided)
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
