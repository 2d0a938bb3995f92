import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON

/// `quota set`.
enum QuotaSet {
    static let command = Command(
        "quota set",
        "set a limit of cores",
        discussion: "What is in use already is not taken away by a lower limit.",
        options: [QuotaOption.family, QuotaOption.limit, QuotaOption.own, CommonOption.local],
        examples: [
            Example("more cores for a family", "quota set --family standardFSv2Family --limit 48"),
            Example("all families of this workspace together", "quota set --own --limit 24"),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        var body = try QuotaOption.body(call)
        body["own"] = .bool(call.flag(QuotaOption.own))
        let sent = JSON.object(body)
        return try await call.withControl { session async throws(CommandFailure) in
            _ = try await orFail { () async throws(Diagnostic) in
                try await session.client.call("PUT", QuotaOption.path(session), body: sent)
            }
            return try await QuotaShow.run(call)
        }
    }
}
