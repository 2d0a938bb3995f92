import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// `from src.x import y`, where `src` is the code folder itself, or a folder beside it.
    static let outsideCodeFolder = Cause(
        "outside-code-folder",
        .found,
        .raised { error, facts in
            guard let missing = MissingModule(error, facts), missing.importer == nil, missing.isImport,
                let folder = facts.evidence.userCodeFolder, !facts.siteModules.contains(missing.top)
            else { return nil }
            let place = facts.place(error.userFrame, word: missing.top)
            let subject = facts.subject(place)
            if folder.fileName == missing.top {
                let line = place?.sourceLine?.trimmed ?? ""
                let inside =
                    line.hasPrefix("from \(missing.top) import")
                    ? line.replacingFirst("from \(missing.top) import", with: "import")
                    : line.replacingFirst("\(missing.top).", with: "")
                return Finding(
                    .userScriptImportError,
                    "\(subject) imports from `\(missing.top)`, which is the code folder itself: Python looks inside it (`\(line.shortened(to: 120))`)",
                    at: place,
                    evidence: facts.logged(error.root),
                    help: [facts.then("write `\(inside)` in \(subject)")]
                )
            }
            let beside = BoundedFiles.names(in: folder.parentPath).first {
                $0 == missing.top || $0 == missing.top + ".py"
            }
            guard let beside else { return nil }
            return Finding(
                .userScriptImportError,
                "\(subject) imports `\(missing.module)`, which lies in `\(beside)` beside the code folder `\(folder.fileName)`: "
                    + "only the code folder is deployed",
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    facts.then("move `\(beside)` into `\(folder.fileName)`"),
                    "or write `code:` with the folder above, and `scoring_script: \(folder.fileName)/\(facts.scriptName)`, in the deployment file",
                ]
            )
        }
    )

    /// The scoring script is something else: a notebook, a web page, a pointer of Git LFS.
    static let noScript = Cause(
        "no-script",
        .found,
        .raised { error, facts in
            guard error.phase == .importing || error.phase == .boot else { return nil }
            let file = (error.root.isSyntaxError ? error.root.file : nil).map { facts.shown($0) } ?? facts.scriptName
            guard let source = facts.source(file), let what = source.foreignNature else { return nil }
            let isNotebook = what.contains("notebook")
            return Finding(
                .userScriptSyntaxError,
                "\(file) is \(what), not Python source",
                at: facts.place(path: (facts.evidence.codeFolder ?? "") + "/" + file, line: 1),
                evidence: facts.logged(error.root),
                help: [
                    facts.then(
                        isNotebook
                            ? "export the notebook as a script (jupyter nbconvert --to script), and deploy that"
                            : "put the script itself in place of `\(file)`"
                    )
                ]
            )
        }
    )
}

extension PythonSource {
    /// What the text is when it is no Python at all.
    var foreignNature: String? {
        let text = lines.prefix(400).joined(separator: "\n")
        if text.trimmed.hasPrefix("{"), text.contains("\"cell_type\"") || text.contains("\"nbformat\"") {
            return "a Jupyter notebook"
        }
        switch FileNature(Array(text.utf8.prefix(2048)), isWhole: false) {
        case .html: return "an HTML page"
        case .lfsPointer: return "a Git LFS pointer"
        case .empty, .pickle, .zip, .gzip, .zlib, .hdf5, .onnx, .json, .yaml, .text, .parquet, .xz, .bzip2, .tar,
            .other:
            return nil
        }
    }
}
