import CBerthPlatform
import Glibc
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOSSL

/// The loop's part for connections under TLS: it feeds NIO's handlers, and then the core with what they have made.
extension EpollLoop {
    /// Serves connections that are accepted from now on with this certificate.
    func use(_ context: NIOSSLContext) {
        performAndWait { [self] core in
            if let secure {
                secure.context = context
                return
            }
            let eventLoop = ThreadEventLoop { [weak self] in self?.perform { _ in } }
            eventLoop.adoptThread()
            let made = SecureLoop(eventLoop: eventLoop, epoll: epoll, limits: core.pointee.limits)
            made.context = context
            secure = made
        }
    }

    func secureAccepted(_ number: Int32) -> Bool {
        guard let secure else { return false }
        return core.pointee.wire.secure(number, secure)
    }

    func handleSecure(_ bits: UInt32, of number: Int32, _ socket: UnsafeMutablePointer<EpollSocket>) {
        guard let connection = socket.pointee.secure else { return }
        let generation = socket.pointee.generation
        if bits & UInt32(BERTH_PEER_CLOSED | BERTH_BROKEN) != 0 { socket.pointee.peerHasClosed = true }
        if bits & UInt32(BERTH_WRITABLE) != 0, !connection.unsent.isEmpty {
            connection.sendUnsent()
            if connection.unsent.isEmpty, !connection.hasEnded { secureDrained(number, connection) }
        }
        guard socket.pointee.generation == generation else { return }
        if bits & UInt32(BERTH_READABLE) != 0 || socket.pointee.peerHasClosed { readAll(number, socket) }
    }

    private func secureDrained(_ number: Int32, _ connection: SecureConnection) {
        core.pointee.drained(number)
        guard let streams = connection.streams else { return }
        for stream in streams.all where stream.number >= 0 { core.pointee.drained(stream.number) }
        core.pointee.wire.resumeReading(number)
    }

    /// Reads until there is nothing more, or nothing more is wanted.
    func readSecure(_ number: Int32, _ socket: UnsafeMutablePointer<EpollSocket>) {
        guard let connection = socket.pointee.secure, let secure else { return }
        let generation = socket.pointee.generation
        while socket.pointee.generation == generation {
            if connection.hasEnded { return secureClosed(number, connection) }
            // A client that sends without reading what it gets is not read from.
            guard core.pointee.wantsBytes(number), connection.unsent.count < secure.limits.highWatermark else {
                socket.pointee.isReadable = true
                if socket.pointee.peerHasClosed { secureClosed(number, connection) }
                return
            }
            let count = connection.read()
            if count > 0 {
                take(number, connection, socket)
                if count < SecureLoop.readBytes, !socket.pointee.peerHasClosed {
                    if socket.pointee.generation == generation {
                        socket.pointee.isReadable = false
                        if connection.hasEnded, socket.pointee.layer == .secure { secureClosed(number, connection) }
                    }
                    return
                }
            } else if count == -Int(EAGAIN) {
                socket.pointee.isReadable = false
                if socket.pointee.peerHasClosed { secureClosed(number, connection) }
                return
            } else if count != -Int(EINTR) {
                return secureClosed(number, connection)
            }
        }
    }

    /// Bytes have come and are in the loop's buffer.
    private func take(_ number: Int32, _ connection: SecureConnection, _ socket: UnsafeMutablePointer<EpollSocket>) {
        guard core.pointee.clients[number].pointee.state != .lingering else { return }
        if connection.isFresh, let first = connection.loop.ciphertext.readableBytesView.first,
            UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first
        {
            // A TLS connection begins with 22: this is the first letter of a method.
            core.pointee.wire.unsecure(number)
            return core.pointee.refuseHead(number, .notEncrypted)
        }
        connection.receiveCiphertext()
        deliver(number, connection)
    }

    /// Hands the core what the handlers have made.
    private func deliver(_ number: Int32, _ connection: SecureConnection) {
        if let streams = connection.streams {
            if !streams.isAnnounced {
                streams.isAnnounced = true
                core.pointee.carriesStreams(number)
            }
            while !streams.events.isEmpty, !connection.isClosed {
                let events = streams.events
                streams.events = []
                for event in events where !connection.isClosed { handle(event, streams, connection) }
            }
            return
        }
        guard !connection.received.isEmpty else { return }
        var received = connection.received
        connection.received = []
        for buffer in received where !connection.isClosed {
            buffer.withUnsafeReadableBytes { core.pointee.received($0, from: number) }
        }
        // The memory is used again.
        received.removeAll(keepingCapacity: true)
        if !connection.isClosed, connection.received.isEmpty { connection.received = received }
    }

