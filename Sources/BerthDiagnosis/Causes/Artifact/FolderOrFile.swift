import BerthDiagnostics
import BerthModel

extension Cause {
    /// A folder where a file is read, or a file taken for a folder.
    static let folderOrFile = Cause(
        "folder-or-file",
        .found,
        .raised { error, facts in
            let root = error.root
            let isFolder = root.is("IsADirectoryError") || root.says("Is a directory")
            guard isFolder || root.is("NotADirectoryError") || root.says("Not a directory"),
                let path = root.path ?? root.message.quoted.last
            else { return nil }
            let place = facts.place(error.userFrame)
            let shown = facts.shown(path)
            let isModel = shown.hasPrefix("$AZUREML_MODEL_DIR")
            let reason: Reason = isModel ? .modelLoadFailed : error.phase.reason
            if isFolder {
                let inside = facts.files(below: shown)
                let hint = inside.count == 1 ? inside.first : nil
                let holds = inside.isEmpty ? "" : "; it holds \(listed(inside, limit: 4))"
                return Finding(
                    reason,
                    "\(facts.subject(place)) reads `\(shown)` as a file, and it is a folder\(holds)",
                    at: place,
                    evidence: facts.logged(root),
                    help: [
                        facts.then(
                            "read \(hint.map { "`\(shown)/\($0)`" } ?? "a file inside") in \(facts.subject(place))"
                        )
                    ]
                )
            }
            return Finding(
                reason,
                "\(facts.subject(place)) takes `\(shown)` for a folder on the way to a file, and it is none",
                at: place,
                evidence: facts.logged(root),
                help: [facts.then("correct the path in \(facts.subject(place))")]
            )
        }
    )
}

extension Facts {
    /// Files below a folder that is shown as `$AZUREML_MODEL_DIR/…` or relative to the code, relative to it.
    func files(below shown: String) -> [String] {
        let isModel = shown.hasPrefix("$AZUREML_MODEL_DIR")
        let inside = isModel ? String(shown.dropFirst("$AZUREML_MODEL_DIR".count).drop { $0 == "/" }) : shown
        let entries = (isModel ? modelTree : codeTree).filter { !$0.isFolder }.map(\.path)
        if inside.isEmpty { return entries }
        return entries.compactMap { $0.hasPrefix(inside + "/") ? String($0.dropFirst(inside.count + 1)) : nil }
    }
}
