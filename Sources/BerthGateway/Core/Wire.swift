/// What became of bytes that were handed to the transport.
enum SendOutcome {
    /// The system has them, or the transport keeps them and sends them as soon as it can.
    case accepted
    case failed(nothingWasSent: Bool)
}

enum ConnectOutcome {
    case connected(Int32)
    /// `LoopCore.connected` follows.
    case underWay(Int32)
    case failed
}

/// What the core asks of a transport: epoll, with or without TLS, or a test. A socket is a small number that the
/// transport gives out, for a connection or for a stream of one.
///
/// The transport feeds the core: `accepted`, `received`, `peerClosed`, `connected`, `drained`, `expire`, `turn`. After
/// `close` it says nothing more about that socket until it has given the number out again.
protocol Wire {
    mutating func send(_ bytes: UnsafeRawBufferPointer, over socket: Int32) -> SendOutcome
    /// Bytes that the transport still keeps for this socket.
    func unsentBytes(over socket: Int32) -> Int
    mutating func connect(to address: CompiledAddress) -> ConnectOutcome
    /// Ends the connection at once; what is unsent is dropped.
    mutating func close(_ socket: Int32)
    /// Tells the peer that nothing more will come. Everything has been sent.
    mutating func finishWriting(_ socket: Int32)
    /// The core takes bytes of this socket again: those that came while `wantsBytes` was false are delivered soon.
    mutating func resumeReading(_ socket: Int32)
    /// A connection that carries streams, and has some, is to begin no new ones: where they do not end by themselves,
    /// the peer is told. `finishWriting` tells it which were served.
    mutating func refuseStreams(_ socket: Int32)
    /// Makes other event loops look for waiting requests: a slot has become free.
    mutating func wake(loops: UInt64)
    /// Hands over lines of the traffic log.
    mutating func writeLog(_ lines: UnsafeRawBufferPointer)
    /// Asks for a token's verification, away from the loop; `LoopCore.verified` follows where it is under way.
    mutating func verify(_ question: TokenQuestion) -> VerificationOutcome
    /// Bytes that the transport keeps for all sockets together.
    var unsentTotal: Int { get }
}

/// What a transport without better does.
extension Wire {
    /// The answer at once, on the loop.
    mutating func verify(_ question: TokenQuestion) -> VerificationOutcome {
        .verdict(question.keys.verify(question.token))
    }

    /// Not counted: then only each socket's own bytes have a bound.
    var unsentTotal: Int { 0 }
}

/// A token that a loop does not know yet.
struct TokenQuestion: Sendable {
    let keys: TokenKeys
    let token: [UInt8]
    /// Who waits for it, and his number in case the socket is another's by then.
    let socket: Int32
    let ticket: UInt32
}

enum VerificationOutcome {
    case verdict(TokenVerdict)
    /// `LoopCore.verified` follows.
    case underWay
    /// As many tokens are waiting as may.
    case busy
}
