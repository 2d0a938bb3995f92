import CBerthPlatform

/// The fields that mean something to the gateway.
enum FieldKind: UInt8 {
    case other
    case host, contentLength, transferEncoding, connection, expect, authorization, userAgent
    /// Fields of one connection that are never passed on.
    case hopByHop
    /// Names the fields behind a chunked body.
    case trailer
    case requestID, msRequestID, msClientRequestID, modelDeployment
    /// Fields that only the gateway may set.
    case reserved
    /// `Content_Length` and `Transfer_Encoding`: a server behind us may take them for the fields with a dash.
    case lookalike

    /// The kind of the field with this name, in any case.
    @inline(__always)
    init(name: UnsafePointer<UInt8>, count: Int) {
        @inline(__always) func spells(_ lower: StaticString) -> Bool {
            berth_equals_ignoring_case(name, lower.utf8Start, count) != 0
        }
        switch count {
        case 2: self = spells("te") ? .hopByHop : .other
        case 4: self = spells("host") ? .host : .other
        case 6: self = spells("expect") ? .expect : .other
        case 7: self = spells("upgrade") ? .hopByHop : spells("trailer") ? .trailer : .other
        case 10:
            self =
                spells("connection")
                ? .connection
                : spells("user-agent") ? .userAgent : spells("keep-alive") ? .hopByHop : .other
        case 12: self = spells("x-request-id") ? .requestID : .other
        case 13:
            self = spells("authorization") ? .authorization : spells("x-berth-layer") ? .reserved : .other
        case 14:
            self = spells("content-length") ? .contentLength : spells("content_length") ? .lookalike : .other
        case 15: self = spells("x-ms-request-id") ? .msRequestID : .other
        case 16: self = spells("proxy-connection") ? .hopByHop : .other
        case 17:
            self =
                spells("transfer-encoding")
                ? .transferEncoding
                : spells("transfer_encoding") ? .lookalike : .other
        case 18: self = spells("proxy-authenticate") ? .hopByHop : .other
        case 19:
            self = spells("x-berth-deadline-ms") ? .reserved : spells("proxy-authorization") ? .hopByHop : .other
        case 22: self = spells("x-ms-client-request-id") ? .msClientRequestID : .other
        case 24: self = spells("azureml-model-deployment") ? .modelDeployment : .other
        case 29: self = spells("ms-azureml-model-error-reason") ? .reserved : .other
        case 33: self = spells("ms-azureml-model-error-statuscode") ? .reserved : .other
        case 37: self = spells("ms-azureml-bandwidth-request-delay-ms") ? .reserved : .other
        case 38: self = spells("ms-azureml-bandwidth-response-delay-ms") ? .reserved : .other
        default: self = .other
        }
    }
}

/// A field of a head, by its places in the message.
struct Field {
    var name = ByteRange.none
    var value = ByteRange.none
    var kind = FieldKind.other
    /// Named by the field Connection, so it ends here.
    var isNominated = false
}

/// The fields of the head that an event loop looks at now; the memory is used again for each head.
struct FieldTable {
    static let capacity = 100
    let fields: UnsafeMutablePointer<Field>
    private(set) var count = 0

    init() {
        fields = .allocate(capacity: Self.capacity)
        fields.initialize(repeating: Field(), count: Self.capacity)
    }

    func free() { fields.deallocate() }

    mutating func clear() { count = 0 }

    /// False where the table is full.
    mutating func append(_ field: Field) -> Bool {
        guard count < Self.capacity else { return false }
        fields[count] = field
        count += 1
        return true
    }
}
