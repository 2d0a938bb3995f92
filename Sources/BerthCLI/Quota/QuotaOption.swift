import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON

/// What the commands of `quota` share.
enum QuotaOption {
    static let family = Option(
        "family",
        nil,
        .value("FAMILY"),
        help: "the VM family, as `standardDSv2Family`; without it, the cores of all families together"
    )
    static let limit = Option("limit", nil, .value("CORES"), isRequired: true, help: "cores")
    static let own = Option("own", help: "the workspace's own limits, not those of its subscription")

    static func path(_ session: ControlSession) -> String { session.workspace.path + "/berthQuota" }

    /// The number behind `--limit`.
    static func cores(_ call: Invocation) throws(CommandFailure) -> Int {
        let text = try call.required(limit)
        guard let cores = Int(text), cores >= 0 else {
            throw .usage(
                Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "`--limit` is `\(text)`, which is no number of cores",
                    help: ["write a whole number: --limit 24"]
                )
            )
        }
        return cores
    }

    static func body(_ call: Invocation) throws(CommandFailure) -> JSONObject {
        var body = JSONObject([("limit", .integer(try cores(call)))])
        body["family"] = call.string(family).map(JSON.string)
        return body
    }

    static func read(_ session: ControlSession, isOwn: Bool) async throws(CommandFailure) -> JSON {
        try await orFail { () async throws(Diagnostic) in
            try await session.client.call("GET", path(session) + (isOwn ? "?own=true" : ""))
        }
    }
}
