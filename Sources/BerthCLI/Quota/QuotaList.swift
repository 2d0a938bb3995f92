import BerthAPI
import BerthJSON

/// `quota list`.
enum QuotaList {
    static let all = Option("all", help: "families too of which nothing is used and no limit was set")

    static let command = Command(
        "quota list",
        "cores in use and their limits, by VM family",
        discussion: "A deployment takes ceil(1.2 × instance_count) × cores of its size, without the fifth for exempt "
            + "sizes. The built-in workspace of --local has no quota: there the machine's room alone counts.",
        options: [all, QuotaOption.own, CommonOption.local],
        examples: [Example("as a table", "quota list -o table")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withControl { session async throws(CommandFailure) in
            let answer = try await QuotaOption.read(session, isOwn: call.flag(QuotaOption.own))
            if answer["hasQuota"]?.boolValue == false {
                call.note(
                    "workspace `\(session.workspace.workspace)` has no quota; room on this machine: berth quota show"
                )
            }
            return .result(.array(rows(answer, all: call.flag(all))))
        }
    }

    /// One row a family; without `all`, only those of which something is used or asked for, and the sum.
    static func rows(_ answer: JSON, all: Bool) -> [JSON] {
        (answer["value"]?.arrayValue ?? []).filter { usage in
            all || usage["family"]?.stringValue == "all families" || usage["used"]?.intValue ?? 0 > 0
                || usage["requested"]?.intValue != nil
        }.map { usage in
            let (used, limit) = (usage["used"]?.intValue ?? 0, usage["limit"]?.intValue)
            var row = JSONObject([
                ("family", usage["family"] ?? .null), ("used", .integer(used)), ("limit", usage["limit"] ?? .null),
            ])
            row["free"] = limit.map { .integer(max(0, $0 - used)) } ?? .null
            row["requested"] = usage["requested"] ?? .null
            return .object(row)
        }
    }
}
