package import BerthModel

/// Why the blob store refuses or fails, with the service's own codes. Source: the service's «Blob service error codes».
package enum BlobFailure: Error, Hashable, Sendable {
    case noCredential
    case authenticationFailed(String)
    case notPermitted
    case accountNotFound
    case containerNotFound
    case containerExists
    case blobNotFound
    case blobExists
    case conditionNotMet
    case notModified
    case invalidName(String)
    case invalidHeader(String)
    case missingHeader(String)
    case invalidQuery(String)
    case invalidXML
    case invalidBlockList
    case invalidBlockID
    case tooManyBlocks(limit: Int)
    case md5Mismatch
    case shortBody(expected: Bytes, received: Bytes)
    case lengthRequired
    case tooLarge(limit: Bytes)
    case invalidRange
    case unsupported(String)
    case busy
    case stalled
    case diskFull(free: Bytes)
    /// The cause stays inside; the request's id leads to it.
    case failed(cause: String)

    /// HTTP status. A full disk is 413, not 507: clients repeat every 5xx for minutes.
    package var status: Int {
        switch self {
        case .noCredential: 401
        case .authenticationFailed, .notPermitted: 403
        case .accountNotFound, .containerNotFound, .blobNotFound: 404
        case .unsupported: 405
        case .stalled: 408
        case .containerExists, .blobExists: 409
        case .lengthRequired: 411
        case .conditionNotMet: 412
        case .tooLarge, .diskFull: 413
        case .invalidRange: 416
        case .notModified: 304
        case .busy: 503
        case .failed: 500
        case .invalidName, .invalidHeader, .missingHeader, .invalidQuery, .invalidXML, .invalidBlockList,
            .invalidBlockID, .tooManyBlocks, .md5Mismatch, .shortBody:
            400
        }
    }

    /// What `x-ms-error-code` says.
    package var code: String {
        switch self {
        case .noCredential: "NoAuthenticationInformation"
        case .authenticationFailed: "AuthenticationFailed"
        case .notPermitted: "AuthorizationPermissionMismatch"
        case .accountNotFound: "ResourceNotFound"
        case .containerNotFound: "ContainerNotFound"
        case .containerExists: "ContainerAlreadyExists"
        case .blobNotFound: "BlobNotFound"
        case .blobExists: "BlobAlreadyExists"
        case .conditionNotMet, .notModified: "ConditionNotMet"
        case .invalidName: "InvalidResourceName"
        case .invalidHeader: "InvalidHeaderValue"
        case .missingHeader: "MissingRequiredHeader"
        case .invalidQuery: "InvalidQueryParameterValue"
        case .invalidXML: "InvalidXmlDocument"
        case .invalidBlockList: "InvalidBlockList"
        case .invalidBlockID: "InvalidBlobOrBlock"
        case .tooManyBlocks: "BlockCountExceedsLimit"
        case .md5Mismatch: "Md5Mismatch"
        case .shortBody: "IncompleteBody"
        case .lengthRequired: "MissingContentLengthHeader"
        case .tooLarge: "RequestBodyTooLarge"
        case .invalidRange: "InvalidRange"
        case .unsupported: "UnsupportedHttpVerb"
        case .busy: "ServerBusy"
        case .stalled: "OperationTimedOut"
        case .diskFull: "InsufficientStorage"
        case .failed: "InternalError"
        }
    }

    /// One sentence for the user.
    package var message: String {
        switch self {
        case .noCredential: "The request carries no token, signature or shared access signature."
        case .authenticationFailed(let why): "The request's credential was refused: \(why)."
        case .notPermitted: "This request is not authorized to perform this operation using this permission."
        case .accountNotFound: "The specified storage account does not exist."
        case .containerNotFound: "The specified container does not exist."
        case .containerExists: "The specified container already exists."
        case .blobNotFound: "The specified blob does not exist."
        case .blobExists: "The specified blob already exists."
        case .conditionNotMet: "The condition specified using HTTP conditional header(s) is not met."
        case .notModified: "The blob was not modified."
        case .invalidName(let why): "The name is not allowed: \(why)."
        case .invalidHeader(let name): "The value of the header `\(name)` is not in the correct format."
        case .missingHeader(let name): "The header `\(name)` is required for this request."
        case .invalidQuery(let name): "The value of the query parameter `\(name)` is not allowed."
        case .invalidXML: "The body is not the XML document that this request needs."
        case .invalidBlockList: "The block list names a block that was not uploaded."
        case .invalidBlockID: "The block id is not valid Base64 of at most 64 bytes."
        case .tooManyBlocks(let limit): "A blob has at most \(limit) blocks."
        case .md5Mismatch: "The MD5 value specified in the request did not match the one calculated from the body."
        case .shortBody(let expected, let received):
            "The body ended after \(received.count) of \(expected.count) bytes; nothing was stored."
        case .lengthRequired: "The request needs a Content-Length."
        case .tooLarge(let limit): "The body is larger than \(limit.text), the limit of this request."
        case .invalidRange: "The range lies outside of the blob."
        case .unsupported(let what): "This blob store does not do `\(what)`."
        case .busy: "Too many transfers at once; try again in a moment."
        case .stalled: "The body stopped arriving; nothing was stored."
        case .diskFull(let free):
            "The disk of the blob store is full: \(free.text) are free. Free some space there, then upload again."
        case .failed: "The blob store failed; its log names the cause under the request's id."
        }
    }
}
