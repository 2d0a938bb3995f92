import CBerthPlatform
import Glibc

/// What an epoll event is about.
enum EpollToken {
    case socket(Int32, generation: UInt32)
    case listener(Int)
    case mailbox

    var raw: UInt64 {
        switch self {
        case .socket(let number, let generation): UInt64(generation & 0xFF_FFFF) << 32 | UInt64(UInt32(number))
        case .listener(let index): 1 << 56 | UInt64(index)
        case .mailbox: 2 << 56
        }
    }

    @inline(__always)
    init(raw: UInt64) {
        switch raw >> 56 {
        case 0: self = .socket(Int32(truncatingIfNeeded: raw), generation: UInt32(truncatingIfNeeded: raw >> 32))
        case 1: self = .listener(Int(raw & 0xFFFF_FFFF))
        default: self = .mailbox
        }
    }
}

/// One connection, or a stream of one, as the transport sees it.
struct EpollSocket {
    enum Layer: UInt8 { case plain, secure, stream }

    /// A stream has no descriptor, and `secure` is the connection that it belongs to.
    var layer = Layer.plain
    var secure: SecureConnection?
    var stream: Stream?
    var descriptor: Int32 = -1
    var generation: UInt32 = 0
    /// Bytes that the system did not take yet.
    var unsent = ByteQueue()
    var isUpstream = false
    var isConnecting = false
    var isTCP = false
    var wantsWrite = false
    /// There may be bytes that were left unread.
    var isReadable = false
    /// The peer has closed its side; what is still unread comes before that.
    var peerHasClosed = false
    var isQueuedForReading = false
}

/// Sockets and their readiness for one event loop.
struct EpollWire: Wire {
    let epoll: Int32
    let sockets: Slab<EpollSocket>
    var numbers: NumberPool
    /// Sockets to be read from at the end of the turn.
    var readingQueue: [Int32] = []
    private(set) var unsentTotal = 0
    let hub: LoopHub
    /// The place of its loop in the hub.
    private let loop: Int

    init(epoll: Int32, maxSockets: Int, hub: LoopHub, loop: Int) {
        self.epoll = epoll
        self.hub = hub
        self.loop = loop
        sockets = Slab(capacity: maxSockets) { _ in EpollSocket() }
        numbers = NumberPool(capacity: maxSockets)
        readingQueue.reserveCapacity(256)
    }

    func token(_ number: Int32) -> UInt64 {
        EpollToken.socket(number, generation: sockets[number].pointee.generation).raw
    }

    /// Takes a descriptor into the loop; nil where there is no room, or the system refuses.
    mutating func register(_ descriptor: Int32, isUpstream: Bool, isConnecting: Bool) -> Int32? {
        guard let number = numbers.take() else { return nil }
        let socket = sockets[number]
        let generation = (socket.pointee.generation &+ 1) & 0xFF_FFFF
        socket.pointee = EpollSocket(descriptor: descriptor, generation: generation, isUpstream: isUpstream)
        socket.pointee.isConnecting = isConnecting
        guard berth_epoll_add(epoll, descriptor, token(number), 0) == 0 else {
            socket.pointee.descriptor = -1
            numbers.giveBack(number)
            return nil
        }
        if isConnecting { wantWrite(number, true) }
        return number
    }

    private mutating func wantWrite(_ number: Int32, _ wanted: Bool) {
        let socket = sockets[number]
        guard socket.pointee.wantsWrite != wanted else { return }
        socket.pointee.wantsWrite = wanted
        // Fails only for a descriptor that is not registered, which `register` has ruled out.
        _ = berth_epoll_want_write(epoll, socket.pointee.descriptor, token(number), wanted ? 1 : 0)
    }

