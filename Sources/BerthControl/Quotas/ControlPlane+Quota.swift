package import BerthDiagnostics
package import BerthModel
import BerthStore

/// One limit and what is used of it.
package struct QuotaUsage: Hashable, Sendable {
    package var subject: QuotaSubject
    /// As the table of sizes writes it; nil: all families.
    package var family: String?
    package var used: Cores
    /// nil: none of its own.
    package var limit: Cores?
    package var shares: [QuotaRefusal.Share]
    /// What was asked for and not answered yet.
    package var requested: Cores?
}

/// What this machine has, has given out, and to whom.
package struct CapacityUsage: Hashable, Sendable {
    package var capacity: MachineCapacity
    /// Revisions that wait for room, in their order.
    package var waiting: [Int]
}

extension ControlPlane {
    /// Use and limits of every family and of all together, in the subscription and region of `workspace`; nil where that
    /// workspace has no quota. `isOwn`: the workspace's own limits instead of the subscription's.
    package func quota(of workspace: String, isOwn: Bool) async throws(Diagnostic) -> [QuotaUsage]? {
        touch()
        let preset = world.settings.limits
        return try await world.store.read { transaction -> [QuotaUsage]? in
            guard let place = try QuotaPlaces.place(of: workspace, transaction) else { return nil }
            let ledger = QuotaLedger(
                limits: try transaction.quotaLimits(),
                holds: try transaction.quotaHolds(),
                preset: preset
            )
            let requests = try transaction.quotaRequests()
            return ([nil] + InstanceType.families).map { family in
                let subject = QuotaSubject(place: place, family: family, workspace: isOwn ? workspace : nil)
                return QuotaUsage(
                    subject: subject,
                    family: family,
                    used: ledger.used(subject),
                    limit: ledger.limit(subject),
                    shares: ledger.shares(subject),
                    requested: requests.first { $0.subject == subject }?.cores
                )
            }
        }
    }

    /// Sets a limit. Throws `BadArgument` for an unknown family and for a workspace's limit over its subscription's.
    package func setQuota(
        of workspace: String,
        family: String?,
        isOwn: Bool,
        cores: Cores
    ) async throws(Diagnostic) {
        touch()
        let known = try QuotaRules.known(family, cores)
        let preset = world.settings.limits
        try await world.store.write { transaction in
            let place = try QuotaRules.place(of: workspace, transaction)
            let ledger = QuotaLedger(limits: try transaction.quotaLimits(), holds: [], preset: preset)
            let all = QuotaSubject(place: place, family: known)
            if isOwn, let limit = ledger.limit(all), cores > limit {
                throw Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "a workspace cannot be given \(cores.count) cores: its subscription has \(limit.count)",
                    help: ["give the subscription more first: berth quota set --limit \(cores.count)"]
                )
            }
            try transaction.setQuotaLimit(
                QuotaSubject(place: place, family: known, workspace: isOwn ? workspace : nil),
                cores
            )
        }
    }

    /// Keeps what somebody asks for, until a limit is set.
    package func requestQuota(
        of workspace: String,
        family: String?,
        cores: Cores,
        reason: String
    ) async throws(Diagnostic) {
        touch()
        let known = try QuotaRules.known(family, cores)
        let now = world.now()
        try await world.store.write { transaction in
            let place = try QuotaRules.place(of: workspace, transaction)
            try transaction.save(
                QuotaRequestRecord(
                    subject: QuotaSubject(place: place, family: known),
                    cores: cores,
                    reason: String(reason.prefix(500)),
                    createdAt: now
                )
            )
        }
    }

    package func capacity() async throws(Diagnostic) -> CapacityUsage {
        touch()
        let holds = try await world.store.read { try $0.capacityHolds() }
        return CapacityUsage(
            capacity: MachineCapacity(machine: world.machine, overcommit: world.settings.overcommit, holds: holds),
            waiting: await capacityQueue.waiting
        )
    }
}

/// When a limit can be set or asked for.
enum QuotaRules {
    /// More cores than any machine has: a slip of the keyboard.
    private static let mostCores = 1_000_000

    /// The family as the table of sizes writes it; nil: all families.
    static func known(_ family: String?, _ cores: Cores) throws(Diagnostic) -> String? {
        guard (0...mostCores).contains(cores.count) else {
            throw Diagnostic(.badArgument, .argumentInvalid, "a limit of \(cores.count) cores cannot be set")
        }
        guard let family else { return nil }
        if let known = InstanceType.families.first(where: { $0.lowercased() == family.lowercased() }) { return known }
        if let size = InstanceType.named(family) {
            throw unknown(family, "`\(family)` is a size of the family `\(size.family)`")
        }
        throw unknown(family, nearestName(to: family, among: InstanceType.families).map { "did you mean `\($0)`?" })
    }

    static func place(of workspace: String, _ transaction: StoreTransaction) throws -> QuotaPlace {
        if let place = try QuotaPlaces.place(of: workspace, transaction) { return place }
        throw Diagnostic(
            .badArgument,
            .argumentInvalid,
            "workspace `\(workspace)` has no quota: only the machine's capacity limits it",
            help: ["see what is free: berth quota list --local"]
        )
    }

    private static func unknown(_ family: String, _ hint: String?) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .argumentInvalid,
            "there is no VM family `\(family)`",
            help: [hint ?? "see the families: berth quota list -o table"]
        )
    }
}
