/// A connection of a client, or (without a socket) a copy that goes to a mirror.
///
/// ```
///          bytes        head complete        body complete      slot taken        answer's head
///   idle ────────▶ head ─────────────▶ body ──────────────▶ waiting ────────▶ forwarding ────────▶ responding
///    ▲                │ refused          │ refused             │ 408              │ 408, 424           │
///    │                ▼                  ▼                     ▼                  ▼                    │
///    ├──────── discarding (the rest of a refused body) ◀───────┴──────────────────┘                    │
///    │                │ too much, or malformed                                                         │
///    │                ▼                                                                                │
///    │           flushing ──▶ lingering ──▶ free                                                       │
///    └─────────────────────────────────────────────────────────────────────────────────────────────────┘
/// ```
///
/// Two detours: from `head`, with nothing of it used, to `held` (a token is being verified, or the endpoint has no room
/// for another connection) and back; from `body` to `delayed` (the endpoint's bandwidth is used up) and back, or on to
/// `waiting`.
struct Client {
    enum State: UInt8 {
        case free
        /// Between requests.
        case idle
        /// A part of a head has come.
        case head
        /// The head is complete and waits, unused; `Exchange.pause` says for what.
        case held
        /// The head is accepted, the body is being read.
        case body
        /// What has come of the body is held back; the rest is not read.
        case delayed
        /// Complete, in line for a slot.
        case waiting
        /// With an instance; nothing of the answer has come.
        case forwarding
        /// The answer's head has been sent.
        case responding
        /// Answered; the rest of the request's body is passed over.
        case discarding
        /// Answered for the last time; not everything has been sent.
        case flushing
        /// Nothing more is said; what comes is dropped, until the client closes.
        case lingering
        /// The connection has streams (HTTP/2): each is a client of its own, with one request.
        case carrying
    }

    var state = State.free
    var isMirror = false
    /// A stream of the connection `carrier`.
    var isStream = false
    var carrier: Int32 = -1
    /// Of a connection that carries streams: those that have not ended.
    var streamCount: Int32 = 0
    /// The endpoint's own port that the client came to; 0: the shared listener.
    var ownPort: UInt16 = 0
    var peer: UInt64 = 0
    var scanner = HeadScanner()
    /// Bytes that have come and cannot be used yet.
    var input = ByteQueue()
    /// Of the request's body.
    var decoder = BodyDecoder(length: 0)
    var exchange = Exchange()
    /// It is on the list of those whose input is looked at at the end of the turn.
    var isReady = false
    /// Counted among its endpoint's connections.
    var countedEndpoint: UnsafeMutablePointer<EndpointCells>?
    /// Texts of the current request that are needed until it is accounted for; made once per connection.
    var notes: UnsafeMutablePointer<UInt8>?
}

/// One request and its answer.
struct Exchange {
    var generation: UnsafeMutablePointer<RouteGeneration>?
    var endpoint: UnsafePointer<CompiledEndpoint>?
    var deployment: UnsafePointer<CompiledDeployment>?
    /// The slot that is held.
    var slot: UnsafeMutablePointer<AddressCells>?
    var addressNumber: Int32 = -1
    var upstream: Int32 = -1
    /// The request as the instance gets it, unless it could be sent straight from the loop's memory.
    var outgoing = ByteQueue()
    /// A copy of it for the mirror, sent when the answer has gone.
    var mirrored = ByteQueue()
    var mirrorTarget: Int32 = -1
    /// Where the numbers of `x-berth-deadline-ms` and Content-Length stand in it.
    var deadlinePlace: Int32 = 0
    var lengthPlace: Int32 = -1
    var nextWaiting: Int32 = -1
    var previousWaiting: Int32 = -1

    /// It counts in the split.
    var takesTurn = false
    var splitPlace = 0
    var mayBeMirrored = false
    var keepsAlive = true
    var isHead = false
    var isHTTP10 = false
    var expectsContinue = false
    var holdsPending = false
    var isWaiting = false
    var hasFailedOver = false
    var answersChunked = false
    /// The answer ends with the connection.
    var answersUntilClose = false

