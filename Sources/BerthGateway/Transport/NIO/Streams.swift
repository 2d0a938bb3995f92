import NIOCore
import NIOHPACK
import NIOHTTP2

/// A request on an HTTP/2 connection, and its answer.
final class Stream {
    let id: HTTP2StreamID
    /// The core's number for it; -1 where it has none, or has none any more.
    var number: Int32 = -1
    /// Its body goes to the core in chunks, since the client has not told its length.
    var isChunked = false
    /// The client has sent everything.
    var requestHasEnded = false
    var reader: AnswerReader
    /// Bytes of the answer's body that are kept back by the client's windows; counted for large answers only.
    var unsent = 0
    var written = 0
    var answerHasEnded = false

    init(id: HTTP2StreamID, isHead: Bool) {
        self.id = id
        reader = AnswerReader(isAnswerToHead: isHead)
    }

    deinit { reader.free() }
}

/// The streams of one connection that speaks HTTP/2: frames become events for the core, the core's answers frames.
///
/// Frames are kept in `events` while NIO's handlers are at work; see `SecureConnection`.
final class Streams {
    enum Event {
        case head(HTTP2StreamID, HPACKHeaders, endsStream: Bool)
        case data(HTTP2StreamID, ByteBuffer, endsStream: Bool)
        /// The stream has ended in both directions, or was reset by one of them.
        case closed(HTTP2StreamID)
        case sent(HTTP2StreamID)
    }

    /// Answers up to this size fit into every client's first window, and are not counted while they wait for it.
    private static let uncountedBytes = 65_535
    private static let patience = TimeAmount.seconds(1)

    unowned let connection: SecureConnection
    var events: [Event] = []
    /// The core has been told that the connection carries streams.
    var isAnnounced = false
    private var open: [HTTP2StreamID: Stream] = [:]
    private var needsFlush = false
    private var lastID = HTTP2StreamID.rootStream
    private var refusesNew = false
    private var saidLast = false
    /// NIO has said GOAWAY with an error: the connection is over when that is sent.
    private var hasFailed = false

    private let gatherer: RecordGatherer

    init(_ connection: SecureConnection) {
        self.connection = connection
        gatherer = RecordGatherer(connection.allocator)
    }

    func install(in pipeline: ChannelPipeline, before sink: PlaintextSink) throws {
        let limits = connection.loop.limits
        var settings = NIOHTTP2Handler.ConnectionConfiguration()
        settings.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.maxStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: limits.maxStreamFieldBytes),
            HTTP2Setting(parameter: .initialWindowSize, value: limits.streamWindow),
        ]
        settings.controlFrameRateLimit.maximumCount = limits.maxControlFrames
        var perStream = NIOHTTP2Handler.StreamConfiguration()
        perStream.streamResetFrameRateLimit.maximumCount = limits.maxResets
        let handlers = pipeline.syncOperations
        try handlers.addHandler(gatherer, position: .before(sink))
        try handlers.addHandler(
            NIOHTTP2Handler(
                mode: .server,
                frameDelegate: FrameWatch(self),
                connectionConfiguration: settings,
                streamConfiguration: perStream
            ),
            position: .before(sink)
        )
        try handlers.addHandler(FrameSink(self), position: .before(sink))
        growWindow(of: .rootStream, by: limits.connectionWindow - 65_535)
    }

    var all: [Stream] { Array(open.values) }

    func stream(_ id: HTTP2StreamID) -> Stream? { open[id] }

    /// Begins to know a stream. False: the client was told to begin no new ones.
    func add(_ stream: Stream) {
        open[stream.id] = stream
        if stream.id > lastID { lastID = stream.id }
    }

    /// The core is done with the stream: what has not ended is reset.
    func remove(_ id: HTTP2StreamID) {
        guard let stream = open.removeValue(forKey: id) else { return }
        stream.number = -1
        if !stream.answerHasEnded || !stream.requestHasEnded {
            write(.rstStream(stream.answerHasEnded ? .noError : .internalError), on: id)
        }
    }

    /// The stream is gone already, on both sides.
    func drop(_ id: HTTP2StreamID) { open.removeValue(forKey: id) }

    /// Refuses a stream before the core has seen it: the client may send the request again elsewhere.
    func refuse(_ id: HTTP2StreamID) { write(.rstStream(.refusedStream), on: id) }

    func forget() {
        open = [:]
        events = []
    }

    func failed() {
        hasFailed = true
        connection.loop.enqueue(connection)
    }

    /// Sends what was written; ends the connection where that was its last word.
    func flush() {
        if needsFlush {
            needsFlush = false
            connection.pipeline.flush()
            gatherer.flush()
        }
        if hasFailed { connection.end() }
    }
}

/// Answers.
extension Streams {
    /// Passes on bytes of an answer as the core writes it.
    func answer(_ bytes: UnsafeRawBufferPointer, on stream: Stream) {
        stream.reader.read(bytes, connection.loop.allocator, &connection.loop.table) { part in
            switch part {
            case .head(let headers, let ends):
                stream.answerHasEnded = ends
                write(.headers(.init(headers: headers, endStream: ends)), on: stream.id)
            case .data(let buffer, let ends): write(buffer, endsStream: ends, of: stream)
            case .trailers(let headers):
                stream.answerHasEnded = true
                write(.headers(.init(headers: headers, endStream: true)), on: stream.id)
            }
        }
    }

