import BerthDiagnostics

extension Cause {
    /// `np.float`: an attribute that a library had in an earlier version.
    static let removedAttribute = Cause(
        "removed-attribute",
        .found,
        .raised { error, facts in
            guard let missing = MissingAttribute(error.root) else { return nil }
            let library = missing.module.flatMap { RemovedName.find(missing.attribute, in: $0) }
            guard let removed = library ?? RemovedName.find(missing.attribute, in: missing.owner) else { return nil }
            let place = facts.place(error.userFrame, word: missing.attribute)
            // A library's own code that reports the missing attribute is not the one that asked for it.
            let package = facts.packageModule(in: error.root.frames)
                .flatMap { ProvidingPackages.package(for: $0) == removed.package ? nil : $0 }
            let user = package.map { "calls `\($0)`, which uses" } ?? "uses"
            var finding = facts.removal(
                removed,
                at: place,
                "\(user) `\(missing.owner).\(missing.attribute)`",
                error.root
            )
            finding.reason = error.phase.reason
            if let package, let name = removed.package, let version = removed.since.split(separator: " ").last {
                finding.help = [
                    facts.pinning("\(name)<\(version)", of: name),
                    "or take a newer version of \(ProvidingPackages.package(for: package))",
                ]
            }
            return finding
        }
    )
}

/// «has no attribute».
struct MissingAttribute {
    /// The class or module as the message names it.
    let owner: String
    let attribute: String
    /// Set where the owner is a module.
    let module: String?

    init?(_ exception: Exception) {
        guard exception.is("AttributeError"), exception.says("has no attribute"),
            let attribute =
                exception.message.between("has no attribute '", "'")
        else { return nil }
        self.attribute = attribute
        module = exception.message.between("module '", "'")
        guard let owner = module ?? exception.message.quoted.first else { return nil }
        self.owner = owner
    }
}
