/// Connections under TLS, and their streams.
extension EpollWire {
    /// Puts TLS between a connection's socket and the core.
    mutating func secure(_ number: Int32, _ loop: SecureLoop) -> Bool {
        guard let context = loop.context else { return false }
        let socket = sockets[number]
        let connection = SecureConnection(
            number: number,
            descriptor: socket.pointee.descriptor,
            token: token(number),
            loop: loop
        )
        socket.pointee.layer = .secure
        socket.pointee.secure = connection
        do {
            try connection.open(context)
            return true
        } catch {
            return false
        }
    }

    /// Takes TLS out again: the client does not speak it.
    mutating func unsecure(_ number: Int32) {
        let socket = sockets[number]
        guard let connection = socket.pointee.secure else { return }
        socket.pointee.descriptor = connection.giveUp()
        socket.pointee.layer = .plain
        socket.pointee.secure = nil
    }

    /// Gives a stream a number; nil where all are in use.
    mutating func register(_ stream: Stream, of connection: SecureConnection) -> Int32? {
        guard let number = numbers.take() else { return nil }
        let socket = sockets[number]
        let generation = (socket.pointee.generation &+ 1) & 0xFF_FFFF
        socket.pointee = EpollSocket()
        socket.pointee.generation = generation
        socket.pointee.layer = .stream
        socket.pointee.secure = connection
        socket.pointee.stream = stream
        stream.number = number
        return number
    }

    func sendSecurely(_ bytes: UnsafeRawBufferPointer, _ socket: UnsafeMutablePointer<EpollSocket>) -> SendOutcome {
        guard let connection = socket.pointee.secure else { return .failed(nothingWasSent: true) }
        guard let stream = socket.pointee.stream else {
            return connection.send(bytes) ? .accepted : .failed(nothingWasSent: false)
        }
        guard !connection.hasEnded, !connection.isClosed, let streams = connection.streams else {
            return .failed(nothingWasSent: false)
        }
        streams.answer(bytes, on: stream)
        return .accepted
    }

    func unsentSecurely(_ socket: UnsafeMutablePointer<EpollSocket>) -> Int {
        (socket.pointee.secure?.unsent.count ?? 0) + (socket.pointee.stream?.unsent ?? 0)
    }

    mutating func closeSecurely(_ number: Int32, _ socket: UnsafeMutablePointer<EpollSocket>) {
        guard let connection = socket.pointee.secure else { return }
        if let stream = socket.pointee.stream {
            connection.streams?.remove(stream.id)
        } else {
            connection.close()
        }
        let generation = (socket.pointee.generation &+ 1) & 0xFF_FFFF
        socket.pointee = EpollSocket()
        socket.pointee.generation = generation
        numbers.giveBack(number)
    }

    mutating func refuseStreams(_ number: Int32) { sockets[number].pointee.secure?.streams?.refuseNew() }
}
