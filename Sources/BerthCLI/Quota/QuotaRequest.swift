import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON

/// `quota request`.
enum QuotaRequest {
    static let reason = Option("reason", nil, .value("TEXT"), help: "what the cores are for")

    static let command = Command(
        "quota request",
        "ask the owner of the server for more cores",
        discussion: "The request is shown by `quota list`, and answered when the owner sets the limit.",
        options: [QuotaOption.family, QuotaOption.limit, reason, CommonOption.local],
        examples: [
            Example(
                "with a reason",
                "quota request --family standardFSv2Family --limit 48 --reason \"load test in May\""
            )
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        var body = try QuotaOption.body(call)
        body["reason"] = .string(call.string(reason) ?? "")
        let sent = JSON.object(body)
        return try await call.withControl { session async throws(CommandFailure) in
            _ = try await orFail { () async throws(Diagnostic) in
                try await session.client.call("POST", QuotaOption.path(session) + "/request", body: sent)
            }
            call.note("asked; the owner of the server answers with: berth quota set")
            return .nothing
        }
    }
}
