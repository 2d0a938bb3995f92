/// What a script's text alone tells, before anything runs. The place of the checks that `berth validate` makes without
/// an environment; the causes use them too, where a failed import has kept the server from looking itself.
package enum Preflight {
    /// Which of `init` and `run` the text of a scoring script does not bind at its top level. Empty where that cannot be
    /// known: the text imports all names of a module, or binds names while it runs.
    package static func missingFunctions(inScript text: String) -> [String] {
        missingFunctions(in: PythonSource(text))
    }

    static func missingFunctions(in source: PythonSource) -> [String] {
        let isOpen =
            source.imports.contains { $0.name == "*" }
            || source.statements.contains {
                $0.text.containsAny("globals()", "exec(", "setattr(", "driver_module", "sys.modules[")
            }
        guard !isOpen else { return [] }
        let bound = Set(source.topLevelNames + source.statements.flatMap { $0.text.aliases })
        return ["init", "run"].filter { !bound.contains($0) && !source.isGlobal($0) }
    }
}

extension PythonSource {
    /// Whether any function declares `name` global, and so may bind it.
    fileprivate func isGlobal(_ name: String) -> Bool {
        statements.contains { $0.text.hasPrefix("global ") && $0.text.hasWord(name) }
    }
}

extension String {
    /// `b` of `import a as b` and `from x import a as b`.
    fileprivate var aliases: [String] {
        guard hasPrefix("import ") || hasPrefix("from ") else { return [] }
        return split(separator: ",").compactMap { part in
            String(part).after(" as ").map { String($0.prefix(while: \.isWordCharacter)) }
        }
    }
}
