import NIOCore
import NIOTLS

/// The last handler of a TLS connection: keeps plaintext for the core, and looks which protocol was agreed on.
final class PlaintextSink: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private unowned let connection: SecureConnection

    init(_ connection: SecureConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.received.append(unwrapInboundIn(data))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted(let agreed)? = event as? TLSUserEvent, agreed == "h2" else { return }
        let streams = Streams(connection)
        do {
            try streams.install(in: context.pipeline, before: self)
            connection.streams = streams
        } catch {
            connection.end()
        }
    }

    /// A peer that breaks TLS or HTTP/2 has had its alert or GOAWAY already; errors of a single stream end only that.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// Makes one write of all that is written between two flushes: few and full TLS records instead of one for each
/// frame's head and another for its body.
final class RecordGatherer: ChannelOutboundHandler {
    typealias OutboundIn = IOData
    typealias OutboundOut = ByteBuffer

    private static let keptBytes = 32_768
    private var gathered: ByteBuffer
    private var promises: [EventLoopPromise<Void>] = []
    private var context: ChannelHandlerContext?

    init(_ allocator: ByteBufferAllocator) { gathered = allocator.buffer(capacity: 1024) }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .byteBuffer(var buffer) = unwrapOutboundIn(data) { gathered.writeBuffer(&buffer) }
        if let promise { promises.append(promise) }
    }

    /// Adds a whole frame that is sent with the next flush.
    func add(_ frame: [UInt8]) { gathered.writeBytes(frame) }

    func flush(context: ChannelHandlerContext) {
        if gathered.readableBytes > 0 {
            context.writeAndFlush(wrapOutboundOut(gathered), promise: nil)
            if gathered.capacity > Self.keptBytes { gathered = context.channel.allocator.buffer(capacity: 1024) }
            gathered.clear()
        }
        guard !promises.isEmpty else { return }
        let written = promises
        promises = []
        for promise in written { promise.succeed(()) }
    }

    /// Sends what was added past the handlers above.
    func flush() {
        if let context, gathered.readableBytes > 0 { flush(context: context) }
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        for promise in promises { promise.fail(ChannelError.ioOnClosedChannel) }
        promises = []
    }
}
