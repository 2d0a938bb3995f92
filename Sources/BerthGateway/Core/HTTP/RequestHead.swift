import CBerthPlatform
import Glibc

/// A request's head, as places in the bytes that it was read from.
struct RequestHead {
    enum Method: UInt8 {
        case get, head, post, options, other
    }

    var method = Method.other
    var methodName = ByteRange.none
    /// From the first `/` on, without the authority of the absolute form; `*` for the asterisk form.
    var target = ByteRange.none
    /// `target` up to its `?`.
    var path = ByteRange.none
    var host = ByteRange.none
    var authorization = ByteRange.none
    var modelDeployment = ByteRange.none
    var clientRequestID = ByteRange.none
    var userAgent = ByteRange.none
    var isHTTP10 = false
    var expectsContinue = false
    var framing = Framing()

    /// The connection can carry another request after this one.
    var keepsAlive: Bool {
        isHTTP10 ? framing.saysKeepAlive && !framing.saysClose : !framing.saysClose
    }

    static let maxTargetBytes = 8192

    /// Reads the head in `base[0..<end]`, which ends with an empty line.
    ///
    /// Repeated Authorization or azureml-model-deployment make the request ambiguous, so the fault is `fieldValue`.
    init(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int, table: inout FieldTable) throws(HeadFault) {
        table.clear()
        guard let found = memchr(base + start, 0x0A, end - start) else { throw .requestLine }
        let lineEnd = UnsafeRawPointer(found) - UnsafeRawPointer(base) - 1
        let authority = try parseRequestLine(base, from: start, to: lineEnd)
        var seen = self
        let isOldVersion = isHTTP10
        let framing = try parseFields(base, from: lineEnd + 2, to: end, isOldVersion: isOldVersion, into: &table) {
            field throws(HeadFault) in
            switch field.kind {
            case .host:
                guard !seen.host.exists else { throw .hostRepeated }
                seen.host = field.value
            case .authorization:
                guard !seen.authorization.exists else { throw .fieldValue }
                seen.authorization = field.value
            case .modelDeployment:
                guard !seen.modelDeployment.exists else { throw .fieldValue }
                seen.modelDeployment = field.value
            case .msClientRequestID: seen.clientRequestID = field.value
            case .userAgent: seen.userAgent = field.value
            case .expect:
                guard spells(field.value.of(base), "100-continue") else { throw .expectation }
                seen.expectsContinue = true
            case .other, .contentLength, .transferEncoding, .connection, .hopByHop, .trailer, .requestID, .msRequestID,
                .reserved, .lookalike:
                break
            }
        }
        seen.framing = framing
        // HTTP/1.0 knows no 100: the body comes anyway.
        if isOldVersion { seen.expectsContinue = false }
        try seen.checkHost(base, authority: authority)
        self = seen
    }

