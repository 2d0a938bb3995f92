import BerthJSON

/// `quota show`.
enum QuotaShow {
    static let command = Command(
        "quota show",
        "who uses how many cores, and what is free on the machine",
        options: [QuotaOption.family, QuotaOption.own, CommonOption.local],
        examples: [
            Example("one family, with those who use it", "quota show --family standardDSv2Family"),
            Example("what is free here", "quota show --local --query capacity"),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let wanted = (call.string(QuotaOption.family) ?? "all families").lowercased()
        return try await call.withControl { session async throws(CommandFailure) in
            let answer = try await QuotaOption.read(session, isOwn: call.flag(QuotaOption.own))
            var result =
                (answer["value"]?.arrayValue ?? [])
                .first { $0["family"]?.stringValue?.lowercased() == wanted }?.objectValue ?? JSONObject()
            result["capacity"] = answer["capacity"] ?? .null
            return .result(.object(result))
        }
    }
}
