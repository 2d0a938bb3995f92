import BerthJSON
package import BerthRuntime
import HTTPTypes

/// Who has changed what, from where: one line of JSON for each request that changes something or was refused. Bodies and
/// secrets are not in it.
package actor AuditLog {
    /// 128 MiB in files of 8 MiB; the first MiB is kept for ever.
    package static let settings = LogSettings(segmentBytes: 8_388_608, totalBytes: 134_217_728)

    /// Where it is in a home.
    package static func file(_ home: BerthHome) -> String { home.logFile("audit") }

    private let now: @Sendable () -> Double
    private var writer: LogWriter

    /// Continues the log at `path`. `now` is seconds since 1970.
    package init(path: String, now: @escaping @Sendable () -> Double) {
        self.now = now
        writer = LogWriter(path: path, settings: Self.settings)
    }

    func note(_ entry: AuditEntry) {
        writer.append(line: entry.json(at: now()).text())
    }
}

/// One request as the audit log keeps it.
struct AuditEntry: Sendable {
    var caller: String
    /// The caller's address; empty on the unix socket.
    var address: String
    var method: String
    var path: String
    var status: Int
    var requestID: String
    var clientRequestID: String?

    /// Whether a request belongs into the log: it may change something, or it was refused.
    static func isWorthy(_ method: HTTPRequest.Method, status: Int) -> Bool {
        status == 401 || status == 403 || (method != .get && method != .head)
    }

    func json(at time: Double) -> JSON {
        var object = JSONObject([
            ("time", .double(time)), ("who", .string(caller)), ("from", .string(address)), ("what", .string(method)),
            ("path", .string(path)), ("status", .integer(status)), ("requestId", .string(requestID)),
        ])
        object["clientRequestId"] = clientRequestID.map(JSON.string)
        return .object(object)
    }
}
