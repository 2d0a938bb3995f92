/// Where quota is counted: cores of one subscription in one region.
package struct QuotaPlace: Hashable, Comparable, Sendable {
    package var subscription: String
    package var region: String

    package init(subscription: String, region: String) {
        self.subscription = subscription
        self.region = region
    }

    package static func < (left: QuotaPlace, right: QuotaPlace) -> Bool {
        (left.subscription, left.region) < (right.subscription, right.region)
    }
}

/// A deployment, as the holder of cores or of room on the machine.
package struct ResourceHolder: Hashable, Comparable, Sendable {
    package var workspace: String
    package var endpoint: String
    package var deployment: String

    package init(workspace: String, endpoint: String, deployment: String) {
        self.workspace = workspace
        self.endpoint = endpoint
        self.deployment = deployment
    }

    package static func < (left: ResourceHolder, right: ResourceHolder) -> Bool {
        (left.workspace, left.endpoint, left.deployment) < (right.workspace, right.endpoint, right.deployment)
    }

    /// `endpoint/deployment`, for people.
    package var text: String { "\(endpoint)/\(deployment)" }
}

/// Cores of quota that one revision of a deployment holds from its acceptance to the end of its instances.
package struct QuotaHold: Hashable, Sendable {
    package var revision: Int
    package var place: QuotaPlace
    package var holder: ResourceHolder
    package var family: String
    package var cores: Cores

    package init(revision: Int, place: QuotaPlace, holder: ResourceHolder, family: String, cores: Cores) {
        self.revision = revision
        self.place = place
        self.holder = holder
        self.family = family
        self.cores = cores
    }
}

/// What a limit is about: one family or all of them, for a whole subscription or for one workspace in it.
package struct QuotaSubject: Hashable, Sendable {
    package var place: QuotaPlace
    /// nil: the cores of all families together.
    package var family: String?
    /// nil: all workspaces of the subscription together.
    package var workspace: String?

    package init(place: QuotaPlace, family: String?, workspace: String? = nil) {
        self.place = place
        self.family = family?.lowercased()
        self.workspace = workspace
    }
}

/// Why cores were not given.
package struct QuotaRefusal: Error, Hashable, Sendable {
    package var subject: QuotaSubject
    package var limit: Cores
    package var used: Cores
    /// What is needed beyond what the deployment holds already.
    package var additional: Cores
    /// Who uses `used`, the largest first.
    package var holders: [Share]

    package struct Share: Hashable, Sendable {
        package var holder: ResourceHolder
        package var cores: Cores

        package init(holder: ResourceHolder, cores: Cores) {
            self.holder = holder
            self.cores = cores
        }
    }
}

/// Who holds how many cores, and how many there may be. Use is always derived from what is held: it cannot become
/// negative, and what is not held is not counted.
///
/// A deployment is counted once: while an update runs, the old and the new revision are both held, and the larger one
/// counts. The reserve of a fifth that is in each number is what the update itself needs. Source: the service's quota page.
package struct QuotaLedger: Hashable, Sendable {
    private let limits: [QuotaSubject: Cores]
    private let preset: PresetLimits
    private var holds: [Int: QuotaHold]

    package init(limits: [QuotaSubject: Cores], holds: [QuotaHold], preset: PresetLimits = PresetLimits()) {
        self.limits = limits
        self.preset = preset
        self.holds = Dictionary(holds.map { ($0.revision, $0) }, uniquingKeysWith: { _, last in last })
    }

    package var allHolds: [QuotaHold] { holds.values.sorted { $0.revision < $1.revision } }

    /// The limit in force; nil where there is none, as for a workspace that was given none of its own.
    package func limit(_ subject: QuotaSubject) -> Cores? {
        if let set = limits[subject] { return set }
        guard subject.workspace == nil else { return nil }
        guard let family = subject.family else { return preset.coresPerRegion }
        return InstanceType.isGraphicsFamily(family) ? preset.graphicsCoresPerFamily : preset.coresPerFamily
    }

    /// Cores in use, by deployment, the largest first.
    package func shares(_ subject: QuotaSubject) -> [QuotaRefusal.Share] {
        var largest: [ResourceHolder: [String: Int]] = [:]
        for hold in holds.values where Self.counts(hold, in: subject) {
            largest[hold.holder, default: [:]][hold.family.lowercased(), default: 0] =
                max(largest[hold.holder]?[hold.family.lowercased()] ?? 0, hold.cores.count)
        }
        return largest.map { QuotaRefusal.Share(holder: $0.key, cores: Cores($0.value.values.reduce(0, +))) }
            .sorted { ($1.cores, $0.holder) < ($0.cores, $1.holder) }
    }

    package func used(_ subject: QuotaSubject) -> Cores {
        Cores(shares(subject).reduce(0) { $0 + $1.cores.count })
    }

    /// Cores that are free; less than nothing is nothing, as after a limit was lowered. nil: no limit.
    package func free(_ subject: QuotaSubject) -> Cores? {
        limit(subject).map { Cores(max(0, $0.count - used(subject).count)) }
    }

    /// Takes the cores of `hold`; may be called again for the same revision. Nothing changes where it throws.
    package mutating func reserve(_ hold: QuotaHold) throws(QuotaRefusal) {
        var after = self
        after.holds[hold.revision] = hold
        for subject in Self.subjects(of: hold) {
            guard let limit = limit(subject) else { continue }
            let used = used(subject)
            let additional = after.used(subject).count - used.count
            // What is held already is never taken away by a limit that was lowered since.
            guard additional > 0, used.count + additional > limit.count else { continue }
            throw QuotaRefusal(
                subject: subject,
                limit: limit,
                used: used,
                additional: Cores(additional),
                holders: shares(subject)
            )
        }
        self = after
    }

    /// Gives back what a revision holds; may be called again.
    package mutating func release(revision: Int) { holds[revision] = nil }

    /// The narrowest limit first: it is the one that an owner can do most about.
    private static func subjects(of hold: QuotaHold) -> [QuotaSubject] {
        [hold.holder.workspace, nil].flatMap { workspace in
            [hold.family, nil].map { QuotaSubject(place: hold.place, family: $0, workspace: workspace) }
        }
    }

    private static func counts(_ hold: QuotaHold, in subject: QuotaSubject) -> Bool {
        hold.place == subject.place
            && (subject.family == nil || subject.family == hold.family.lowercased())
            && (subject.workspace == nil || subject.workspace == hold.holder.workspace)
    }
}

/// What would fit in the cores that are free.
package struct QuotaAdvice: Hashable, Sendable {
    /// The most instances of the same size; 0: none.
    package var instances: Int
    /// Smaller sizes of the same family that fit with as many instances, the largest first.
    package var sizes: [String]

    package init(free: Cores, size: InstanceType, instances wanted: Int) {
        instances = (0..<max(1, wanted)).last { size.quotaCores(instances: $0) <= free } ?? 0
        sizes = InstanceType.all
            .filter { $0.family == size.family && $0.cores < size.cores }
            .filter { $0.quotaCores(instances: wanted) <= free }
            .sorted { ($1.cores, $1.memory) < ($0.cores, $0.memory) }
            .map(\.name)
    }
}
