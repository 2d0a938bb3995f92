/// Why a request is not answered by the model's 200. One case for each row of the documented status table.
enum Refusal {
    enum Phase { case uploading, delayed, waiting, running }

    case malformed(HeadFault)
    case headTooSlow
    case noEndpoint, noPath, noTraffic, unknownDeployment
    case noCredential, malformedCredential, wrongCredential
    case badToken(TokenFault)
    /// The identity is known and may not score.
    case notAllowed
    case tooManyTokens, verificationTooSlow
    case tooManyConnections(Int)
    case rateLimited
    case bodyTooLarge(Int64)
    /// With the number of requests that are pending already.
    case tooManyPending(Int)
    case timedOut(Phase)
    case answerTooLarge(Int64)
    case malformedAnswer, instanceDied, instanceUnreachable, noInstance
    /// The gateway has no table yet.
    case notReady

    var status: Int {
        switch self {
        case .malformed(let fault): fault.status
        case .headTooSlow, .timedOut: 408
        case .noEndpoint, .noPath, .noTraffic, .unknownDeployment: 404
        case .noCredential, .malformedCredential, .wrongCredential, .badToken: 401
        case .notAllowed: 403
        case .rateLimited, .tooManyPending, .tooManyTokens, .tooManyConnections: 429
        case .bodyTooLarge: 413
        case .answerTooLarge, .malformedAnswer, .instanceDied, .instanceUnreachable, .noInstance: 424
        case .notReady, .verificationTooSlow: 500
        }
    }

    /// Source of the documented ones: the 2021 guide's status table.
    var phrase: StaticString {
        switch self {
        case .malformed(let fault):
            switch fault.status {
            case 414: "URI Too Long"
            case 417: "Expectation Failed"
            case 431: "Request Header Fields Too Large"
            case 505: "HTTP Version Not Supported"
            default: "Bad Request"
            }
        case .headTooSlow, .timedOut: "Request Timeout"
        case .noEndpoint, .noPath, .noTraffic, .unknownDeployment: "Not Found"
        case .noCredential, .malformedCredential, .wrongCredential, .badToken: "Unauthorized"
        case .notAllowed: "Forbidden"
        case .rateLimited: "Rate-limiting"
        case .tooManyPending: "Too many pending requests"
        case .tooManyTokens: "Too many unverified tokens"
        case .tooManyConnections: "Too many connections"
        case .bodyTooLarge: "Payload Too Large"
        case .answerTooLarge: "Response payload too large"
        case .malformedAnswer, .instanceDied, .instanceUnreachable, .noInstance: "Model Error"
        case .notReady, .verificationTooSlow: "Internal Server Error"
        }
    }

    var code: StaticString {
        switch self {
        case .malformed: "MalformedRequest"
        case .headTooSlow, .timedOut: "RequestTimeout"
        case .noEndpoint: "EndpointNotFound"
        case .noPath: "PathNotFound"
        case .noTraffic: "NoDeploymentWithTraffic"
        case .unknownDeployment: "DeploymentNotFound"
        case .noCredential: "CredentialMissing"
        case .malformedCredential: "CredentialMalformed"
        case .wrongCredential: "CredentialInvalid"
        case .badToken(.expired): "TokenExpired"
        case .badToken: "TokenInvalid"
        case .notAllowed: "ScoreNotAllowed"
        case .tooManyTokens: "TooManyUnverifiedTokens"
        case .verificationTooSlow: "TokenVerificationTooSlow"
        case .tooManyConnections: "TooManyConnections"
        case .rateLimited: "RateLimited"
        case .tooManyPending: "TooManyPendingRequests"
        case .bodyTooLarge: "RequestPayloadTooLarge"
        case .answerTooLarge: "ResponsePayloadTooLarge"
        case .malformedAnswer: "ModelAnswerMalformed"
        case .instanceDied: "InstanceDied"
        case .instanceUnreachable: "InstanceUnreachable"
        case .noInstance: "NoInstanceReady"
        case .notReady: "GatewayNotReady"
        }
    }

    /// Whose fault it is: the value of `x-berth-layer`.
    var layer: StaticString {
        switch self {
        case .malformed, .headTooSlow, .noEndpoint, .noPath, .unknownDeployment, .noCredential, .malformedCredential,
            .wrongCredential, .badToken, .notAllowed, .bodyTooLarge, .timedOut(.uploading):
            "client"
        case .noTraffic, .rateLimited, .tooManyPending, .tooManyTokens, .tooManyConnections, .timedOut(.delayed):
            "gateway"
        case .timedOut(.waiting), .timedOut(.running), .answerTooLarge, .malformedAnswer, .instanceDied,
            .instanceUnreachable, .noInstance:
            "model"
        case .notReady, .verificationTooSlow: "platform"
        }
    }

    /// Nothing that follows on the connection can be trusted, or is wanted.
    var closesConnection: Bool {
        switch self {
        case .malformed, .headTooSlow, .bodyTooLarge, .timedOut(.uploading), .timedOut(.delayed),
            .verificationTooSlow:
            true
        case .noEndpoint, .noPath, .noTraffic, .unknownDeployment, .noCredential, .malformedCredential,
            .wrongCredential, .badToken, .notAllowed, .tooManyTokens, .tooManyConnections,
            .rateLimited, .tooManyPending, .timedOut(.waiting), .timedOut(.running), .answerTooLarge,
            .malformedAnswer, .instanceDied, .instanceUnreachable, .noInstance, .notReady:
            false
        }
    }
}
