import Glibc

/// The head of an instance's answer, as places in the bytes that it was read from.
struct ResponseHead {
    var status = 0
    var reason = ByteRange.none
    var isHTTP10 = false
    var framing = Framing()

    /// The connection to the instance can carry another request after this answer.
    var keepsAlive: Bool {
        isHTTP10 ? framing.saysKeepAlive && !framing.saysClose : !framing.saysClose
    }

    /// Reads the head in `base[0..<end]`, which ends with an empty line.
    init(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int, table: inout FieldTable) throws(HeadFault) {
        table.clear()
        guard let found = memchr(base + start, 0x0A, end - start) else { throw .statusLine }
        let lineEnd = UnsafeRawPointer(found) - UnsafeRawPointer(base) - 1
        // "HTTP/1.1 200" is twelve bytes; the blank after it may be missing where there is no reason.
        guard lineEnd - start >= 12, memcmp(base + start, "HTTP/1.", 7) == 0, base[start + 8] == 0x20 else {
            throw .statusLine
        }
        switch base[start + 7] {
        case UInt8(ascii: "1"): isHTTP10 = false
        case UInt8(ascii: "0"): isHTTP10 = true
        default: throw .version
        }
        for place in start + 9..<start + 12 {
            guard base[place] >= UInt8(ascii: "0"), base[place] <= UInt8(ascii: "9") else { throw .statusLine }
            status = status * 10 + Int(base[place] - UInt8(ascii: "0"))
        }
        guard (100...599).contains(status), lineEnd == start + 12 || base[start + 12] == 0x20 else {
            throw .statusLine
        }
        let reasonStart = min(start + 13, lineEnd)
        reason = ByteRange(reasonStart, lineEnd - reasonStart)
        guard reason.of(base).allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw .statusLine }
        framing = try parseFields(base, from: lineEnd + 2, to: end, isOldVersion: isHTTP10, into: &table) {
            _ throws(HeadFault) in
        }
    }

    /// How the body is framed in the answer to a request of this method.
    func bodyFraming(isAnswerToHead: Bool) -> BodyDecoder {
        if isAnswerToHead || status == 204 || status == 304 || status < 200 { return BodyDecoder(length: 0) }
        if framing.isChunked { return BodyDecoder.chunked }
        if framing.contentLength >= 0 { return BodyDecoder(length: framing.contentLength) }
        return BodyDecoder.untilClose
    }
}
