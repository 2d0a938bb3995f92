/// One event loop's part of the gateway, without I/O: bytes, events and `now` go in, calls of the transport come out.
///
/// The stages of a request are extensions, one file each in `Stages`, in reading order:
/// Accept → Route → Authenticate → Admit → Forward → Translate → Mirror → Account.
struct LoopCore<Transport: Wire> {
    var wire: Transport
    let limits: GatewayLimits
    let cells: SharedCells
    /// A bit that names this loop.
    let loopBit: UInt64

    let clients: Slab<Client>
    let upstreams: Slab<Upstream>
    let addressStates: Slab<AddressState>
    let lines: Slab<WaitingLine>
    let counters: Counters

    var wheel: TimerWheel
    var table = FieldTable()
    /// The message to an instance, or the answer to a client, that is being made.
    var composed = ByteWriter(capacity: 262_144)
    /// For a message that is made of a part that must be known before another.
    var spare = ByteWriter(capacity: 262_144)
    var log = ByteWriter(capacity: 65_536)
    var ids = RequestIDs()
    var generation: UnsafeMutablePointer<RouteGeneration>?
    /// Monotonic nanoseconds, read once for each batch of events.
    var now: Int64
    /// What to add to `now` for the wall clock.
    var wallOffset: Int64 = 0
    var date = DateText()
    var isDraining = false
    /// How long a connection that has had no request yet is kept while draining.
    var drainIdleNs: Int64 = 0
    var writesLog = false
    var connectionCount = 0
    /// Requests between head and accounting, mirrors included.
    var exchangeCount = 0
    var waitingCount = 0
    var rotation = 0
    var dirtyLines: [Int32] = []
    var readyClients: [Int32] = []
    var freeMirrors: [Int32]
    var peers: [UInt64: Int] = [:]
    /// Requests that wait for a place among their endpoint's connections.
    var heldCount = 0
    var tokens = TokenCache()
    var tickets: UInt32 = 0
    /// The verdict that a request goes on with, in case the cache has no place for it.
    var freshVerdict: TokenVerdict?
    var freshTicket: UInt32 = 0

    init(
        wire: Transport,
        limits: GatewayLimits,
        cells: SharedCells,
        loopIndex: Int,
        now: Int64
    ) {
        self.wire = wire
        self.limits = limits
        self.cells = cells
        self.now = now
        loopBit = 1 << UInt64(loopIndex & 63)
        let places = limits.maxSockets + limits.maxMirrors
        clients = Slab(capacity: places) { _ in Client() }
        upstreams = Slab(capacity: limits.maxSockets) { _ in Upstream() }
        addressStates = Slab(capacity: SharedCells.maxAddresses) { _ in AddressState() }
        lines = Slab(capacity: SharedCells.maxDeployments) { _ in WaitingLine() }
        counters = Counters()
        wheel = TimerWheel(capacity: places, now: now)
        freeMirrors = (0..<limits.maxMirrors).map { Int32(limits.maxSockets + $0) }
        dirtyLines.reserveCapacity(64)
        readyClients.reserveCapacity(256)
    }

    /// Gives back all memory. The core must not be used afterwards.
    mutating func free() {
        clients.forEach { _, client in
            client.pointee.notes?.deallocate()
            client.pointee.input.free()
            client.pointee.exchange.outgoing.free()
            client.pointee.exchange.mirrored.free()
            client.pointee.exchange.trailers.free()
        }
        tokens.free()
        upstreams.forEach { _, upstream in upstream.pointee.input.free() }
        clients.free()
        upstreams.free()
        addressStates.free()
        lines.free()
        counters.free()
        wheel.free()
        table.free()
        composed.free()
        spare.free()
        log.free()
        date.free()
        if let generation {
            generation.deinitialize(count: 1)
            generation.deallocate()
        }
        generation = nil
    }

    /// Serves another table from now on; requests under way end by the table that they were routed by, requests that
    /// wait for a slot move to the new one.
    mutating func apply(_ routes: CompiledRoutes) {
        let fresh = UnsafeMutablePointer<RouteGeneration>.allocate(capacity: 1)
        fresh.initialize(to: RouteGeneration(routes: routes))
        let old = generation
        generation = fresh
        if old?.pointee.routes.tokenKeys !== routes.tokenKeys { tokens.clear() }
        guard let old else { return }
        // Counted for a moment, so that the last request that leaves it does not free it under our hands.
        old.pointee.exchanges += 1
        reroute()
        old.pointee.exchanges -= 1
        freeIfUnused(old)
    }

    /// Forgets what is held under numbers whose owners are gone.
    mutating func forget(_ retired: RouteCompiler.Retired) {
        for number in retired.addresses {
            while addressStates[number].pointee.firstIdle >= 0 {
                closeUpstream(addressStates[number].pointee.firstIdle)
            }
            addressStates[number].pointee = AddressState()
        }
        for number in retired.deployments { counters.forgetDeployment(number) }
        for number in retired.endpoints { counters.forgetEndpoint(number) }
    }

    /// Every answer from now on is the last of its connection; idle ones end after `idleNs`, when a request that was
    /// under way to us has come. Connections that carry streams begin no new ones, and end without one.
    mutating func drain(idleNs: Int64) {
        isDraining = true
        drainIdleNs = idleNs
        var idle: [Int32] = []
        var carriers: [Int32] = []
        clients.forEach { socket, client in
            if client.pointee.state == .idle { idle.append(socket) }
            if client.pointee.state == .carrying { carriers.append(socket) }
        }
        for socket in idle { wheel.schedule(socket, at: now + idleNs) }
        for socket in carriers {
            if clients[socket].pointee.streamCount > 0 { wire.refuseStreams(socket) } else { linger(socket) }
        }
    }

    mutating func freeIfUnused(_ old: UnsafeMutablePointer<RouteGeneration>) {
        guard old != generation, old.pointee.exchanges == 0 else { return }
        old.deinitialize(count: 1)
        old.deallocate()
    }

    /// Does what was put off until the end of a batch of events: freed slots go to who waits, input that was kept back
    /// is looked at, full log pages are handed over.
    mutating func turn() {
        while let number = dirtyLines.popLast() {
            lines[number].pointee.isDirty = false
            serveLine(number)
        }
        while let socket = readyClients.popLast() {
            let client = clients[socket]
            client.pointee.isReady = false
            if client.pointee.state != .free { useInput(socket) }
            while let number = dirtyLines.popLast() {
                lines[number].pointee.isDirty = false
                serveLine(number)
            }
        }
        if log.room < 16_384 { flushLog() }
    }

    mutating func flushLog() {
        guard log.count > 0 else { return }
        wire.writeLog(log.bytes)
        log.clear()
    }

    /// Seconds since 1970.
    var wallSeconds: Int64 { (now + wallOffset) / 1_000_000_000 }

    /// Nanoseconds until `expire` has something to do.
    var nextDeadline: Int64? { wheel.wait(from: now) }

    /// Acts on every deadline that has passed.
    mutating func expire() {
        while let socket = wheel.popExpired(now: now) { deadlinePassed(socket) }
    }
}
