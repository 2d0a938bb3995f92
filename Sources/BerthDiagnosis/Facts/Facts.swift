import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

/// The digest of the evidence that the causes look at. Made once for a verdict and used on one thread; what has to be
/// read from files is read at most once, when a cause asks for it.
final class Facts {
    let evidence: FailureEvidence
    let isLocal: Bool
    /// Nothing has been started: no step of a help ends with the update that tries it again.
    var isBeforeStart = false
    let incidents: [Incident]
    /// Where a failed worker was last, or the furthest that any came.
    let phase: Phase

    init(_ evidence: FailureEvidence, isLocal: Bool = true) {
        self.evidence = evidence
        self.isLocal = isLocal
        phase = Timeline.phase(of: evidence)
        incidents = Timeline.incidents(of: evidence)
    }

    // MARK: Names

    var spec: DeploymentSpec { evidence.spec }
    var python: String { evidence.environment.pythonVersion }
    /// `3.11`.
    var pythonMinor: (Int, Int)? {
        let parts = python.split(separator: ".").prefix(2).compactMap { Int($0.prefix(while: \.isNumber)) }
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }

    /// The scoring script as the user names it.
    var scriptName: String { spec.code?.scoringScript ?? scriptFromBoot ?? "score.py" }
    private var scriptFromBoot: String? {
        lastEvent(.boot)?.body["entryScript"]?.stringValue.map { $0.hasPrefix("/") ? shown($0) : $0 }
    }

    /// What `AZUREML_MODEL_DIR` names in the instance.
    var modelDir: String? {
        let told = lastEvent(.boot)?.body["modelDir"]?.stringValue ?? ""
        return told.isEmpty ? evidence.modelFolder : told
    }
    var workerCount: Int {
        lastEvent(.boot)?.body["workers"]?.intValue ?? spec.environmentVariables["WORKER_COUNT"].flatMap { Int($0) }
            ?? 1
    }

    func lastEvent(_ name: InstanceEvent.Name) -> InstanceEvent? { evidence.events.last { $0.name == name } }
    func events(_ name: InstanceEvent.Name) -> [InstanceEvent] { evidence.events.filter { $0.name == name } }

    // MARK: Files

    /// The scoring script's text; nil where it cannot be read.
    private(set) lazy var script: PythonSource? = source(scriptName)

    /// A file of the code folder, by its path inside.
    func source(_ relative: String) -> PythonSource? {
        guard let folder = evidence.codeFolder else { return nil }
        if let known = sources[relative] { return known }
        let read = BoundedFiles.text(folder + "/" + relative, inside: folder).map(PythonSource.init)
        sources[relative] = .some(read)
        return read
    }
    private var sources: [String: PythonSource?] = [:]

    lazy var modelTree: [BoundedFiles.Entry] =
        evidence.modelFolder.map { BoundedFiles.tree(of: $0, followsFileLinks: true) } ?? []
    private(set) lazy var codeTree: [BoundedFiles.Entry] =
        evidence.codeFolder.map { BoundedFiles.tree(of: $0) } ?? []

    /// Packages of the environment: normalised name → version.
    private(set) lazy var installed: [String: String] = {
        var found: [String: String] = [:]
        for entry in evidence.environment.lock {
            let parts = entry.split(separator: "=", omittingEmptySubsequences: true).map { String($0).trimmed }
            if let name = parts.first { found[name.normalizedPackage] = parts.count > 1 ? parts[1] : "" }
        }
        for name in siteNames where name.hasSuffix(".dist-info") {
            let parts = name.dropLast(10).split(separator: "-").map(String.init)
            if parts.count == 2, found[parts[0].normalizedPackage] == nil {
                found[parts[0].normalizedPackage] = parts[1]
            }
        }
        return found
    }()

    private lazy var siteNames: [String] = BoundedFiles.names(in: evidence.environment.sitePackages)

    /// Top-level modules that the environment's packages provide.
    private(set) lazy var siteModules: Set<String> = Set(
        siteNames.compactMap { name in
            if name.hasSuffix(".dist-info") || name.hasSuffix(".egg-info") || name.hasSuffix(".pth") { return nil }
            let stem = name.prefix { $0 != "." }
            return stem.isEmpty || stem == "__pycache__" ? nil : String(stem)
        }
    )

    /// Modules that the user's code folder provides.
    private(set) lazy var codeModules: Set<String> = {
        let folder = scriptName.parentPath
        return Set(
            codeTree.compactMap { entry in
                guard entry.path.parentPath.isEmpty || entry.path.parentPath == folder else { return nil }
                let name = entry.path.fileName
                if entry.isFolder { return name.contains(".") ? nil : name }
                return name.hasSuffix(".py") ? String(name.dropLast(3)) : nil
            }
        )
    }()

    // MARK: Places

    /// A path of the instance as the user knows it: relative to the code folder where it lies in it.
    func shown(_ path: String) -> String {
        for folder in [evidence.codeFolder, evidence.userCodeFolder].compactMap(\.self)
        where path.hasPrefix(folder + "/") {
            return String(path.dropFirst(folder.count + 1))
        }
        if let model = modelDir, path == model || path.hasPrefix(model + "/") {
            return "$AZUREML_MODEL_DIR" + path.dropFirst(model.count)
        }
        let site = evidence.environment.sitePackages
        if !site.isEmpty, path.hasPrefix(site + "/") { return String(path.dropFirst(site.count + 1)) }
        return path
    }

    func place(_ frame: Frame?, word: String? = nil) -> Place? {
        guard let frame else { return nil }
        return place(path: frame.path, line: frame.line, word: word, text: frame.text)
    }

    /// A line of a user's file, with the column of `word` in it.
    func place(path: String, line: Int?, word: String? = nil, text: String? = nil) -> Place {
        let name = shown(path)
        let read = line.flatMap { source(name)?.line($0) } ?? text
        let column = word.flatMap { wanted in read.flatMap { $0.column(ofWord: wanted) } }
        return Place(
            location: SourceLocation(path: name, line: line, column: column),
            sourceLine: read?.isEmpty == true ? nil : read?.shortened(to: 200)
        )
    }

    /// `score.py line 3`.
    func subject(_ place: Place?) -> String {
        guard let place else { return scriptName }
        return place.location.line.map { "\(place.location.path) line \($0)" } ?? place.location.path
    }

    func subject(_ frame: Frame?) -> String { subject(place(frame)) }

    // MARK: Evidence

    /// The line of the log that says `text`, with its number.
    func logged(_ text: String) -> [Evidence] {
        let first = text.split(separator: "\n").first.map(String.init) ?? text
        let index = evidence.logTail.lastIndex { $0.contains(first) }
        return [
            Evidence(
                "inference-server",
                line: index.map { $0 + evidence.logTailFirstLine },
                first.shortened(to: 400)
            )
        ]
    }

    func logged(_ exception: Exception) -> [Evidence] { logged(exception.title) }
}