    /// - Returns: the authority of the absolute form.
    private mutating func parseRequestLine(
        _ base: UnsafePointer<UInt8>,
        from start: Int,
        to end: Int
    ) throws(HeadFault) -> ByteRange {
        guard end > start else { throw .emptyRequestLine }
        let nameCount = berth_bytes_in_class(base + start, end - start, UInt8(BERTH_BYTE_TOKEN))
        guard nameCount > 0, nameCount <= 32, start + nameCount < end else { throw .method }
        guard base[start + nameCount] == 0x20 else { throw .method }
        methodName = ByteRange(start, nameCount)
        let targetStart = start + nameCount + 1
        // " HTTP/1.1" is nine bytes at the end of the line.
        guard end - targetStart > 9 else { throw .requestLine }
        let versionStart = end - 8
        guard base[versionStart - 1] == 0x20, memcmp(base + versionStart, "HTTP/", 5) == 0 else { throw .requestLine }
        switch (base[versionStart + 5], base[versionStart + 6], base[versionStart + 7]) {
        case (UInt8(ascii: "1"), UInt8(ascii: "."), UInt8(ascii: "1")): isHTTP10 = false
        case (UInt8(ascii: "1"), UInt8(ascii: "."), UInt8(ascii: "0")): isHTTP10 = true
        case (UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9")):
            throw .version
        default: throw .requestLine
        }
        let targetCount = versionStart - 1 - targetStart
        guard targetCount <= Self.maxTargetBytes else { throw .targetTooLong }
        guard berth_bytes_in_class(base + targetStart, targetCount, UInt8(BERTH_BYTE_TARGET)) == targetCount else {
            throw .target
        }
        let name = methodName.of(base)
        method =
            memcmp(base + start, "POST", 4) == 0 && nameCount == 4
            ? .post
            : isExactly(name, "GET")
                ? .get
                : isExactly(name, "HEAD")
                    ? .head
                    : isExactly(name, "OPTIONS") ? .options : .other
        return try parseTarget(base, from: targetStart, count: targetCount)
    }

    private mutating func parseTarget(
        _ base: UnsafePointer<UInt8>,
        from start: Int,
        count: Int
    ) throws(HeadFault) -> ByteRange {
        var authority = ByteRange.none
        var first = start
        if base[start] != UInt8(ascii: "/") {
            if count == 1, base[start] == UInt8(ascii: "*"), method == .options {
                target = ByteRange(start, 1)
                path = target
                return .none
            }
            // The absolute form, `http://host/path`; CONNECT's authority form is not served.
            let schemeCount =
                spells(ByteRange(start, min(7, count)).of(base), "http://")
                ? 7
                : spells(ByteRange(start, min(8, count)).of(base), "https://") ? 8 : 0
            guard schemeCount > 0 else { throw .target }
            let hostStart = start + schemeCount
            let hostCount = berth_bytes_in_class(base + hostStart, start + count - hostStart, UInt8(BERTH_BYTE_HOST))
            first = hostStart + hostCount
            guard hostCount > 0, first < start + count, base[first] == UInt8(ascii: "/") else { throw .target }
            authority = ByteRange(hostStart, hostCount)
        }
        target = ByteRange(first, start + count - first)
        try checkPath(base)
        return authority
    }

    /// Refuses what servers behind us could read in another way: bad percent-encoding, `.` and `..` as segments.
    private mutating func checkPath(_ base: UnsafePointer<UInt8>) throws(HeadFault) {
        let end = Int(target.end)
        var place = Int(target.start)
        var pathEnd = end
        var segmentStart = place + 1
        while place < end {
            let byte = base[place]
            if byte == UInt8(ascii: "%") {
                guard place + 2 < end, let high = hexadecimal(base[place + 1]), let low = hexadecimal(base[place + 2]),
                    high | low != 0
                else { throw .percentEncoding }
            } else if pathEnd == end, byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") {
                if isDotSegment(base + segmentStart, place - segmentStart) { throw .dotSegment }
                segmentStart = place + 1
                if byte == UInt8(ascii: "?") { pathEnd = place }
            }
            place += 1
        }
        if pathEnd == end, isDotSegment(base + segmentStart, end - segmentStart) { throw .dotSegment }
        path = ByteRange(Int(target.start), pathEnd - Int(target.start))
    }

    private func checkHost(_ base: UnsafePointer<UInt8>, authority: ByteRange) throws(HeadFault) {
        guard host.exists else {
            if isHTTP10 { return }
            throw .hostMissing
        }
        let name = host.of(base)
        guard let bytes = name.baseAddress, name.count > 0,
            berth_bytes_in_class(bytes.assumingMemoryBound(to: UInt8.self), name.count, UInt8(BERTH_BYTE_HOST))
                == name.count
        else { throw .hostInvalid }
        guard !authority.exists || equalsIgnoringCase(authority.of(base), name) else { throw .hostDiffers }
    }
}

/// `text` is `exact`, case included.
@inline(__always)
func isExactly(_ text: UnsafeRawBufferPointer, _ exact: StaticString) -> Bool {
    guard text.count == exact.utf8CodeUnitCount, let base = text.baseAddress else { return text.count == 0 }
    return memcmp(base, exact.utf8Start, text.count) == 0
}

@inline(__always)
func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}

/// `.` or `..`, also with dots written as `%2e`.
private func isDotSegment(_ segment: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    guard count > 0, count <= 6 else { return false }
    var dots = 0
    var place = 0
    while place < count {
        if segment[place] == UInt8(ascii: ".") {
            place += 1
        } else if count - place >= 3, segment[place] == UInt8(ascii: "%"), segment[place + 1] == UInt8(ascii: "2"),
            lowered(segment[place + 2]) == UInt8(ascii: "e")
        {
            place += 3
        } else {
            return false
        }
        dots += 1
    }
    return dots <= 2
}
