/// BerthDiagnostics: the catalogue of errors, the one form that every failure takes, and its text and JSON.

/// The code of a failure: the documented error table, and the codes that came with today's service.
///
/// Source: the 2021 troubleshooting guide for `ERR_…`; today's deployment error table for the rest.
package enum ErrorCode: String, CaseIterable, Hashable, Sendable {
    case badArgument = "BadArgument"
    case notEnoughQuota = "ERR_1100"
    case outOfCapacity = "ERR_1101"
    case imageDownloadFailed = "ERR_1200"
    case imageBuildFailure = "ImageBuildFailure"
    case artifactDownloadFailed = "ERR_1300"
    case notEnoughDisk = "ERR_1350"
    case containerStartFailed = "ERR_2100"
    case containerCrashed = "ERR_2200"
    case internalError = "ERR_5000"
    case resourceNotFound = "ResourceNotFound"
    case conflict = "Conflict"
    case operationCanceled = "OperationCanceled"
    case unauthorized = "Unauthorized"
    case forbidden = "Forbidden"
    case scoringFailed = "ScoringFailed"

    /// The name that today's service uses for the same cause; what scripts compare with.
    package var azureCode: String {
        switch self {
        case .badArgument, .imageDownloadFailed, .artifactDownloadFailed: "BadArgument"
        case .notEnoughQuota, .outOfCapacity, .notEnoughDisk, .containerStartFailed: "OutOfQuota"
        case .imageBuildFailure: "ImageBuildFailure"
        case .containerCrashed: "ResourceNotReady"
        case .internalError: "InternalServerError"
        case .resourceNotFound: "ResourceNotFound"
        case .conflict: "Conflict"
        case .operationCanceled: "OperationCanceled"
        case .unauthorized: "AuthenticationFailed"
        case .forbidden: "AuthorizationFailed"
        case .scoringFailed: "ScoringFailed"
        }
    }
}
