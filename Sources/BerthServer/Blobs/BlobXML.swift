import BerthArtifacts
import BerthModel
import BerthStore

/// The XML of the blob store: written by hand, as it is little, and read by a scanner that knows one document only.
enum BlobXML {
    private static let head = "<?xml version=\"1.0\" encoding=\"utf-8\"?>"

    static func error(_ failure: BlobFailure, requestID: String) -> String {
        "\(head)<Error><Code>\(failure.code)</Code><Message>\(escaped(failure.message))\nRequestId:\(requestID)</Message></Error>"
    }

    /// One page of a container's list.
    struct Page {
        var container: String
        var prefix: String
        var marker: String
        var maxResults: Int
        var delimiter: String?
        var withMetadata: Bool
        var blobs: [BlobRecord]
        /// Names up to the delimiter that stand for all below them.
        var prefixes: [String]
        /// nil: the last page.
        var next: String?
    }

    static func list(_ page: Page) -> String {
        var text = "\(head)<EnumerationResults ContainerName=\"\(escaped(page.container))\">"
        text += "<Prefix>\(escaped(page.prefix))</Prefix><Marker>\(escaped(page.marker))</Marker>"
        text += "<MaxResults>\(page.maxResults)</MaxResults>"
        if let delimiter = page.delimiter { text += "<Delimiter>\(escaped(delimiter))</Delimiter>" }
        text += "<Blobs>"
        // Both kinds together in the order of their names.
        let entries =
            page.blobs.map { ($0.key.name, blob($0, withMetadata: page.withMetadata)) }
            + page.prefixes.map { ($0, "<BlobPrefix><Name>\(escaped($0))</Name></BlobPrefix>") }
        for (_, entry) in entries.sorted(by: { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }) { text += entry }
        return text + "</Blobs><NextMarker>\(escaped(page.next ?? ""))</NextMarker></EnumerationResults>"
    }

    private static func blob(_ record: BlobRecord, withMetadata: Bool) -> String {
        var properties = [
            ("Creation-Time", BlobTime.http(record.createdAt)), ("Last-Modified", BlobTime.http(record.modifiedAt)),
            ("Etag", record.etag), ("Content-Length", "\(record.bytes.count)"),
            ("Content-Type", record.headers.contentType),
            ("Content-Encoding", record.headers.contentEncoding ?? ""),
            ("Content-Language", record.headers.contentLanguage ?? ""),
            ("Content-Disposition", record.headers.contentDisposition ?? ""),
            ("Cache-Control", record.headers.cacheControl ?? ""), ("BlobType", "BlockBlob"),
            ("LeaseStatus", "unlocked"), ("LeaseState", "available"), ("ServerEncrypted", "true"),
        ]
        if let md5 = record.md5 { properties.append(("Content-MD5", md5)) }
        var text = "<Blob><Name>\(escaped(record.key.name))</Name><Properties>"
        for (name, value) in properties { text += "<\(name)>\(escaped(value))</\(name)>" }
        text += "</Properties>"
        if withMetadata { text += metadata(record.metadata) }
        return text + "</Blob>"
    }

    static func containers(
        _ records: [ContainerRecord],
        prefix: String,
        maxResults: Int,
        next: String?,
        withMetadata: Bool
    ) -> String {
        var text = "\(head)<EnumerationResults><Prefix>\(escaped(prefix))</Prefix>"
        text += "<MaxResults>\(maxResults)</MaxResults><Containers>"
        for record in records {
            text += "<Container><Name>\(escaped(record.key.name))</Name><Properties>"
            text += "<Last-Modified>\(BlobTime.http(record.modifiedAt))</Last-Modified>"
            text += "<Etag>\(escaped(record.etag))</Etag><LeaseStatus>unlocked</LeaseStatus>"
            text += "<LeaseState>available</LeaseState></Properties>"
            if withMetadata { text += metadata(record.metadata) }
            text += "</Container>"
        }
        return text + "</Containers><NextMarker>\(escaped(next ?? ""))</NextMarker></EnumerationResults>"
    }

    private static func metadata(_ values: [String: String]) -> String {
        let entries = values.sorted { $0.key < $1.key }.map { "<\($0.key)>\(escaped($0.value))</\($0.key)>" }
        return "<Metadata>\(entries.joined())</Metadata>"
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The ids of a block list, in its order. `Latest`, `Uncommitted` and `Committed` name blocks alike: committed ones
    /// are not kept, so a list that counts on them is refused when they are looked for.
    static func blockIDs(_ text: String) throws(BlobFailure) -> [String] {
        var rest = text[...]
        // A byte order mark, the declaration, blanks.
        if let end = rest.range(of: "?>") { rest = rest[end.upperBound...] }
        rest = rest.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        if rest.wholeMatch(of: /<BlockList\s*\/>\s*/) != nil { return [] }
        guard let open = rest.prefixMatch(of: /<BlockList[^<>]*>/) else { throw .invalidXML }
        rest = rest[open.range.upperBound...]
        var ids: [String] = []
        let entry = /\s*<(Latest|Uncommitted|Committed)>\s*([A-Za-z0-9+\/=]{1,88})\s*<\/(Latest|Uncommitted|Committed)>/
        while let match = rest.prefixMatch(of: entry) {
            guard match.output.1 == match.output.3 else { throw .invalidXML }
            ids.append(String(match.output.2))
            rest = rest[match.range.upperBound...]
        }
        guard rest.wholeMatch(of: /\s*<\/BlockList>\s*/) != nil else { throw .invalidXML }
        return ids
    }
}

extension Substring {
    /// Where `text` occurs first.
    fileprivate func range(of text: String) -> Range<Index>? { self.firstRange(of: text) }
}
