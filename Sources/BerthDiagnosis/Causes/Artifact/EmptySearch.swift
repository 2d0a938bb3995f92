import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// `glob(…)[0]`: the search for a file of the model found nothing.
    static let emptySearch = Cause(
        "empty-search",
        .exact,
        .raised { error, facts in
            guard error.phase != .run, error.root.is("IndexError", "StopIteration", "ValueError"),
                let frame = error.userFrame,
                error.root.frames.last?.isUser ?? false,
                let search = facts.search(near: frame)
            else { return nil }
            let place = facts.place(frame)
            let files = facts.modelTree.filter { !$0.isFolder }.map(\.path)
            let holds = files.isEmpty ? "the model has no file" : "the model holds \(listed(files, limit: 5))"
            return Finding(
                facts.evidence.modelFolder == nil ? error.phase.reason : .modelFileNotFound,
                "\(facts.subject(place)) takes the first of the files that it searches for (`\(search.shortened(to: 100))`), and there is none; \(holds)",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.then("search where the file is, or read it by its path, in \(facts.subject(place))")]
            )
        }
    )
}

extension Facts {
    /// The search for files in the line, or in the assignment of a name in it.
    fileprivate func search(near frame: Frame) -> String? {
        let known = source(shown(frame.path))?.statements ?? []
        let own = known.last { $0.line <= frame.line }?.text ?? frame.text
        let bound = known.last { statement in
            statement.line < frame.line && PythonSource.assignedNames(statement.text).contains { own.hasWord($0) }
        }?.text
        return [own, bound].compactMap(\.self).first { $0.containsAny("glob(", "listdir(", "iterdir(", "scandir(") }
    }
}
