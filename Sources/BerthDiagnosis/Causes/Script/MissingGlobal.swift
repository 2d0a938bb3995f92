import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// `model = …` in `init()` without `global model`: the value is lost when `init()` returns.
    static let missingGlobal = Cause(
        "missing-global",
        .found,
        .raised { error, facts in
            guard let absent = AbsentValue(error, facts), let frame = error.userFrame,
                let source = facts.source(facts.shown(frame.path))
            else { return nil }
            for name in absent.names {
                guard !absent.isNone || source.isNoneAtTopLevel(name),
                    let (function, bound) = source.localBinding(of: name, outside: frame.function)
                else { continue }
                let file = facts.shown(frame.path)
                let place = facts.place(path: frame.path, line: bound, word: name)
                return Finding(
                    error.phase.reason,
                    "\(function)() keeps `\(name)` to itself: \(facts.subject(place)) assigns it without `global \(name)`, "
                        + "so \(frame.function == "<module>" ? file : frame.function + "()") does not see it (\(facts.subject(frame)))",
                    at: facts.place(frame, word: name),
                    evidence: facts.logged(error.root),
                    help: [facts.then("write `global \(name)` as the first line of \(function)() in \(file)")]
                )
            }
            return nil
        }
    )

    /// A name that a function both reads and assigns, without `global`.
    static let unboundLocal = Cause(
        "unbound-local",
        .exact,
        .raised { error, facts in
            guard error.root.is("UnboundLocalError"), let name = error.root.quotedName else { return nil }
            let place = facts.place(error.userFrame, word: name)
            let function = error.userFrame.map { $0.function } ?? "the function"
            let file = place?.location.path ?? facts.scriptName
            let source = facts.source(file)
            let isGlobal = source?.topLevelNames.contains(name) ?? false
            let assigned = source?.body(of: function).last { PythonSource.assignedNames($0.text).contains(name) }
            let because = assigned.map { "line \($0.line) assigns it, which makes it local to \(function)()" }
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) reads `\(name)` before it has a value" + (because.map { "; \($0)" } ?? ""),
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    facts.then(
                        isGlobal
                            || source?.body(of: "init").contains {
                                $0.text.hasPrefix("global ") && $0.text.hasWord(name)
                            } ?? false
                            ? "write `global \(name)` as the first line of \(function)() in \(file)"
                            : "give `\(name)` a value on every way to \(facts.subject(place))"
                    )
                ]
            )
        }
    )
}

extension PythonSource {
    /// The function that assigns `name` as its own, and the line: `init` first, then any of the top level.
    func localBinding(of name: String, outside reader: String) -> (function: String, line: Int)? {
        let functions = ["init"] + statements.compactMap { $0.scopes.count == 1 ? $0.scopes.first : nil }
        for function in functions where function != reader {
            if let line = localBinding(of: name, in: function) { return (function, line) }
        }
        return nil
    }

    /// Whether the file's top level sets `name` to None: what `init()` is to replace.
    func isNoneAtTopLevel(_ name: String) -> Bool {
        statements.contains {
            $0.scopes.isEmpty && Self.assignedNames($0.text).contains(name) && $0.text.hasSuffix("None")
        }
    }

    /// The line on which `function` assigns `name` as its own: assigned, and not declared global there.
    func localBinding(of name: String, in function: String) -> Int? {
        let body = body(of: function)
        let isGlobal = body.contains { $0.text.hasPrefix("global ") && $0.text.hasWord(name) }
        guard !isGlobal else { return nil }
        return body.first { Self.assignedNames($0.text).contains(name) }?.line
    }
}
