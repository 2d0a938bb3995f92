import BerthArtifacts
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird

/// A request to the blob store, read: which account, container and blob it names, and with what.
///
/// Two spellings of the account: in the path (`/store/<account>[.blob.<suffix>]/<container>/<blob>`), and in the name of
/// the host (`<account>.blob.<suffix>`), for those who have their names point here.
struct BlobRequest: Sendable {
    var method: String
    var account: String
    /// nil: the account itself.
    var container: String?
    /// nil: the container itself.
    var blob: String?
    var query: [(name: String, value: String)]
    /// Lower-case names.
    var headers: [String: String]
    /// `x-ms-meta-…`, names as sent.
    var metadata: [String: String]
    /// As sent, without the query.
    var rawPath: String

    /// First part of paths that spell the account.
    static let pathPrefix = "store"

    /// nil where the request is not for the blob store.
    init?(_ request: Request) {
        let path = request.uri.path
        var rest: Substring
        let parts = path.split(separator: "/", maxSplits: 1)
        if parts.first?.lowercased() == Self.pathPrefix {
            let below = (parts.count > 1 ? parts[1] : "").split(
                separator: "/",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            account = String(below.first ?? "").prefixBeforeDot
            rest = below.count > 1 ? below[1] : ""
        } else if let host = request.head.authority?.lowercased(),
            host.split(separator: ".").dropFirst().first == "blob"
        {
            account = host.prefixBeforeDot
            rest = path.drop { $0 == "/" }
        } else {
            return nil
        }
        method = request.method.rawValue
        rawPath = path
        headers = [:]
        metadata = [:]
        query = Self.pairs(request.uri.query ?? "")
        for field in request.headers {
            let name = field.name.canonicalName
            headers[name] = headers[name].map { $0 + "," + field.value } ?? field.value
            let prefix = "x-ms-meta-"
            if name.hasPrefix(prefix) { metadata[String(field.name.rawName.dropFirst(prefix.count))] = field.value }
        }
        if rest.hasSuffix("/"), !rest.dropLast().contains("/") { rest = rest.dropLast() }
        let named = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        container = named.first.flatMap { $0.isEmpty ? nil : PercentEncoding.decode($0) ?? "%" }
        // What cannot be decoded becomes a name that no rule allows.
        blob = named.count > 1 ? PercentEncoding.decode(named[1]) ?? "\\" : nil
    }

    private static func pairs(_ query: String) -> [(name: String, value: String)] {
        query.split(separator: "&").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(parts[0]) else { return nil }
            return (name, PercentEncoding.decode(parts.count > 1 ? parts[1] : "") ?? "")
        }
    }

    func parameter(_ name: String) -> String? { query.first { $0.name.lowercased() == name }?.value }

    var parameters: [String: String] {
        Dictionary(query.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// A number in the query, within `range`.
    func number(_ name: String, in range: ClosedRange<Int>) throws(BlobFailure) -> Int? {
        guard let text = parameter(name) else { return nil }
        guard let value = Int(text), range.contains(value) else { throw .invalidQuery(name) }
        return value
    }

    var containerKey: ContainerKey { ContainerKey(account: account, name: container ?? "") }
    var blobKey: BlobKey { BlobKey(container: containerKey, name: blob ?? "") }

    /// The body's length; nil where it is sent in chunks.
    func contentLength() throws(BlobFailure) -> Bytes? {
        guard let text = headers["content-length"] else { return nil }
        guard let count = Int(text), count >= 0 else { throw .invalidHeader("Content-Length") }
        return Bytes(count)
    }

    func condition() throws(BlobFailure) -> BlobCondition {
        var condition = BlobCondition()
        condition.ifMatch = headers["if-match"]
        condition.ifNoneMatch = headers["if-none-match"]
        condition.ifModifiedSince = try time("if-modified-since")
        condition.ifUnmodifiedSince = try time("if-unmodified-since")
        return condition
    }

    private func time(_ name: String) throws(BlobFailure) -> Double? {
        guard let text = headers[name] else { return nil }
        guard let seconds = BlobTime.seconds(http: text) else { throw .invalidHeader(name) }
        return seconds
    }

    /// The metadata that a write asks for.
    func checkedMetadata(limit: Bytes) throws(BlobFailure) -> [String: String] {
        var bytes = 0
        for (name, value) in metadata {
            bytes += name.utf8.count + value.utf8.count
            let isName = name.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte)
                    || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            }
            guard isName, !name.isEmpty else { throw .invalidHeader("x-ms-meta-\(name.prefix(60))") }
        }
        guard bytes <= limit.count else { throw .invalidHeader("x-ms-meta-…: more than \(limit.text)") }
        return metadata
    }

    /// What the content is to be shown with.
    var blobHeaders: BlobHeaders {
        var shown = BlobHeaders()
        // Of a block list, `Content-Type` is that of the list.
        let own = parameter("comp") == nil ? headers["content-type"] : nil
        shown.contentType = headers["x-ms-blob-content-type"] ?? own ?? shown.contentType
        shown.contentEncoding = headers["x-ms-blob-content-encoding"]
        shown.contentLanguage = headers["x-ms-blob-content-language"]
        shown.contentDisposition = headers["x-ms-blob-content-disposition"]
        shown.cacheControl = headers["x-ms-blob-cache-control"]
        return shown
    }

    /// The part that is asked for of content of this size; nil: all of it.
    func range(of size: Bytes) throws(BlobFailure) -> Range<Int>? {
        guard let text = headers["x-ms-range"] ?? headers["range"] else { return nil }
        guard let match = text.wholeMatch(of: /bytes=(\d+)-(\d*)/), let start = Int(match.output.1) else {
            // Several ranges, or the last bytes: the service answers with all of it.
            return nil
        }
        let end = match.output.2.isEmpty ? size.count - 1 : Int(match.output.2) ?? size.count - 1
        guard start < size.count, start <= end else { throw .invalidRange }
        return start..<min(end, size.count - 1) + 1
    }
}

extension String {
    /// Without what follows the first dot.
    fileprivate var prefixBeforeDot: String { String(prefix { $0 != "." && $0 != ":" }).lowercased() }
}