    private func write(_ buffer: ByteBuffer, endsStream ends: Bool, of stream: Stream) {
        stream.answerHasEnded = ends
        let count = buffer.readableBytes
        stream.written += count
        let frame = HTTP2Frame(
            streamID: stream.id,
            payload: .data(.init(data: .byteBuffer(buffer), endStream: ends))
        )
        // An early answer's end must have gone before the rest of the request is cut off, so it is waited for.
        let isWatched = stream.written > Self.uncountedBytes || (ends && !stream.requestHasEnded)
        guard isWatched else { return write(frame, nil) }
        stream.unsent += count
        let promise = connection.eventLoop.makePromise(of: Void.self)
        // Safe: frames are written, and their promises kept, on the connection's own event loop.
        promise.futureResult.assumeIsolated().whenComplete { [weak self] result in
            stream.unsent -= count
            self?.sent(stream, endsEarly: ends && !stream.requestHasEnded, result)
        }
        write(frame, promise)
    }

    private func sent(_ stream: Stream, endsEarly: Bool, _ result: Result<Void, any Error>) {
        guard case .success = result, !connection.isClosed else { return }
        if endsEarly {
            // The rest of the request is not wanted: RFC 9113 §8.1.
            stream.requestHasEnded = true
            write(.rstStream(.noError), on: stream.id)
        }
        events.append(.sent(stream.id))
        connection.loop.enqueue(connection)
    }

    private func write(_ payload: HTTP2Frame.FramePayload, on id: HTTP2StreamID) {
        write(HTTP2Frame(streamID: id, payload: payload), nil)
    }

    private func write(_ frame: HTTP2Frame, _ promise: EventLoopPromise<Void>?) {
        guard !connection.isClosed, !connection.hasEnded else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        connection.pipeline.syncOperations.write(NIOAny(frame), promise: promise)
        needsFlush = true
        connection.loop.enqueue(connection)
    }
}

/// The connection.
extension Streams {
    /// Begin nothing new. A client between two requests gets the last word as soon as its streams have ended, which any
    /// client understands; one that always has some is told now, which not every client survives.
    func refuseNew() {
        guard !refusesNew, !hasFailed else { return }
        refusesNew = true
        // Safe: timers are run by the thread of the connection's own event loop.
        connection.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { [weak self] in
            guard let self, !saidLast else { return }
            // Past NIO's handler, which takes no new streams once it has sent a GOAWAY, whatever stream that named.
            gatherer.add([0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0])
            needsFlush = true
            connection.loop.enqueue(connection)
        }
    }

    /// The last word on a connection that ends: which streams were served. Others may be sent again.
    func sayLast() {
        guard !hasFailed, !saidLast, !connection.hasEnded else { return }
        saidLast = true
        write(.goAway(lastStreamID: lastID, errorCode: .noError, opaqueData: nil), on: .rootStream)
        connection.pipeline.flush()
        needsFlush = false
    }

    /// Lets the client send on, when it has used half of what it may.
    fileprivate func windowChanged(_ event: NIOHTTP2WindowUpdatedEvent) {
        guard let left = event.inboundWindowSize else { return }
        let limits = connection.loop.limits
        let isRoot = event.streamID == .rootStream
        let target = isRoot ? limits.connectionWindow : limits.streamWindow
        guard left <= target / 2 else { return }
        if !isRoot {
            // A body that nobody wants is not asked for.
            guard let stream = open[event.streamID] else { return }
            guard !stream.requestHasEnded, !stream.answerHasEnded else { return }
        }
        growWindow(of: event.streamID, by: target - left)
    }

    private func growWindow(of id: HTTP2StreamID, by bytes: Int) {
        guard bytes > 0 else { return }
        write(.windowUpdate(windowSizeIncrement: bytes), on: id)
    }
}

/// The handler above NIO's for HTTP/2: keeps frames until the loop hands them to the core.
private final class FrameSink: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    private let streams: Streams

    init(_ streams: Streams) { self.streams = streams }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.payload {
        case .headers(let head):
            streams.events.append(.head(frame.streamID, head.headers, endsStream: head.endStream))
        case .data(let body):
            guard case .byteBuffer(let buffer) = body.data else { return }
            streams.events.append(.data(frame.streamID, buffer, endsStream: body.endStream))
        case .rstStream, .priority, .settings, .pushPromise, .ping, .goAway, .windowUpdate, .alternativeService,
            .origin:
            break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let closed as StreamClosedEvent:
            streams.events.append(.closed(closed.streamID))
            streams.connection.loop.enqueue(streams.connection)
        case let changed as NIOHTTP2WindowUpdatedEvent: streams.windowChanged(changed)
        default: context.fireUserInboundEventTriggered(event)
        }
    }
}

/// Sees the frames that NIO sends by itself.
private final class FrameWatch: NIOHTTP2FrameDelegate {
    private weak var streams: Streams?

    init(_ streams: Streams) { self.streams = streams }

    func wroteFrame(_ frame: HTTP2Frame) {
        guard case .goAway(_, let code, _) = frame.payload, code != .noError else { return }
        streams?.failed()
    }
}
