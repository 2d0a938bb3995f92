import CBerthPlatform
import NIOHPACK

/// The head of a request on a stream, written as the head of HTTP/1.1 that the core reads, so that the same rules hold.
///
/// Nothing that could be read in another way there passes: a byte that would end a line or a word is refused here.
struct StreamHead {
    /// The client has not told the body's length: it goes to the core in chunks.
    private(set) var isChunked = false
    private(set) var isHead = false

    init() {}

    /// Appends the head to `writer`.
    mutating func write(
        _ headers: HPACKHeaders,
        endsStream: Bool,
        limit: Int,
        to writer: inout ByteWriter
    ) throws(HeadFault) {
        var method: String?
        var path: String?
        var authority: String?
        var host: String?
        var cookies: [String] = []
        var hasLength = false
        var size = 0
        for (name, value, _) in headers {
            size += name.utf8.count + value.utf8.count + 4
            guard size <= limit else { throw .headTooLarge }
            try check(name, value)
            switch name {
            case ":method": method = value
            case ":path": path = value
            case ":authority": authority = value
            case ":scheme": guard value == "https" || value == "http" else { throw .target }
            case "host":
                guard host == nil else { throw .hostRepeated }
                host = value
            case "cookie": cookies.append(value)
            case "content-length": hasLength = true
            case "connection", "transfer-encoding", "keep-alive", "proxy-connection", "upgrade":
                throw .connectionField
            default: break
            }
        }
        guard let method, !method.isEmpty else { throw .method }
        guard let path, !path.isEmpty else { throw .target }
        if let authority, let host, authority.lowercased() != host.lowercased() { throw .hostDiffers }
        isHead = method == "HEAD"
        isChunked = !endsStream && !hasLength
        append(method, " ", path, " HTTP/1.1\r\n", to: &writer)
        if let host = authority ?? host { append("Host: ", host, "\r\n", to: &writer) }
        for (name, value, _) in headers {
            switch name {
            case ":method", ":path", ":authority", ":scheme", "host", "cookie": continue
            default: append(name, ": ", value, "\r\n", to: &writer)
            }
        }
        // One field in HTTP/1.1, many in HTTP/2: RFC 9113 §8.2.3.
        if !cookies.isEmpty { append("cookie: ", cookies.joined(separator: "; "), "\r\n", to: &writer) }
        if isChunked { writer.append("Transfer-Encoding: chunked\r\n") }
        writer.append("\r\n")
    }

    /// - Throws: what makes the field unfit for a line of its own.
    private func check(_ name: String, _ value: String) throws(HeadFault) {
        let isPseudo = name.utf8.first == UInt8(ascii: ":")
        var text = name.utf8.dropFirst(isPseudo ? 1 : 0)[...]
        guard !text.isEmpty, text.allSatisfy(isLowerToken) else { throw .fieldName }
        guard !isPseudo || [":method", ":path", ":authority", ":scheme"].contains(name) else { throw .fieldName }
        text = value.utf8[...]
        if isPseudo {
            guard text.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw name == ":method" ? .method : .target }
        } else {
            guard text.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }), text.first != 0x20, text.last != 0x20
            else { throw .fieldValue }
            // What was no UTF-8 has been replaced on the way here: it cannot be passed on as it was.
            guard !value.unicodeScalars.contains("\u{FFFD}") else { throw .fieldValue }
        }
    }

    private func isLowerToken(_ byte: UInt8) -> Bool {
        withUnsafePointer(to: byte) { berth_bytes_in_class($0, 1, UInt8(BERTH_BYTE_TOKEN)) == 1 }
            && !(UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte)
    }

    private func append(_ parts: String..., to writer: inout ByteWriter) {
        for var part in parts { part.withUTF8 { writer.append(UnsafeRawBufferPointer($0)) } }
    }
}
