import BerthDiagnostics
import BerthModel
import BerthRuntime

extension Cause {
    /// A path that does not exist; with the right one where the model or the code has a file of that name.
    static let missingFile = Cause(
        "missing-file",
        .exact,
        .raised { error, facts in
            guard let path = MissingPath.of(error.root, facts) else { return nil }
            return MissingPath(path, error, facts).finding
        }
    )
}

/// Explains a path that leads nowhere.
struct MissingPath {
    let path: String
    let error: RaisedError
    let facts: Facts
    private let place: Place?
    private var subject: String { facts.subject(place) }
    private var name: String { path.fileName }
    private var verb: String { facts.seemsToWrite(error.userFrame, error.root) ? "writes to" : "reads" }

    init(_ path: String, _ error: RaisedError, _ facts: Facts) {
        self.path = path
        self.error = error
        self.facts = facts
        place = facts.place(error.userFrame)
    }

    /// The path that `exception` says is not there; nil where it says something else.
    static func of(_ exception: Exception, _ facts: Facts) -> String? {
        if exception.is("FileNotFoundError"), let path = exception.path { return path }
        let saysMissing = exception.message.lowercased().containsAny(
            "no such file",
            "does not exist",
            "doesn't exist",
            "not found",
            "could not open",
            "couldn't open",
            "failed to open",
            "cannot open",
            "can't open",
            "unable to open",
            "is not a file",
            "no file or directory",
            "not a valid path"
        )
        guard saysMissing, !exception.isImportError, !exception.says("shared object") else { return nil }
        let folder = facts.modelDir ?? "\u{0}"
        let words = exception.message.split(whereSeparator: { $0.isWhitespace || "'\"`(),".contains($0) })
            .map { word in String(word.last == ":" || word.last == "." ? word.dropLast() : word) }
        return words.first { $0.hasPrefix(folder) } ?? words.first {
            $0.hasPrefix("/") && $0.count > 1 && !$0.hasPrefix("//")
        }
            ?? (exception.is("OSError", "IOError") ? exception.path : nil)
            ?? (exception.is("FileNotFoundError") ? exception.message.quoted.last : nil)
    }

    var finding: Finding {
        let similar = candidates
        let shown = facts.shown(path)
        let isModel = isOfModel(similar)
        let reason: Reason = isModel ? .modelFileNotFound : error.phase.reason
        var evidence = facts.logged(error.root)
        if isModel { evidence.append(tree) }
        guard let right = similar.first else { return missing(shown, reason, evidence) }
        let isSame = right.fileName == name
        return Finding(
            reason,
            "\(subject) \(verb) `\(shown)`, which does not exist; \(isSame ? "the file is" : "there is") `\(right)`",
            at: place,
            evidence: evidence,
            help: [facts.then("read \(expression(for: right)) in \(subject)")]
        )
    }

    private func missing(_ shown: String, _ reason: Reason, _ evidence: [Evidence]) -> Finding {
        let isForeign =
            path.hasPrefix("/home/") || path.hasPrefix("/Users/") || path.hasPrefix("/mnt/") || path.hasPrefix("/dbfs/")
            || path.dropFirst().hasPrefix(":\\") || path.contains("\\")
        let hasModel = facts.evidence.modelFolder != nil
        var what = "which does not exist"
        var help = "put `\(name)` into the model or the code folder, and read it from there"
        if verb != "reads" {
            help = "write below `tempfile.gettempdir()` (TMPDIR) in \(subject)"
        } else if reason == .modelFileNotFound, !hasModel {
            what = "and the deployment has no model"
            help = "give the deployment a `model:` with the `path:` of `\(name)`"
        } else if isForeign {
            what = "a path of another machine, which does not exist here"
        } else if !path.hasPrefix("/") {
            what += " in the working folder of the instance"
        }
        return Finding(
            reason,
            "\(subject) \(verb) `\(shown)`, \(what)",
            at: place,
            evidence: evidence,
            help: [facts.then(help)]
        )
    }

    /// Paths that may be meant, best first, as the user would name them.
    private var candidates: [String] {
        let wanted = Array(path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).map(String.init).reversed())
        guard let name = wanted.first else { return [] }
        let model = facts.modelTree.map { (entry: $0, prefix: "$AZUREML_MODEL_DIR/") }
        let code = facts.codeTree.filter { !$0.path.contains("__pycache__") }.map { (entry: $0, prefix: "") }
        let exact = (model + code).filter { $0.entry.path.fileName == name }
        if !exact.isEmpty {
            // The more folders agree from the end, the likelier.
            func agreement(_ path: String) -> Int {
                zip(path.split(separator: "/").reversed().map(String.init), wanted).prefix { $0 == $1 }.count
            }
            return exact.map { ($0.prefix + $0.entry.path, agreement($0.entry.path)) }.sorted { $0.1 > $1.1 }.map(\.0)
        }
        let files = model.filter { !$0.entry.isFolder }
        if let near = nearestName(to: name, among: files.map(\.entry.path.fileName)) {
            return files.filter { $0.entry.path.fileName == near }.map { $0.prefix + $0.entry.path }
        }
        // Same stem with another ending, then the only file of the model.
        let stem = name.prefix { $0 != "." }
        let sameStem = files.filter { $0.entry.path.fileName.prefix { $0 != "." } == stem }
        if let only = sameStem.first { return [only.prefix + only.entry.path] }
        guard files.count == 1, isBelowModel, let only = files.first else { return [] }
        return [only.prefix + only.entry.path]
    }

    private var isBelowModel: Bool {
        path.contains("azureml-models") || (facts.modelDir.map { path.hasPrefix($0) } ?? false)
    }

    private func isOfModel(_ candidates: [String]) -> Bool {
        if isBelowModel || candidates.first?.hasPrefix("$AZUREML_MODEL_DIR") ?? false { return true }
        let endings = [
            "pkl", "pickle", "joblib", "pt", "pth", "onnx", "h5", "hdf5", "keras", "bin", "model", "sav", "safetensors",
            "pb", "bst", "ubj",
            "cbm", "zip", "mlmodel", "tflite", "npz", "npy", "gguf",
        ]
        let ending = name.split(separator: ".").last.map { String($0).lowercased() } ?? ""
        return name.contains(".") && endings.contains(ending)
    }

    private func expression(for path: String) -> String {
        if let rest = path.after("$AZUREML_MODEL_DIR/") {
            let parts = rest.split(separator: "/").map { "\"\($0)\"" }.joined(separator: ", ")
            return "`os.path.join(os.environ[\"AZUREML_MODEL_DIR\"], \(parts))`"
        }
        let parts = path.split(separator: "/").map { "\"\($0)\"" }.joined(separator: ", ")
        return "`os.path.join(os.path.dirname(__file__), \(parts))`"
    }

    /// What the model folder holds.
    private var tree: Evidence {
        guard facts.evidence.modelFolder != nil else { return Evidence("model", "the deployment has no model") }
        let files = facts.modelTree.filter { !$0.isFolder }.map(\.path)
        guard !files.isEmpty else { return Evidence("model", "$AZUREML_MODEL_DIR is empty") }
        let more = files.count > 8 ? " and \(files.count - 8) more" : ""
        return Evidence("model", "$AZUREML_MODEL_DIR holds " + files.prefix(8).joined(separator: ", ") + more)
    }
}
