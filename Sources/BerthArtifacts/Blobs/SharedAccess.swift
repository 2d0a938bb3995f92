package import BerthModel
import Crypto
import Foundation

/// A key of a storage account: signs and checks shared access signatures and `SharedKey` requests as the service does.
package struct AccountKey: Sendable {
    private let bytes: [UInt8]

    /// The key of `account`, derived from the server's secret, so that none has to be kept.
    package init(account: String, serverSecret: [UInt8]) {
        let code = HMAC<SHA512>.authenticationCode(
            for: Data("storage account key\u{0}\(account)".utf8),
            using: SymmetricKey(data: serverSecret)
        )
        bytes = Array(code)
    }

    /// As tools want it: Base64.
    package var text: Secret { Secret(Data(bytes).base64EncodedString()) }

    /// Base64 of the HMAC-SHA256 of `text`.
    package func signature(of text: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: bytes))
        return Data(code).base64EncodedString()
    }

    /// Whether `signature` signs `text`, in constant time.
    package func isValid(_ signature: String, of text: String) -> Bool {
        guard let code = Data(base64Encoded: signature) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(
            code,
            authenticating: Data(text.utf8),
            using: SymmetricKey(data: bytes)
        )
    }
}

/// What a request wants to do with a container or blob, as one letter of a signature's permissions.
package enum BlobPermission: Character, CaseIterable, Hashable, Sendable {
    case read = "r"
    case add = "a"
    case create = "c"
    case write = "w"
    case delete = "d"
    case list = "l"
}

/// A shared access signature for one container or one blob. Source: the service's «Create a service SAS», versions
/// 2020-12-06 and newer.
package struct SharedAccessSignature: Hashable, Sendable {
    /// The version that we sign with.
    package static let version = "2021-08-06"

    package var permissions: Set<BlobPermission>
    /// Seconds since 1970.
    package var expiresAt: Double
    package var account: String
    package var container: String
    /// nil: the whole container.
    package var blob: String?

    package init(
        permissions: Set<BlobPermission>,
        expiresAt: Double,
        account: String,
        container: String,
        blob: String? = nil
    ) {
        self.permissions = permissions
        self.expiresAt = expiresAt
        self.account = account
        self.container = container
        self.blob = blob
    }

    /// The query that carries this signature, without `?`.
    package func query(key: AccountKey) -> Secret {
        let letters = BlobPermission.allCases.filter(permissions.contains).map { String($0.rawValue) }.joined()
        let fields: [(String, String)] = [
            ("sv", Self.version), ("sr", blob == nil ? "c" : "b"), ("sp", letters), ("spr", "https"),
            ("se", BlobTime.iso(expiresAt)),
        ]
        let parameters = Dictionary(uniqueKeysWithValues: fields)
        let signature = key.signature(of: Self.stringToSign(parameters, account, container, blob))
        let pairs = (fields + [("sig", signature)]).map { "\($0)=\(Self.escaped($1))" }
        return Secret(pairs.joined(separator: "&"))
    }

    /// What a request's query allows there, at `now`; nil: the query carries no signature.
    ///
    /// Throws where it carries one that is not valid.
    package static func permissions(
        in query: [String: String],
        account: String,
        container: String,
        blob: String?,
        key: AccountKey,
        now: Double
    ) throws(BlobFailure) -> Set<BlobPermission>? {
        guard let signature = query["sig"] else { return nil }
        guard let version = query["sv"], version.count == 10, version >= "2020-12-06" else {
            throw .authenticationFailed("the signature's version `sv` must be 2020-12-06 or newer")
        }
        guard query["ss"] == nil, query["skoid"] == nil, query["si"] == nil else {
            throw .authenticationFailed("only signatures of a container or a blob (service SAS) are known here")
        }
        guard let resource = query["sr"], ["b", "c"].contains(resource) else {
            throw .authenticationFailed("`sr` must be `b` or `c`")
        }
        guard resource == "c" || blob != nil else {
            throw .authenticationFailed("the signature is for one blob, the request is not")
        }
        let signed = stringToSign(query, account, container, resource == "b" ? blob : nil)
        guard key.isValid(signature, of: signed) else { throw .authenticationFailed("the signature did not match") }
        guard let expiry = query["se"].flatMap(BlobTime.seconds(iso:)) else {
            throw .authenticationFailed("`se` is missing or no time")
        }
        guard now < expiry else { throw .authenticationFailed("the signature has expired") }
        if let text = query["st"], !text.isEmpty {
            guard let start = BlobTime.seconds(iso: text), start <= now else {
                throw .authenticationFailed("the signature is not valid yet")
            }
        }
        guard query["sip"] == nil else { throw .authenticationFailed("`sip` is not supported here") }
        return Set((query["sp"] ?? "").compactMap(BlobPermission.init(rawValue:)))
    }

    private static func stringToSign(
        _ query: [String: String],
        _ account: String,
        _ container: String,
        _ blob: String?
    ) -> String {
        let resource = "/blob/\(account)/\(container)" + (blob.map { "/\($0)" } ?? "")
        let before = ["sp", "st", "se"].map { query[$0] ?? "" }
        // Snapshot, encryption scope, then the headers of the answer.
        let after = ["si", "sip", "spr", "sv", "sr", "sst", "ses", "rscc", "rscd", "rsce", "rscl", "rsct"]
            .map { query[$0] ?? "" }
        return (before + [resource] + after).joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }
}

