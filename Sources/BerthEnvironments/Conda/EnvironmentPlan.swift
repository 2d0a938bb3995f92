import BerthDiagnostics
import BerthModel

/// What a spec asks for, in the terms of PyPI: the outcome of reading and mapping, without any look at the machine.
struct EnvironmentPlan: Hashable, Sendable {
    /// The tag of an environment that names conda packages to leave out, separated by commas.
    static let ignoreTag = "berth.ignore_conda_packages"

    var wish: PythonWish?
    var requirements: [Requirement] = []
    /// Such as `numpy<2`.
    var constraints: [String] = []
    var constraintFiles: [String] = []
    var index = IndexOptions()
    /// Variables that the process gets, from the conda file.
    var variables: [String: String] = [:]
    /// One sentence each, for the build log: what was left out, added or changed, and why.
    var notes: [String] = []
    /// The name of the conda file for messages.
    var path: String

    /// Reads the conda file of a spec and maps it to PyPI.
    ///
    /// Throws for a file that cannot be read as one, and, naming each line, for packages that are not on PyPI.
    init(_ spec: EnvironmentSpec, ignoring ignored: Set<String> = []) throws(Diagnostic) {
        path = spec.condaFilePath ?? "conda.yaml"
        if let build = spec.build {
            throw Diagnostic(
                .imageBuildFailure,
                .packageNotMappable,
                "the environment is built from `\(build.dockerfilePath)`, which needs Docker",
                help: ["use the docker runtime, or give the environment a `conda_file`"]
            )
        }
        guard let text = spec.condaFile else {
            let image = spec.image.map { " of `\($0)`" } ?? ""
            notes.append("no conda_file: an environment without packages; those\(image) are not in it")
            return
        }
        let conda = try CondaFile(text: text, path: path)
        variables = conda.variables
        for key in conda.unknownKeys { notes.append("`\(key.text)` in `\(path)` is no key of a conda file: left out") }
        let tagged = (spec.tags[Self.ignoreTag] ?? "").split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        let folder = spec.condaFilePath.flatMap(Self.folder)
        try mapDependencies(conda.dependencies, ignoring: ignored.union(tagged))
        var reader = RequirementReader()
        for entry in conda.pip { try reader.read(entry, in: folder) }
        requirements += reader.requirements
        constraintFiles = reader.constraintFiles
        index = reader.index
        notes += reader.notes
        replaceInferenceServer()
        constrainNumPy()
    }

    /// The folder of the conda file; nil where the file is not on this machine.
    private static func folder(of path: String) -> String? {
        guard let real = Files.realPath(path), let slash = real.lastIndex(of: "/") else { return nil }
        return String(real[..<slash])
    }

    private mutating func mapDependencies(_ entries: [CondaFile.Entry], ignoring: Set<String>) throws(Diagnostic) {
        let ignored = Set(ignoring.map(PackageTables.normalized))
        var refused: [(entry: CondaFile.Entry, why: String, isBundled: Bool, name: String)] = []
        for entry in entries {
            let spec: CondaSpec
            do {
                spec = try CondaSpec(entry.text)
            } catch {
                refused.append((entry, error.why, false, entry.text))
                continue
            }
            let name = PackageTables.normalized(spec.name)
            if name == "python" {
                addWish(spec, entry)
            } else if PackageTables.dropped.contains(name) {
                continue
            } else if ignored.contains(name) {
                notes.append("`\(entry.text)` is left out, as `\(Self.ignoreTag)` or the settings ask")
            } else if PackageTables.isNotPython(name) {
                let isBundled = PackageTables.isRuntimeLibrary(name)
                let why = isBundled ? "is a library that wheels bundle, no Python package" : "is no Python package"
                refused.append((entry, why, isBundled, name))
            } else {
                requirements.append(requirement(spec, name, entry))
            }
        }
        guard let first = refused.first else { return }
        throw Self.unmappable(
            refused.map { ($0.entry, $0.why) },
            first.entry,
            bundled: refused.allSatisfy(\.isBundled) ? refused.map(\.name) : []
        )
    }

    private mutating func requirement(_ spec: CondaSpec, _ name: String, _ entry: CondaFile.Entry) -> Requirement {
        let mapped = PackageTables.renamed[name] ?? name
        var clauses = spec.clauses
        if mapped != name { notes.append("conda's `\(name)` is `\(mapped)` on PyPI") }
        if mapped.hasPrefix("opencv") {
            // Its wheels have a fourth number that conda's versions lack.
            clauses = clauses.map { clause in
                var clause = clause
                if clause.relation == "==" { clause.isPrefix = true }
                return clause
            }
        }
        if let build = spec.build { notes.append("the build string `\(build)` of `\(entry.text)` is left out") }
        return Requirement(
            text: mapped + clauses.map(\.text).joined(separator: ","),
            name: mapped,
            clauses: clauses,
            localPath: nil,
            origin: entry
        )
    }

