import BerthDiagnostics

/// The ETag of a state: what `If-Match` names. Every change of a resource makes another one.
package enum StateTag {
    /// Of what was last changed at `modifiedAt`, seconds since 1970.
    package static func text(_ modifiedAt: Double) -> String {
        "\"\(String(Int((modifiedAt * 1_000_000).rounded()), radix: 16))\""
    }

    /// Throws `PreconditionFailed` where `wanted`, an `If-Match` header, does not name the state; nil modifiedAt: there is
    /// nothing. Without a header everything is right.
    static func check(_ wanted: String?, _ modifiedAt: Double?, _ what: String) throws(Diagnostic) {
        guard let wanted else { return }
        let named = wanted.split(separator: ",").map { $0.drop { $0 == " " } }
        guard let modifiedAt else {
            throw refusal("\(what) does not exist", "none", wanted)
        }
        let now = text(modifiedAt)
        guard !named.contains("*"), !named.contains(now[...]) else { return }
        throw refusal("\(what) has changed since it was read", now, wanted)
    }

    private static func refusal(_ message: String, _ now: String, _ wanted: String) -> Diagnostic {
        Diagnostic(
            .conflict,
            .preconditionFailed,
            message,
            evidence: [Evidence("etag", "\(now), the request names \(wanted.prefix(100))")],
            help: ["read it again and send your change with the new ETag"]
        )
    }
}