    mutating func send(_ bytes: UnsafeRawBufferPointer, over number: Int32) -> SendOutcome {
        let socket = sockets[number]
        guard socket.pointee.layer == .plain else { return sendSecurely(bytes, socket) }
        // A server behind TCP may close an idle connection whenever it likes, and `send` would not tell.
        if socket.pointee.isTCP, berth_is_quiet(socket.pointee.descriptor) == 0 { return .failed(nothingWasSent: true) }
        guard socket.pointee.unsent.isEmpty else {
            socket.pointee.unsent.append(bytes)
            unsentTotal += bytes.count
            return .accepted
        }
        let sent = berth_send(socket.pointee.descriptor, bytes.baseAddress, bytes.count)
        if sent == bytes.count { return .accepted }
        guard sent >= 0 || sent == -Int(EAGAIN) || sent == -Int(EINTR) else {
            return .failed(nothingWasSent: true)
        }
        socket.pointee.unsent.append(UnsafeRawBufferPointer(rebasing: bytes[max(sent, 0)...]))
        unsentTotal += bytes.count - max(sent, 0)
        wantWrite(number, true)
        return .accepted
    }

    /// Sends what was kept.
    ///
    /// - Returns: false where the connection is broken.
    mutating func sendUnsent(over number: Int32) -> Bool {
        let socket = sockets[number]
        while !socket.pointee.unsent.isEmpty {
            let bytes = socket.pointee.unsent.bytes
            let sent = berth_send(socket.pointee.descriptor, bytes.baseAddress, bytes.count)
            guard sent > 0 else { return sent == -Int(EAGAIN) || sent == -Int(EINTR) }
            socket.pointee.unsent.dropFirst(sent)
            unsentTotal -= sent
        }
        wantWrite(number, false)
        return true
    }

    func unsentBytes(over number: Int32) -> Int {
        let socket = sockets[number]
        return socket.pointee.layer == .plain ? socket.pointee.unsent.count : unsentSecurely(socket)
    }

    mutating func connect(to address: CompiledAddress) -> ConnectOutcome {
        var descriptor: Int32 = -1
        let result = berth_connect(
            address.socketAddress,
            address.socketAddressSize,
            address.isTCP ? 1 : 0,
            &descriptor
        )
        guard result >= 0 else { return .failed }
        guard let number = register(descriptor, isUpstream: true, isConnecting: result == 1) else {
            Glibc.close(descriptor)
            return .failed
        }
        sockets[number].pointee.isTCP = address.isTCP
        return result == 1 ? .underWay(number) : .connected(number)
    }

    mutating func close(_ number: Int32) {
        let socket = sockets[number]
        guard socket.pointee.layer == .plain else { return closeSecurely(number, socket) }
        guard socket.pointee.descriptor >= 0 else { return }
        Glibc.close(socket.pointee.descriptor)
        socket.pointee.descriptor = -1
        socket.pointee.generation = (socket.pointee.generation &+ 1) & 0xFF_FFFF
        unsentTotal -= socket.pointee.unsent.count
        socket.pointee.unsent.free()
        numbers.giveBack(number)
    }

    mutating func finishWriting(_ number: Int32) {
        guard sockets[number].pointee.layer == .plain else {
            // A stream has said its last word with the end of its answer.
            if sockets[number].pointee.layer == .secure { sockets[number].pointee.secure?.finishWriting() }
            return
        }
        // A broken connection is reported as an event of its own.
        _ = shutdown(sockets[number].pointee.descriptor, Int32(SHUT_WR))
    }

    mutating func resumeReading(_ number: Int32) {
        let socket = sockets[number]
        guard socket.pointee.isReadable || socket.pointee.peerHasClosed, !socket.pointee.isQueuedForReading else {
            return
        }
        socket.pointee.isQueuedForReading = true
        readingQueue.append(number)
    }

    mutating func verify(_ question: TokenQuestion) -> VerificationOutcome {
        hub.verify(question, for: loop) ? .underWay : .busy
    }

    mutating func wake(loops: UInt64) { hub.wake(loops: loops) }

    mutating func writeLog(_ lines: UnsafeRawBufferPointer) { hub.log?.write(lines) }
}