    private mutating func addWish(_ spec: CondaSpec, _ entry: CondaFile.Entry) {
        let clauses = spec.clauses.compactMap { clause -> PythonWish.Clause? in
            let numbers = clause.version.split(separator: ".").compactMap { Int($0) }
            guard !numbers.isEmpty else { return nil }
            // `~=3.8` is «3.8 or a later 3.x»; the upper bound 4 says nothing.
            let relation = PythonWish.Clause.Relation(rawValue: clause.relation) ?? .atLeast
            return PythonWish.Clause(relation: relation, components: Array(numbers.prefix(3)))
        }
        guard var wish else {
            wish = PythonWish(
                clauses: clauses,
                text: entry.text,
                location: entry.location,
                sourceLine: entry.sourceLine
            )
            return
        }
        wish.clauses += clauses
        wish.text += ", \(entry.text)"
        self.wish = wish
    }

    /// The inference server is Berth's own and provides the original's import names; what else a script may import
    /// of it stays.
    private mutating func replaceInferenceServer() {
        guard let line = requirements.first(where: { PackageTables.inferenceServer.contains($0.name ?? "") }) else {
            return
        }
        requirements.removeAll { PackageTables.inferenceServer.contains($0.name ?? "") }
        var brought: [String] = []
        for name in PackageTables.inferenceServerBrings where !requirements.contains(where: { $0.name == name }) {
            brought.append(name)
            requirements.append(
                Requirement(text: name, name: name, clauses: [], localPath: nil, origin: line.origin)
            )
        }
        let added = brought.isEmpty ? "" : "; \(brought.joined(separator: " and ")), which it brings, installed instead"
        notes.append("`\(line.text)` is not installed: Berth's own inference server takes its place\(added)")
        if line.name == "azureml-defaults" {
            notes.append("if the script imports `azureml.core`, add `azureml-core` under `pip:`")
        }
    }

    /// Adds `numpy<2` where a package is pinned to a release from before NumPy 2 and nothing limits numpy.
    private mutating func constrainNumPy() {
        guard !requirements.contains(where: { $0.name == "numpy" && $0.limitsVersion }) else { return }
        let old = requirements.first { requirement in
            guard let name = requirement.name, let first = PackageTables.firstWithNumPy2[name] else { return false }
            return requirement.clauses.contains { Self.stays($0, below: first) }
        }
        guard let old else { return }
        constraints.append("numpy<2")
        notes.append("`\(old.text)` is older than NumPy 2: numpy<2 is added")
    }

    /// Whether a comparison admits only versions below `first`.
    private static func stays(_ clause: CondaSpec.Clause, below first: [Int]) -> Bool {
        let numbers = clause.version.split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 }
        switch clause.relation {
        case "==", "===":
            // `==1.4.*` reaches 1.4.2; of a prefix only as many numbers count as it has.
            let bound = clause.isPrefix ? Array(first.prefix(numbers.count)) : first
            return numbers.lexicographicallyPrecedes(bound)
        case "~=": return numbers.dropLast().lexicographicallyPrecedes(first.prefix(max(0, numbers.count - 1)))
        case "<": return !first.lexicographicallyPrecedes(numbers)
        case "<=": return numbers.lexicographicallyPrecedes(first)
        default: return false
        }
    }

    private static func unmappable(
        _ refused: [(entry: CondaFile.Entry, why: String)],
        _ first: CondaFile.Entry,
        bundled: [String]
    ) -> Diagnostic {
        let shown = refused.prefix(8).map { "`\($0.entry.text)` (line \($0.entry.location.line ?? 0))" }
        let rest = refused.count > shown.count ? " and \(refused.count - shown.count) more" : ""
        let verb = refused.count == 1 ? "is no package" : "are no packages"
        let help =
            bundled.isEmpty
            ? "remove \(refused.count == 1 ? "this line" : "these lines"), or use the docker runtime with an image that has them"
            : "remove \(refused.count == 1 ? "this line" : "these lines"), or add to the environment: "
                + "tags: {\(Self.ignoreTag): \"\(bundled.joined(separator: ","))\"}"
        return Diagnostic(
            .imageBuildFailure,
            .packageNotMappable,
            "\(shown.joined(separator: ", "))\(rest) of `\(first.location.path)` \(verb) that can be installed from PyPI",
            location: first.location,
            sourceLine: first.sourceLine,
            evidence: refused.map {
                Evidence(first.location.path, line: $0.entry.location.line, "`\($0.entry.text)` \($0.why)")
            },
            help: [help]
        )
    }
}
