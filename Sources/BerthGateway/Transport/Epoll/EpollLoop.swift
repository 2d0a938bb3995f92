import CBerthPlatform
import Dispatch
import Glibc
import Synchronization

/// One event loop: a thread that waits on epoll, reads, and feeds the core.
///
/// Safe: everything but the mailbox is touched by the loop's own thread only, once `start` has been called.
final class EpollLoop: @unchecked Sendable {
    typealias Core = LoopCore<EpollWire>
    typealias Job = @Sendable (UnsafeMutablePointer<Core>) -> Void

    private struct Listener {
        var descriptor: Int32
        var ownPort: UInt16
        var isSecure = false
        var isPaused = false
    }

    private static let scratchBytes = 65_536
    private static let acceptsPerTurn = 64
    private static let pauseNs: Int64 = 100_000_000
    private static let logFlushNs: Int64 = 200_000_000
    private static let wallClockNs: Int64 = 1_000_000_000

    let epoll: Int32
    private let wakeup: Int32
    let core: UnsafeMutablePointer<Core>
    let scratch: UnsafeMutableRawBufferPointer
    /// Made when the first certificate comes: without TLS it costs nothing.
    var secure: SecureLoop?
    private let events: UnsafeMutablePointer<berth_event>
    private struct Mailbox {
        var pending: [Job] = []
        var isClosed = false
    }

    private let jobs = Mutex(Mailbox())
    private let ended = DispatchSemaphore(value: 0)
    private let hub: LoopHub
    private var listeners: [Listener?] = []
    private var pausedUntil: Int64 = 0
    private var lastFlush: Int64 = 0
    private var lastWallClock: Int64 = 0
    private var stops = false
    private var hasReportedEmpty = false

    /// nil where the system has no descriptors left.
    init?(index: Int, limits: GatewayLimits, cells: SharedCells, hub: LoopHub) {
        epoll = berth_epoll_create()
        wakeup = berth_eventfd()
        guard epoll >= 0, wakeup >= 0, berth_epoll_add(epoll, wakeup, EpollToken.mailbox.raw, 1) == 0 else {
            return nil
        }
        self.hub = hub
        core = .allocate(capacity: 1)
        core.initialize(
            to: LoopCore(
                wire: EpollWire(epoll: epoll, maxSockets: limits.maxSockets, hub: hub, loop: index),
                limits: limits,
                cells: cells,
                loopIndex: index,
                now: berth_monotonic_ns()
            )
        )
        core.pointee.writesLog = hub.log != nil
        scratch = .allocate(byteCount: Self.scratchBytes, alignment: 4096)
        events = .allocate(capacity: 256)
    }

    /// Starts the thread. It ends after `stop`.
    func start() {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(self)
        let result = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<EpollLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            box.toOpaque()
        )
        precondition(result == 0, "the system has no thread for an event loop")
        pthread_detach(thread)
    }

    /// Runs `job` on the loop's thread, soon.
    func perform(_ job: @escaping Job) {
        jobs.withLock { jobs in
            // A verdict about a token may come when the loop has ended, and its descriptor may be another's by then.
            guard !jobs.isClosed else { return }
            jobs.pending.append(job)
            var one: UInt64 = 1
            // Only fails where the counter is full, and then the loop wakes up anyway.
            _ = write(wakeup, &one, 8)
        }
    }

    /// Runs `job` on the loop's thread and returns when it is done.
    func performAndWait(_ job: @escaping Job) {
        let done = DispatchSemaphore(value: 0)
        perform {
            job($0)
            done.signal()
        }
        done.wait()
    }

    /// Ends the thread and closes everything. Returns when that is done.
    func stop() {
        perform { [self] _ in stops = true }
        ended.wait()
    }

    /// Accepts on this descriptor from now on; the loop owns it.
    func listen(_ descriptor: Int32, ownPort: UInt16, isSecure: Bool) {
        performAndWait { [self] _ in
            let index = listeners.firstIndex { $0 == nil } ?? listeners.count
            if index == listeners.count { listeners.append(nil) }
            listeners[index] = Listener(descriptor: descriptor, ownPort: ownPort, isSecure: isSecure)
            // Fails only where the system has no memory; the port then takes connections and never answers them.
            _ = berth_epoll_add(epoll, descriptor, EpollToken.listener(index).raw, 1)
        }
    }

    /// Closes the listening sockets of endpoints whose own port is one of these; all of them for nil.
    func stopListening(_ ports: Set<UInt16>?) {
        performAndWait { [self] _ in
            for (index, listener) in listeners.enumerated() {
                guard let listener, ports?.contains(listener.ownPort) ?? true else { continue }
                // Another process may hold the same socket, and epoll goes by the socket: taken out by hand.
                _ = berth_epoll_remove(epoll, listener.descriptor)
                close(listener.descriptor)
                listeners[index] = nil
            }
        }
    }
}

