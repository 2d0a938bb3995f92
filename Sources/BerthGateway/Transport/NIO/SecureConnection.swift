import CBerthPlatform
import Glibc
import NIOCore
import NIOSSL

/// What the TLS connections of one event loop have in common.
final class SecureLoop {
    static let readBytes = 65_536
    let eventLoop: ThreadEventLoop
    let epoll: Int32
    let limits: GatewayLimits
    let allocator = ByteBufferAllocator()
    /// For connections that are accepted from now on; nil: none can be.
    var context: NIOSSLContext?
    /// Connections that have something for the core, or to be flushed.
    private var pending: [SecureConnection] = []
    /// Used for every read and every write of the loop, so that a steady flow allocates nothing.
    var ciphertext: ByteBuffer
    var plaintext: ByteBuffer
    /// The heads of streams, written for the core.
    var head = ByteWriter(capacity: 262_144)
    var table = FieldTable()

    init(eventLoop: ThreadEventLoop, epoll: Int32, limits: GatewayLimits) {
        self.eventLoop = eventLoop
        self.epoll = epoll
        self.limits = limits
        ciphertext = allocator.buffer(capacity: Self.readBytes + TLSRecords.maxBytes)
        plaintext = allocator.buffer(capacity: 16_384)
    }

    deinit {
        head.free()
        table.free()
    }

    func enqueue(_ connection: SecureConnection) {
        guard !connection.isQueued else { return }
        connection.isQueued = true
        pending.append(connection)
    }

    func takePending() -> SecureConnection? {
        guard let connection = pending.popLast() else { return nil }
        connection.isQueued = false
        return connection
    }
}

/// One TLS connection of a client: a socket below, NIO's handlers in between, the core above.
///
/// ```
/// core ⇄ (streams ⇄ NIOHTTP2Handler ⇄ RecordGatherer, where the client speaks HTTP/2) ⇄ NIOSSLServerHandler ⇄ socket
/// ```
/// The handlers never call the core: what they produce is kept here, and the loop hands it over when they have
/// returned. So neither side is entered again while it is at work.
///
/// Safe: made, used and ended on the thread of its event loop only.
final class SecureConnection: @unchecked Sendable {
    let number: Int32
    let loop: SecureLoop
    private(set) var descriptor: Int32
    private let token: UInt64
    lazy var pipeline = ChannelPipeline(channel: self)
    private let closing: EventLoopPromise<Void>

    /// Plaintext that has come.
    var received: [ByteBuffer] = []
    /// Where the client speaks HTTP/2.
    var streams: Streams?
    /// The beginning of a TLS record whose rest has not come. It is kept here, since NIO's handler would keep all of the
    /// loop's buffer for it.
    private var partial = ByteQueue()
    /// Encrypted bytes that the system did not take yet.
    private(set) var unsent = ByteQueue()
    private var wantsWrite = false
    private var finishesWhenSent = false
    /// Nothing more can come or be sent: the peer has ended TLS, or broken it.
    private(set) var hasEnded = false
    private(set) var isClosed = false
    /// Nothing has been read yet.
    var isFresh = true
    fileprivate(set) var isQueued = false

    init(number: Int32, descriptor: Int32, token: UInt64, loop: SecureLoop) {
        self.number = number
        self.descriptor = descriptor
        self.token = token
        self.loop = loop
        closing = loop.eventLoop.makePromise()
    }

    /// Puts the handlers in place; the handshake begins with the client's first bytes.
    func open(_ context: NIOSSLContext) throws {
        let handlers = pipeline.syncOperations
        try handlers.addHandler(NIOSSLServerHandler(context: context))
        try handlers.addHandler(PlaintextSink(self))
        pipeline.fireChannelActive()
    }

    /// Reads from the socket into the loop's buffer.
    ///
    /// - Returns: how many bytes, 0 at the end, or the system's error as a negative number.
    func read() -> Int {
        loop.ciphertext.clear()
        loop.ciphertext.writeBytes(partial.bytes)
        var count = 0
        loop.ciphertext.writeWithUnsafeMutableBytes(minimumWritableBytes: SecureLoop.readBytes) { room in
            count = berth_receive(descriptor, room.baseAddress, SecureLoop.readBytes)
            return max(count, 0)
        }
        return count
    }

    /// Decrypts what is in the loop's buffer.
    func receiveCiphertext() {
        isFresh = false
        let whole = loop.ciphertext.withUnsafeReadableBytes { bytes in
            let whole = TLSRecords.wholeBytes(bytes)
            partial.clear()
            partial.append(UnsafeRawBufferPointer(rebasing: bytes[whole...]))
            return whole
        }
        guard whole > 0 else { return }
        loop.ciphertext.moveWriterIndex(to: whole)
        pipeline.syncOperations.fireChannelRead(NIOAny(loop.ciphertext))
        pipeline.syncOperations.fireChannelReadComplete()
    }