/// The text that a `SharedKey` request signs. Source: the service's «Authorize with Shared Key».
package struct SharedKeyRequest: Sendable {
    package var method: String
    /// As sent, percent-encoded.
    package var path: String
    /// Decoded, in any order.
    package var query: [(name: String, value: String)]
    /// Lower-case names; values joined where a header came twice.
    package var headers: [String: String]

    package init(
        method: String,
        path: String,
        query: [(name: String, value: String)],
        headers: [String: String]
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
    }

    package func stringToSign(account: String) -> String {
        let standard = [
            "content-encoding", "content-language", "content-length", "content-md5", "content-type", "date",
            "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range",
        ]
        var lines = [method]
        for name in standard {
            let value = headers[name] ?? ""
            lines.append(name == "content-length" && value == "0" ? "" : value)
        }
        for (name, value) in headers.filter({ $0.key.hasPrefix("x-ms-") }).sorted(by: { $0.key < $1.key }) {
            lines.append("\(name):\(value.trimmingCharacters(in: .whitespaces))")
        }
        var resource = "/\(account)\(path)"
        let grouped = Dictionary(grouping: query) { $0.name.lowercased() }
        for (name, values) in grouped.sorted(by: { $0.key < $1.key }) {
            resource += "\n\(name):\(values.map(\.value).sorted().joined(separator: ","))"
        }
        return (lines + [resource]).joined(separator: "\n")
    }
}

/// Times as this protocol writes them.
package enum BlobTime {
    /// `2026-01-31T12:00:00Z`.
    package static func iso(_ seconds: Double) -> String { formatted(seconds, "%Y-%m-%dT%H:%M:%SZ") }

    /// `Sat, 31 Jan 2026 12:00:00 GMT`.
    package static func http(_ seconds: Double) -> String { formatted(seconds, "%a, %d %b %Y %H:%M:%S GMT") }

    /// nil where the text is no such time: a day, a minute, a second, or a second with a fraction, which is left out.
    package static func seconds(iso text: String) -> Double? {
        guard let match = text.wholeMatch(of: /(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?Z)?/) else {
            return nil
        }
        let (_, year, month, day, hour, minute, second) = match.output
        return seconds([year, month, day, hour ?? "0", minute ?? "0", second ?? "0"])
    }

    /// nil where the text is no such time.
    package static func seconds(http text: String) -> Double? {
        let form = /[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT/
        guard let match = text.wholeMatch(of: form), let month = months.firstIndex(of: String(match.output.2)) else {
            return nil
        }
        let (_, day, _, year, hour, minute, second) = match.output
        return seconds([year, Substring(String(month + 1)), day, hour, minute, second])
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func formatted(_ seconds: Double, _ format: String) -> String {
        var clock = time_t(seconds.rounded(.down))
        var parts = tm()
        gmtime_r(&clock, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Year, month, day, hour, minute, second.
    private static func seconds(_ fields: [Substring]) -> Double? {
        let numbers = fields.compactMap { CInt($0) }
        guard numbers.count == 6, (1...12).contains(numbers[1]), (1...31).contains(numbers[2]), numbers[3] < 24,
            numbers[4] < 60, numbers[5] <= 60
        else { return nil }
        var parts = tm()
        parts.tm_year = numbers[0] - 1900
        parts.tm_mon = numbers[1] - 1
        parts.tm_mday = numbers[2]
        parts.tm_hour = numbers[3]
        parts.tm_min = numbers[4]
        parts.tm_sec = numbers[5]
        return Double(timegm(&parts))
    }
}

/// Bytes as this protocol writes them.
package enum BlobText {
    package static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