/// The loop's thread.
extension EpollLoop {
    private func run() {
        core.pointee.now = berth_monotonic_ns()
        core.pointee.wallOffset = berth_wall_ns() - core.pointee.now
        while !stops {
            let count = berth_epoll_wait(epoll, events, 256, timeout())
            core.pointee.now = berth_monotonic_ns()
            for index in 0..<Int(max(count, 0)) { handle(events[index]) }
            core.pointee.expire()
            core.pointee.turn()
            readQueued()
            core.pointee.turn()
            if secure != nil { serveSecure() }
            flushLogInTime()
            resumeListeners()
            reportIfEmpty()
        }
        shutDown()
    }

    /// Milliseconds that may be waited.
    private func timeout() -> Int32 {
        if !core.pointee.wire.readingQueue.isEmpty { return 0 }
        var wait = core.pointee.nextDeadline ?? .max
        if core.pointee.log.count > 0 { wait = min(wait, Self.logFlushNs) }
        if pausedUntil > 0 { wait = min(wait, Self.pauseNs) }
        if let timer = secure?.eventLoop.nanosecondsToTimer { wait = min(wait, timer) }
        return wait == .max ? -1 : Int32(min((wait + 999_999) / 1_000_000, 60_000))
    }

    private func handle(_ event: berth_event) {
        switch EpollToken(raw: event.token) {
        case .mailbox:
            var count: UInt64 = 0
            // Nothing to read means that another turn has taken it.
            _ = read(wakeup, &count, 8)
            let pending = jobs.withLock { jobs in
                defer { jobs.pending = [] }
                return jobs.pending
            }
            for job in pending { job(core) }
        case .listener(let index): accept(index)
        case .socket(let number, let generation):
            let socket = core.pointee.wire.sockets[number]
            guard socket.pointee.generation == generation, socket.pointee.descriptor >= 0 else { return }
            if socket.pointee.layer == .secure { return handleSecure(event.bits, of: number, socket) }
            handle(event.bits, of: number, socket)
        }
    }

    private func handle(_ bits: UInt32, of number: Int32, _ socket: UnsafeMutablePointer<EpollSocket>) {
        if socket.pointee.isConnecting {
            guard bits & UInt32(BERTH_WRITABLE | BERTH_BROKEN) != 0 else { return }
            socket.pointee.isConnecting = false
            let succeeded = berth_socket_error(socket.pointee.descriptor) == 0
            if succeeded { _ = core.pointee.wire.sendUnsent(over: number) }
            return core.pointee.connected(number, succeeded: succeeded)
        }
        let generation = socket.pointee.generation
        if bits & UInt32(BERTH_PEER_CLOSED | BERTH_BROKEN) != 0 {
            socket.pointee.peerHasClosed = true
        }
        if bits & UInt32(BERTH_WRITABLE) != 0, !socket.pointee.unsent.isEmpty {
            if !core.pointee.wire.sendUnsent(over: number) {
                socket.pointee.peerHasClosed = true
            } else if socket.pointee.unsent.isEmpty, !socket.pointee.isUpstream {
                core.pointee.drained(number)
            }
        }
        guard socket.pointee.generation == generation else { return }
        if bits & UInt32(BERTH_READABLE) != 0 || socket.pointee.peerHasClosed { readAll(number, socket) }
    }

    /// Reads until there is nothing more, or the core wants no more.
    func readAll(_ number: Int32, _ socket: UnsafeMutablePointer<EpollSocket>) {
        if socket.pointee.layer == .secure { return readSecure(number, socket) }
        let generation = socket.pointee.generation
        let isUpstream = socket.pointee.isUpstream
        while socket.pointee.generation == generation, socket.pointee.descriptor >= 0 {
            guard isUpstream ? core.pointee.wantsAnswerBytes(number) : core.pointee.wantsBytes(number) else {
                socket.pointee.isReadable = true
                if socket.pointee.peerHasClosed, !isUpstream { core.pointee.peerClosed(number) }
                return
            }
            let count = berth_receive(socket.pointee.descriptor, scratch.baseAddress, scratch.count)
            if count > 0 {
                let bytes = UnsafeRawBufferPointer(start: scratch.baseAddress, count: count)
                if isUpstream {
                    core.pointee.answered(bytes, from: number)
                    if socket.pointee.isTCP, core.pointee.upstreams[number].pointee.state == .streaming {
                        // A server that sends head and body apart waits for the head's acknowledgement.
                        berth_acknowledge_now(socket.pointee.descriptor)
                    }
                } else {
                    core.pointee.received(bytes, from: number)
                }
                // A short read has emptied the socket: epoll tells when more comes.
                if count < scratch.count, !socket.pointee.peerHasClosed {
                    if socket.pointee.generation == generation { socket.pointee.isReadable = false }
                    return
                }
            } else if count == -Int(EAGAIN) {
                socket.pointee.isReadable = false
                // A hang-up that leaves nothing to read and no end of file is a broken connection.
                if socket.pointee.peerHasClosed { closed(number, isUpstream) }
                return
            } else if count != -Int(EINTR) {
                return closed(number, isUpstream)
            }
        }
    }