    /// Goes on with connections that have produced something outside of their own reading.
    func serveSecure() {
        guard let secure else { return }
        secure.eventLoop.runPending()
        while let connection = secure.takePending() {
            guard !connection.isClosed else { continue }
            deliver(connection.number, connection)
            core.pointee.turn()
            if !connection.isClosed { connection.streams?.flush() }
            if connection.hasEnded, !connection.isClosed { secureClosed(connection.number, connection) }
        }
    }

    private func secureClosed(_ number: Int32, _ connection: SecureConnection) {
        core.pointee.wire.sockets[number].pointee.peerHasClosed = true
        connection.end()
        for stream in connection.streams?.all ?? [] { streamClosed(stream) }
        core.pointee.peerClosed(number)
    }
}

/// Streams.
extension EpollLoop {
    private func handle(_ event: Streams.Event, _ streams: Streams, _ connection: SecureConnection) {
        switch event {
        case .head(let id, let headers, let ends):
            if let stream = streams.stream(id) {
                // Trailers: their fields are not passed on, as those of HTTP/1.1 are not.
                if ends { bodyEnded(stream) }
            } else {
                begin(id, headers, ends, streams, connection)
            }
        case .data(let id, let buffer, let ends):
            guard let stream = streams.stream(id), stream.number >= 0 else { return }
            receive(buffer, of: stream)
            if ends { bodyEnded(stream) }
        case .closed(let id):
            guard let stream = streams.stream(id) else { return }
            stream.requestHasEnded = true
            stream.answerHasEnded = true
            streamClosed(stream)
            streams.drop(id)
        case .sent(let id):
            guard let stream = streams.stream(id), stream.number >= 0 else { return }
            core.pointee.drained(stream.number)
        }
    }

    private func streamClosed(_ stream: Stream) {
        guard stream.number >= 0 else { return }
        core.pointee.drained(stream.number)
        guard stream.number >= 0 else { return }
        core.pointee.peerClosed(stream.number)
    }

    private func begin(
        _ id: HTTP2StreamID,
        _ headers: HPACKHeaders,
        _ ends: Bool,
        _ streams: Streams,
        _ connection: SecureConnection
    ) {
        // Behind our last word nothing is served, and the client has been told.
        guard core.pointee.clients[connection.number].pointee.state == .carrying else { return }
        let secure = connection.loop
        secure.head.clear()
        var head = StreamHead()
        var fault: HeadFault?
        do throws(HeadFault) {
            try head.write(headers, endsStream: ends, limit: secure.limits.maxStreamFieldBytes, to: &secure.head)
        } catch {
            fault = error
        }
        let stream = Stream(id: id, isHead: head.isHead)
        stream.isChunked = head.isChunked
        stream.requestHasEnded = ends
        guard let number = core.pointee.wire.register(stream, of: connection) else { return streams.refuse(id) }
        streams.add(stream)
        core.pointee.acceptedStream(number, on: connection.number)
        if let fault {
            core.pointee.refuseHead(number, fault)
        } else {
            core.pointee.received(secure.head.bytes, from: number)
        }
    }

    private func receive(_ buffer: ByteBuffer, of stream: Stream) {
        guard buffer.readableBytes > 0 else { return }
        if stream.isChunked {
            sendLine(to: stream) { $0.append(hexadecimal: buffer.readableBytes) }
        }
        guard stream.number >= 0 else { return }
        buffer.withUnsafeReadableBytes { core.pointee.received($0, from: stream.number) }
        if stream.isChunked { sendLine(to: stream) { _ in } }
    }

    /// A line of chunked framing.
    private func sendLine(to stream: Stream, _ write: (inout ByteWriter) -> Void) {
        guard stream.number >= 0, let secure else { return }
        secure.head.clear()
        write(&secure.head)
        secure.head.append("\r\n")
        core.pointee.received(secure.head.bytes, from: stream.number)
    }

    private func bodyEnded(_ stream: Stream) {
        guard !stream.requestHasEnded else { return }
        stream.requestHasEnded = true
        guard stream.isChunked, stream.number >= 0 else { return }
        sendLine(to: stream) { $0.append("0\r\n") }
    }
}
