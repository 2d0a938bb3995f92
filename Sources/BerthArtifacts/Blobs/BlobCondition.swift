/// What a request's conditional headers ask of the blob that is there.
package struct BlobCondition: Hashable, Sendable {
    /// ETags as sent, or `*`.
    package var ifMatch: String?
    package var ifNoneMatch: String?
    /// Whole seconds since 1970: the header has no more.
    package var ifModifiedSince: Double?
    package var ifUnmodifiedSince: Double?

    package init() {}

    /// What stands against the request; nil: nothing. `etag` and `modifiedAt` are nil where there is no blob.
    package func refusal(etag: String?, modifiedAt: Double?, isRead: Bool) -> BlobFailure? {
        if let ifMatch {
            guard let etag, ifMatch == "*" || Self.names(ifMatch).contains(etag) else { return .conditionNotMet }
        }
        if let ifUnmodifiedSince, let modifiedAt, modifiedAt.rounded(.down) > ifUnmodifiedSince {
            return .conditionNotMet
        }
        if let ifNoneMatch, let etag, ifNoneMatch == "*" || Self.names(ifNoneMatch).contains(etag) {
            if isRead { return .notModified }
            return ifNoneMatch == "*" ? .blobExists : .conditionNotMet
        }
        if let ifModifiedSince, let modifiedAt, modifiedAt.rounded(.down) <= ifModifiedSince {
            return isRead ? .notModified : .conditionNotMet
        }
        return nil
    }

    private static func names(_ list: String) -> [String] {
        list.split(separator: ",").map { entry in
            var text = entry.drop { $0 == " " }
            if text.hasPrefix("W/") { text = text.dropFirst(2) }
            return String(text)
        }
    }
}