    private func closed(_ number: Int32, _ isUpstream: Bool) {
        core.pointee.wire.sockets[number].pointee.peerHasClosed = true
        if isUpstream { core.pointee.upstreamClosed(number) } else { core.pointee.peerClosed(number) }
    }

    private func readQueued() {
        guard !core.pointee.wire.readingQueue.isEmpty else { return }
        var queue = core.pointee.wire.readingQueue
        core.pointee.wire.readingQueue = []
        for number in queue {
            let socket = core.pointee.wire.sockets[number]
            socket.pointee.isQueuedForReading = false
            if socket.pointee.descriptor >= 0 { readAll(number, socket) }
        }
        // The memory is used again unless something was queued meanwhile.
        if core.pointee.wire.readingQueue.isEmpty {
            queue.removeAll(keepingCapacity: true)
            core.pointee.wire.readingQueue = queue
        }
    }

    private func accept(_ index: Int) {
        for _ in 0..<Self.acceptsPerTurn {
            guard index < listeners.count, let listener = listeners[index] else { return }
            var peer: UInt64 = 0
            let descriptor = berth_accept(listener.descriptor, &peer)
            guard descriptor >= 0 else {
                if descriptor == -EMFILE || descriptor == -ENFILE || descriptor == -ENOMEM { pause(index) }
                if descriptor == -ECONNABORTED || descriptor == -EINTR { continue }
                return
            }
            guard let number = core.pointee.wire.register(descriptor, isUpstream: false, isConnecting: false) else {
                close(descriptor)
                continue
            }
            if listener.isSecure, !secureAccepted(number) {
                core.pointee.wire.close(number)
                continue
            }
            if !core.pointee.accepted(number, ownPort: listener.ownPort, peer: peer) {
                core.pointee.wire.close(number)
            }
        }
    }

    /// Out of descriptors: the listener rests, else it would be reported again and again.
    private func pause(_ index: Int) {
        guard let listener = listeners[index], !listener.isPaused else { return }
        _ = berth_epoll_remove(epoll, listener.descriptor)
        listeners[index]?.isPaused = true
        pausedUntil = core.pointee.now + Self.pauseNs
    }

    private func resumeListeners() {
        guard pausedUntil > 0, core.pointee.now >= pausedUntil else { return }
        pausedUntil = 0
        for (index, listener) in listeners.enumerated() {
            guard let listener, listener.isPaused else { continue }
            listeners[index]?.isPaused = false
            _ = berth_epoll_add(epoll, listener.descriptor, EpollToken.listener(index).raw, 1)
        }
    }

    private func flushLogInTime() {
        // The wall clock may be set while we run; tokens and dates go by it.
        if core.pointee.now - lastWallClock >= Self.wallClockNs {
            lastWallClock = core.pointee.now
            core.pointee.wallOffset = berth_wall_ns() - core.pointee.now
        }
        guard core.pointee.log.count > 0, core.pointee.now - lastFlush >= Self.logFlushNs else { return }
        lastFlush = core.pointee.now
        core.pointee.flushLog()
    }

    private func reportIfEmpty() {
        guard core.pointee.isDraining, !hasReportedEmpty, core.pointee.exchangeCount == 0,
            core.pointee.connectionCount == 0
        else { return }
        hasReportedEmpty = true
        hub.onEmpty()
    }

    private func shutDown() {
        core.pointee.flushLog()
        for listener in listeners { if let listener { close(listener.descriptor) } }
        listeners = []
        core.pointee.wire.sockets.forEach { _, socket in
            socket.pointee.unsent.free()
            if let connection = socket.pointee.secure {
                connection.close()
                socket.pointee = EpollSocket()
            }
            if socket.pointee.descriptor >= 0 { close(socket.pointee.descriptor) }
        }
        core.pointee.wire.sockets.free()
        core.pointee.free()
        core.deinitialize(count: 1)
        core.deallocate()
        close(epoll)
        jobs.withLock { jobs in
            jobs.isClosed = true
            close(wakeup)
        }
        scratch.deallocate()
        events.deallocate()
        ended.signal()
    }
}
