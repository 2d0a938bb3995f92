/// Why a message's head or framing is refused. Nothing is repaired: what two parsers could read in two ways is refused.
/// Source: RFC 9112, and RFC 9110 for the fields.
enum HeadFault: UInt8, Error, CaseIterable {
    case emptyRequestLine
    case requestLine
    case statusLine
    case method
    case target
    case percentEncoding
    case dotSegment
    case version
    case bareLineFeed
    case bareCarriageReturn
    case fieldName
    case blankBeforeColon
    case foldedField
    case fieldValue
    case tooManyFields
    case headTooLarge
    case targetTooLong
    case hostMissing
    case hostRepeated
    case hostInvalid
    case hostDiffers
    case lengthInvalid
    case lengthRepeated
    case lengthWithTransferCoding
    case transferCoding
    case transferCodingInOldVersion
    case lookalikeField
    case expectation
    case chunkSize
    case chunkExtension
    case chunkEnd
    case trailer
    case trailerTooLarge
    case connectionField
    case notEncrypted

    var status: Int {
        switch self {
        case .version: 505
        case .tooManyFields, .headTooLarge, .trailerTooLarge: 431
        case .targetTooLong: 414
        case .expectation: 417
        case .emptyRequestLine, .requestLine, .statusLine, .method, .target, .percentEncoding, .dotSegment,
            .bareLineFeed, .bareCarriageReturn, .fieldName, .blankBeforeColon, .foldedField, .fieldValue, .hostMissing,
            .hostRepeated, .hostInvalid, .hostDiffers, .lengthInvalid, .lengthRepeated, .lengthWithTransferCoding,
            .transferCoding, .transferCodingInOldVersion, .lookalikeField, .chunkSize, .chunkExtension, .chunkEnd,
            .trailer, .connectionField, .notEncrypted:
            400
        }
    }

    /// What is wrong, for the message.
    var text: StaticString {
        switch self {
        case .emptyRequestLine: "the request begins with empty lines"
        case .requestLine: "the request line is not `METHOD target HTTP/1.1`"
        case .statusLine: "the status line is not `HTTP/1.1 200 reason`"
        case .method: "the method is not a token"
        case .target: "the request target holds a byte that must be percent-encoded, or has no form that is served"
        case .percentEncoding: "the request target holds `%` without two hexadecimal digits, or an encoded NUL"
        case .dotSegment: "the path holds a segment `.` or `..`"
        case .version: "only HTTP/1.0 and HTTP/1.1 are spoken here"
        case .bareLineFeed: "a line ends with LF instead of CR LF"
        case .bareCarriageReturn: "a CR is not followed by LF"
        case .fieldName: "a field's name is not a token"
        case .blankBeforeColon: "there is a blank between a field's name and its colon"
        case .foldedField: "a field is folded over lines"
        case .fieldValue: "a field's value holds a control character"
        case .tooManyFields: "there are too many fields"
        case .headTooLarge: "the head is too large"
        case .targetTooLong: "the request target is too long"
        case .hostMissing: "the field Host is missing"
        case .hostRepeated: "the field Host is repeated"
        case .hostInvalid: "the field Host is not a host name with an optional port"
        case .hostDiffers: "the field Host and the request target name different hosts"
        case .lengthInvalid: "the field Content-Length is not a decimal number"
        case .lengthRepeated: "the field Content-Length is repeated"
        case .lengthWithTransferCoding: "both Content-Length and Transfer-Encoding are given"
        case .transferCoding: "the field Transfer-Encoding is not exactly `chunked`, once"
        case .transferCodingInOldVersion: "Transfer-Encoding does not exist in HTTP/1.0"
        case .lookalikeField: "a field's name is that of a framing field but for its dash"
        case .expectation: "the field Expect is not `100-continue`"
        case .chunkSize: "a chunk's size is not a hexadecimal number"
        case .chunkExtension: "a chunk's extension is malformed or too long"
        case .chunkEnd: "a chunk does not end with CR LF after its last byte"
        case .trailer: "a trailer field is malformed"
        case .trailerTooLarge: "the trailers are too large"
        case .connectionField: "a field of one connection, such as Connection, does not exist in HTTP/2"
        case .notEncrypted: "the request came in plain text to a port for TLS; use https"
        }
    }
}