    var status: Int32 = 0
    var modelStatus: Int32 = 0
    /// What it waits for, and until when; `Exchange.resumeAt` is 0 where only an event ends the pause.
    var pause = Pause.none
    var pausedAt: Int64 = 0
    var resumeAt: Int64 = 0
    /// Names the question about a token that it waits for.
    var ticket: UInt32 = 0
    /// How long the endpoint's limits have held it back, in nanoseconds.
    var requestDelay: Int64 = 0
    var responseDelay: Int64 = 0
    /// The answer's bytes have been charged to the bandwidth.
    var isPaid = false
    /// Trailer lines of the model's answer.
    var trailers = ByteQueue()

    /// For the traffic log; nil: the usual phrase of the status.
    var reason: StaticString?
    var authKind = AuthKind.none
    var bodyBytes = 0
    var responseBytes = 0
    /// Monotonic nanoseconds; 0: not yet.
    var startedAt: Int64 = 0
    var bodyEndedAt: Int64 = 0
    var firstByteAt: Int64 = 0
    var deadline: Int64 = .max

    var methodCount: UInt8 = 0
    var pathCount: UInt16 = 0
    var userAgentCount: UInt8 = 0
    var clientIDCount: UInt8 = 0
    var modelReasonCount: UInt8 = 0
    var identityCount: UInt8 = 0
}

/// Why a request stands still.
enum Pause: UInt8 {
    case none
    /// Its token is being verified.
    case verification
    /// The endpoint has as many connections as it may have, or has had as many new ones in this second.
    case connection
    /// The endpoint's bandwidth is used up: more of the body is read later; the whole request goes on later; the answer
    /// goes on later.
    case body, request, answer
}

enum AuthKind: UInt8 {
    case none, key, amlToken, aadToken
}

/// Where the texts of a request stand in `Client.notes`.
enum Notes {
    static let requestID = 0
    static let requestIDCount = 36
    static let clientID = 36
    /// Source: the documentation of `x-ms-client-request-id`.
    static let maxClientID = 40
    static let method = 76
    static let maxMethod = 32
    static let userAgent = 108
    /// Source: the columns of AmlOnlineEndpointTrafficLog.
    static let maxUserAgent = 70
    static let modelReason = 178
    static let maxModelReason = 78
    static let path = 256
    static let maxPath = 256
    static let identity = 512
    static let maxIdentity = TokenClaims.maxIdentity
    static let size = identity + maxIdentity
}

/// A table as a loop holds it: kept until the last request that was routed by it has ended.
struct RouteGeneration {
    var routes: CompiledRoutes
    var exchanges = 0
}

/// A connection to an instance.
struct Upstream {
    enum State: UInt8 {
        case free, connecting, idle
        /// The request has been sent.
        case awaiting
        /// The answer's head has been passed on.
        case streaming
    }

    var state = State.free
    var client: Int32 = -1
    var addressNumber: Int32 = -1
    var scanner = HeadScanner()
    var input = ByteQueue()
    var decoder = BodyDecoder(length: 0)
    var keepsAlive = false
    var isPaused = false
    /// It was closed by the instance while nothing was read from it.
    var hasEnded = false
    var nextIdle: Int32 = -1
    var previousIdle: Int32 = -1
}

/// What a loop knows about an address: its idle connections and how it has behaved.
struct AddressState {
    var firstIdle: Int32 = -1
    var idleCount: Int32 = 0
    var failures: Int32 = 0
    var ejections: Int32 = 0
    var ejectedUntil: Int64 = 0
}

/// Requests of a loop that wait for a slot of one deployment, in order of arrival.
struct WaitingLine {
    var first: Int32 = -1
    var last: Int32 = -1
    var isDirty = false
}
