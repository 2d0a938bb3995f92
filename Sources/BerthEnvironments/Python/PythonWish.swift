import BerthDiagnostics

/// Which Python a conda file asks for: `python=3.11`, `python>=3.8,<3.11`.
struct PythonWish: Hashable, Sendable {
    /// One comparison of a wish. `components` holds as many numbers as were written: `=3.11` leaves the patch open.
    struct Clause: Hashable, Sendable {
        enum Relation: String, Hashable, Sendable {
            case equal = "=="
            case notEqual = "!="
            case atLeast = ">="
            case atMost = "<="
            case above = ">"
            case below = "<"
        }

        var relation: Relation
        var components: [Int]

        func admits(_ version: PythonVersion) -> Bool {
            let all = [version.major, version.minor, version.patch]
            let prefix = Array(all.prefix(components.count))
            let padded = components + Array(repeating: 0, count: max(0, 3 - components.count))
            return switch relation {
            case .equal: prefix == components
            case .notEqual: prefix != components
            case .atLeast: !all.lexicographicallyPrecedes(padded)
            case .below: all.lexicographicallyPrecedes(padded)
            case .above: padded.lexicographicallyPrecedes(all)
            case .atMost: !padded.lexicographicallyPrecedes(all)
            }
        }
    }

    var clauses: [Clause]
    /// As the user wrote it: `python=3.11`.
    var text: String
    var location: SourceLocation?
    var sourceLine: String?

    func admits(_ version: PythonVersion) -> Bool { clauses.allSatisfy { $0.admits(version) } }

    /// The version that «nearest» is measured from: the one that is named, else the lower bound, else the upper one.
    var target: PythonVersion? {
        let order: [Clause.Relation] = [.equal, .atLeast, .above, .below, .atMost]
        for relation in order {
            guard let clause = clauses.first(where: { $0.relation == relation }), clause.components.count >= 2 else {
                continue
            }
            return PythonVersion(
                clause.components[0],
                clause.components[1],
                clause.components.count > 2 ? clause.components[2] : 0
            )
        }
        return nil
    }
}

/// Which interpreter is taken, and what is to be said about it.
struct PythonChoice: Hashable, Sendable {
    var interpreter: PythonInterpreter
    /// True where the wish is not met, so that a warning is due.
    var isSubstitute: Bool
}

extension PythonChoice {
    /// Source: 3.8 is the oldest Python that our inference server and uv's current releases run on.
    static let oldestSupported = PythonVersion(3, 8)

    /// The interpreter for a wish, or nil where there is none from 3.8 on.
    ///
    /// Without a wish the machine's own `python3` (the first in `interpreters`, which come in the order of discovery).
    /// With one: the newest that meets it. Where none does: the newest patch of the same minor version, else of the
    /// nearest newer minor version (packages that ran there mostly run on), else of the nearest older one.
    static func nearest(to wish: PythonWish?, among interpreters: [PythonInterpreter]) -> PythonChoice? {
        let usable = interpreters.filter { $0.version >= oldestSupported && $0.isUsable }
        guard let first = usable.first else { return nil }
        guard let wish, !wish.clauses.isEmpty else { return PythonChoice(interpreter: first, isSubstitute: false) }
        if let best = usable.filter({ wish.admits($0.version) }).max(by: { $0.version < $1.version }) {
            return PythonChoice(interpreter: best, isSubstitute: false)
        }
        guard let target = wish.target else { return PythonChoice(interpreter: first, isSubstitute: true) }
        let minors = Set(usable.map { PythonVersion($0.version.major, $0.version.minor) })
        let targetMinor = PythonVersion(target.major, target.minor)
        let minor =
            minors.contains(targetMinor)
            ? targetMinor
            : minors.filter { $0 > targetMinor }.min() ?? minors.filter { $0 < targetMinor }.max()
        guard let minor,
            let best = usable.filter({ $0.version.hasSameMinor(as: minor) }).max(by: { $0.version < $1.version })
        else { return PythonChoice(interpreter: first, isSubstitute: true) }
        return PythonChoice(interpreter: best, isSubstitute: true)
    }
}
