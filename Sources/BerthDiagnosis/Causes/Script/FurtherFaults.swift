import BerthDiagnostics

extension Cause {
    /// Other imports of the script that would fail next.
    static let furtherImports = Cause(
        "further-imports",
        .exact,
        .standing { facts in
            guard case .raised(let error)? = facts.incidents.first, error.root.isImportError,
                let frame = error.userFrame,
                facts.shown(frame.path) == facts.scriptName, let script = facts.script
            else { return [] }
            var told: Set<String> = []
            return script.imports.compactMap { imported in
                let top = String(imported.module.prefix { $0 != "." })
                guard imported.isTopLevel, !imported.isGuarded, imported.dots == 0, imported.line > frame.line,
                    !top.isEmpty,
                    facts.canImport(imported.module) == false, told.insert(top).inserted,
                    KnownModules.removedStandard[top] == nil
                else { return nil }
                let place = facts.place(path: facts.codePath, line: imported.line, word: top)
                return Finding(
                    .userScriptImportError,
                    "\(facts.subject(place)) imports `\(imported.module)`, which is not in the environment",
                    at: place,
                    help: [facts.adding(ProvidingPackages.package(for: imported.module))]
                )
            }
        }
    )

    /// `init` or `run` that the script does not define, found although the import failed before the server could look.
    static let furtherFunctions = Cause(
        "further-functions",
        .exact,
        .standing { facts in
            guard case .raised(let error)? = facts.incidents.first, error.phase == .importing,
                !error.root.isSyntaxError,
                let script = facts.script, script.foreignNature == nil
            else { return [] }
            return Preflight.missingFunctions(in: script).map { name in
                let head = name == "init" ? "def init():" : "def run(data):"
                return Finding(
                    .userScriptFunctionNotFound,
                    "\(facts.scriptName) has no function `\(name)`",
                    at: facts.place(path: facts.codePath, line: nil),
                    help: [facts.then("define `\(head)` at the top level of \(facts.scriptName)")]
                )
            }
        }
    )

    /// The handler of an exception failed itself; the exception that it handled is told first.
    static let failingHandler = Cause(
        "failing-handler",
        .exact,
        .standing { facts in
            facts.incidents.compactMap { incident in
                guard case .raised(let error) = incident, let slip = error.ofHandler else { return nil }
                let place = facts.place(slip.userFrame)
                return Finding(
                    error.phase.reason,
                    "\(facts.subject(place)), which handles that exception, fails itself: \(slip.title.shortened(to: 300))",
                    at: place,
                    evidence: facts.logged(slip),
                    help: [facts.then("correct \(facts.subject(place))")],
                    code: error.phase == .run ? .scoringFailed : nil
                )
            }
        }
    )
}