    /// Sends plaintext.
    ///
    /// - Returns: false where the connection is broken.
    func send(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard !hasEnded, !isClosed else { return false }
        loop.plaintext.clear()
        loop.plaintext.writeBytes(bytes)
        pipeline.syncOperations.writeAndFlush(NIOAny(loop.plaintext), promise: nil)
        // A large answer's memory is not kept.
        if loop.plaintext.capacity > 1 << 19 { loop.plaintext = loop.allocator.buffer(capacity: 16_384) }
        return !hasEnded
    }

    /// Says that nothing more will come, in TLS and on the socket.
    func finishWriting() {
        guard !hasEnded, !isClosed else { return }
        streams?.sayLast()
        pipeline.close(mode: .output, promise: nil)
    }

    /// Ends the connection at once.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
        unsent.free()
        partial.free()
        received = []
        streams?.forget()
        pipeline.fireChannelInactive()
        removeHandlers(pipeline: pipeline)
        closing.succeed(())
    }

    /// It was no TLS connection: gives the socket back as it is.
    func giveUp() -> Int32 {
        let socket = descriptor
        descriptor = -1
        close()
        return socket
    }

    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        loop.enqueue(self)
    }
}

/// The outer form of TLS, as far as it says where a record ends.
enum TLSRecords {
    /// Source: RFC 8446 §5.2: 2^14 + 256 bytes and a head of 5; TLS 1.2 allows 2^14 + 2048.
    static let maxBytes = 16_384 + 2048 + 5

    /// How many of `bytes`, which begin with a record, are whole records. All of them where they are no records: what is
    /// wrong with them is for the library to say.
    static func wholeBytes(_ bytes: UnsafeRawBufferPointer) -> Int {
        var place = 0
        while bytes.count - place >= 5 {
            let length = 5 + (Int(bytes[place + 3]) << 8 | Int(bytes[place + 4]))
            guard 20...24 ~= bytes[place], length <= maxBytes else { return bytes.count }
            guard bytes.count - place >= length else { break }
            place += length
        }
        return place
    }
}

/// The socket.
extension SecureConnection {
    fileprivate func transmit(_ bytes: UnsafeRawBufferPointer) {
        guard !isClosed, bytes.count > 0 else { return }
        guard unsent.isEmpty else { return unsent.append(bytes) }
        let sent = berth_send(descriptor, bytes.baseAddress, bytes.count)
        if sent == bytes.count { return }
        guard sent >= 0 || sent == -Int(EAGAIN) || sent == -Int(EINTR) else { return end() }
        unsent.append(UnsafeRawBufferPointer(rebasing: bytes[max(sent, 0)...]))
        wantWrite(true)
    }

    /// Sends what was kept; called when the socket takes bytes again.
    func sendUnsent() {
        while !unsent.isEmpty {
            let bytes = unsent.bytes
            let sent = berth_send(descriptor, bytes.baseAddress, bytes.count)
            guard sent > 0 else {
                if sent != -Int(EAGAIN), sent != -Int(EINTR) { end() }
                return
            }
            unsent.dropFirst(sent)
        }
        wantWrite(false)
        if finishesWhenSent { shutDownWriting() }
    }

    private func wantWrite(_ wanted: Bool) {
        guard wantsWrite != wanted else { return }
        wantsWrite = wanted
        // Fails only for a descriptor that is not registered, and this one is.
        _ = berth_epoll_want_write(loop.epoll, descriptor, token, wanted ? 1 : 0)
    }

    fileprivate func shutDownWriting() {
        guard unsent.isEmpty else {
            finishesWhenSent = true
            return
        }
        // A broken connection is reported as an event of its own.
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }
}

/// What NIO's handlers ask of a channel.
extension SecureConnection: Channel, ChannelCore {
    var allocator: ByteBufferAllocator { loop.allocator }
    var closeFuture: EventLoopFuture<Void> { closing.futureResult }
    var localAddress: SocketAddress? { nil }
    var remoteAddress: SocketAddress? { nil }
    var parent: (any Channel)? { nil }
    var isWritable: Bool { true }
    var isActive: Bool { !isClosed }
    var _channelCore: any ChannelCore { self }
    var eventLoop: any EventLoop { loop.eventLoop }

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func localAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }
    func remoteAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }
    func register0(promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }
    func registerAlreadyConfigured0(promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }
    func bind0(to: SocketAddress, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }
    func connect0(to: SocketAddress, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }
    func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) { promise?.succeed(()) }

    func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
        unwrapData(data, as: ByteBuffer.self).withUnsafeReadableBytes { transmit($0) }
        promise?.succeed(())
    }

    /// Bytes go to the system as they are written: the handlers above write once for each flush.
    func flush0() {}

    /// The loop reads when the socket is readable.
    func read0() {}

    func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .output: shutDownWriting()
        case .input, .all: end()
        }
        promise?.succeed(())
    }

    /// Nothing passes the last handler.
    func channelRead0(_ data: NIOAny) {}
    func errorCaught0(error: any Error) {}
}
