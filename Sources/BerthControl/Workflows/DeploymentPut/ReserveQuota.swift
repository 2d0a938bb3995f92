import BerthAPI
import BerthDiagnostics
import BerthModel
import BerthStore

/// Owns `ERR_1100`: takes the cores of quota that the deployment needs. They are given back with the revision, in the
/// transaction that writes that nothing of it runs any more.
struct ReserveQuota: Sendable {
    let put: DeploymentPut

    func run() async throws(Diagnostic) {
        let (spec, revision, preset) = (put.spec, put.revision, put.world.settings.limits)
        // Kubernetes deployments bring their own machines; without a size nothing can be counted.
        guard spec.computeType == .managed else { return }
        let size = InstanceType.named(spec.instanceType ?? InstanceType.defaultName)
        guard let size else { return }
        let instances = max(spec.reservedInstanceCount ?? spec.instanceCount, spec.instanceCount)
        try await put.world.store.write { transaction in
            guard let place = try QuotaPlaces.place(of: revision.key.workspace, transaction) else { return }
            let hold = QuotaHold(
                revision: revision.number,
                place: place,
                holder: QuotaPlaces.holder(revision.key),
                family: size.family,
                cores: size.quotaCores(instances: instances)
            )
            var ledger = QuotaLedger(
                limits: try transaction.quotaLimits(),
                holds: try transaction.quotaHolds(),
                preset: preset
            )
            do throws(QuotaRefusal) {
                try ledger.reserve(hold)
            } catch {
                throw QuotaWords.diagnostic(error, deployment: spec.name, size: size, instances: instances)
            }
            try transaction.save(hold)
        }
    }
}

/// A refusal in the one form of failures.
enum QuotaWords {
    /// Holders that are named, at most.
    private static let holdersNamed = 5

    static func diagnostic(
        _ refusal: QuotaRefusal,
        deployment: String,
        size: InstanceType,
        instances: Int
    ) -> Diagnostic {
        let place = refusal.subject.place
        let owner = refusal.subject.workspace.map { "workspace \($0)" } ?? "subscription \(place.subscription)"
        let cores = refusal.subject.family == nil ? "cores of all families" : "cores of \(size.family)"
        let reserved = size.reservedInstances(instances)
        let sum =
            size.isExemptFromReserve
            ? "\(instances) × \(size.cores.count) cores"
            : "ceil(1.2 × \(instances)) × \(size.cores.count) cores = \(reserved) × \(size.cores.count)"
        var evidence = [
            Evidence("need", "\(sum) = \(size.quotaCores(instances: instances).count) \(cores)"),
            Evidence("limit", "\(refusal.limit.count) \(cores) for \(owner) in \(place.region)"),
        ]
        evidence += refusal.holders.prefix(holdersNamed).map { share in
            Evidence(
                "holder",
                "\(share.holder.text) in workspace \(share.holder.workspace): \(share.cores.count) cores"
            )
        }
        if refusal.holders.count > holdersNamed {
            evidence.append(Evidence("holder", "and \(refusal.holders.count - holdersNamed) more"))
        }
        return Diagnostic(
            .notEnoughQuota,
            .quotaExceeded,
            "not enough quota available for \(size.name) in \(owner): current usage/limit \(refusal.used.count)/"
                + "\(refusal.limit.count), additional needed \(refusal.additional.count)"
                + " (deployment `\(deployment)`, \(instances == 1 ? "1 instance" : "\(instances) instances"))",
            evidence: evidence,
            help: help(refusal, size, instances)
        )
    }

    private static func help(_ refusal: QuotaRefusal, _ size: InstanceType, _ instances: Int) -> [String] {
        // What the deployment holds already is there for it too.
        let needed = size.quotaCores(instances: instances).count
        let own = max(0, needed - refusal.additional.count)
        let free = Cores(max(0, refusal.limit.count - refusal.used.count) + own)
        let advice = QuotaAdvice(free: free, size: size, instances: instances)
        var help: [String] = []
        if advice.instances > 0 {
            help.append("what fits: instance_count \(advice.instances) of \(size.name)")
        }
        if let smaller = advice.sizes.first {
            help.append("what fits: instance_type \(smaller) with instance_count \(instances)")
        }
        if let largest = refusal.holders.first {
            help.append(
                "or give cores back: berth online-deployment delete -n \(largest.holder.deployment)"
                    + " -e \(largest.holder.endpoint) --yes"
            )
        }
        help.append(
            "or ask for more: berth quota request --family \"\(size.family)\""
                + " --limit \(refusal.used.count + refusal.additional.count)"
        )
        return help
    }
}
