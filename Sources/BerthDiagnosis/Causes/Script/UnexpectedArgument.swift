import BerthDiagnostics

extension Cause {
    /// A call with an argument that the function does not have (any more).
    static let unexpectedArgument = Cause(
        "unexpected-argument",
        .exact,
        .raised { error, facts in
            guard error.root.is("TypeError"),
                let argument = error.root.message.between("got an unexpected keyword argument '", "'")
                    ?? error.root.message.between("unexpected keyword argument '", "'")
            else { return nil }
            let called = String(error.root.message.prefix { $0 != " " && $0 != "(" })
            let name = called.hasSuffix(".__init__") ? String(called.dropLast(9)) : called
            let short = name.split(separator: ".").last.map(String.init) ?? name
            let place = facts.place(error.userFrame, word: argument)
            let subject = facts.subject(place)
            if let removed = RemovedArgument.find(argument, of: short) {
                return Finding(
                    error.phase.reason,
                    "\(subject) gives `\(short)` the argument `\(argument)`, which is gone since \(removed.since); "
                        + "\(facts.installedText(removed.package)) is installed",
                    at: place,
                    evidence: facts.logged(error.root),
                    help: [facts.then("\(removed.instead) in \(subject)")]
                )
            }
            let library = error.root.frames.last.flatMap {
                $0.isUser ? facts.module(ofImported: short, in: $0.path) : facts.packageModule(of: $0.path)
            }
            let package = library.map { ProvidingPackages.package(for: $0) }
            let version = package.flatMap {
                facts.installed[$0.normalizedPackage] == nil ? nil : facts.installedText($0)
            }
            let parameters = facts.parameters(of: short)
            let near = nearestName(to: argument, among: parameters)
            let owner = version.map { "\($0) does not have there" } ?? "it does not have"
            return Finding(
                error.phase.reason,
                "\(subject) gives `\(short)` the argument `\(argument)`, which \(owner)"
                    + (near.map { "; it has `\($0)`" } ?? ""),
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    near.map { facts.then("write `\($0)` for `\(argument)` in \(subject)") }
                        ?? facts.then(
                            "remove `\(argument)` from the call in \(subject)"
                                + (package.flatMap { _ in version }.map {
                                    ", or pin the version of \($0.prefix { $0 != " " }) that has it"
                                } ?? "")
                        )
                ]
            )
        }
    )

    /// An attribute that an object or a module does not have.
    static let missingAttribute = Cause(
        "missing-attribute",
        .exact,
        .raised { error, facts in
            guard let missing = MissingAttribute(error.root), missing.owner != "NoneType",
                error.root.frames.last?.isUser ?? false
            else { return nil }
            let place = facts.place(error.userFrame, word: missing.attribute)
            let subject = facts.subject(place)
            let near = error.root.similar.first
            let package = missing.module.map { ProvidingPackages.package(for: $0) }
            let version = package.flatMap {
                facts.installed[$0.normalizedPackage] == nil ? nil : facts.installedText($0)
            }
            let owner = missing.module.map { "the module `\($0)`" } ?? "an object of type `\(missing.owner)`"
            return Finding(
                error.phase.reason,
                "\(subject) asks \(owner) for `\(missing.attribute)`, which it does not have"
                    + (version.map { " (\($0) is installed)" } ?? "") + (near.map { "; it has `\($0)`" } ?? "")
                    + error.phase.suffix,
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    near.map { facts.then("write `\($0)` in \(subject)") }
                        ?? facts.then(
                            "correct `\(missing.attribute)` in \(subject)"
                                + (version.flatMap { _ in package }.map { ", or pin the version of \($0) that has it" }
                                    ?? "")
                        )
                ]
            )
        }
    )

    /// A library that says itself that a name went, and what took its place.
    static let saidToBeRemoved = Cause(
        "said-to-be-removed",
        .found,
        .raised { error, facts in
            guard error.root.is("AttributeError", "ImportError", "NotImplementedError", "RuntimeError", "TypeError"),
                let match = error.root.message.firstMatch(
                    of: #/`?([\w.]+)`? (?:was|is|has been) removed (?:in|from) (?:the )?(.+?)(?: release)?[.;,]/#
                )
            else { return nil }
            let name = String(match.1)
            let last = name.split(separator: ".").last.map(String.init) ?? name
            let place = facts.place(error.userFrame, word: last)
            let library = facts.packageModule(in: error.root.frames)
            let version = library.map { facts.installedText(ProvidingPackages.package(for: $0)) }
            let instead = error.root.message.firstMatch(of: #/[Uu]se `?([\w.()]+)`?/#).map {
                String($0.1).withoutFullStop
            }
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) uses `\(name)`, which is gone since \(match.2)"
                    + (version.map { "; \($0) is installed" } ?? ""),
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    instead.map { facts.then("write `\($0)` in \(facts.subject(place))") }
                        ?? facts.then("replace `\(name)` in \(facts.subject(place))")
                ]
            )
        }
    )
}

extension Facts {
    /// The parameters of a function or class of the user's own, by its name.
    fileprivate func parameters(of name: String) -> [String] {
        for entry in codeTree where entry.path.hasSuffix(".py") {
            guard let source = source(entry.path) else { continue }
            let heads = source.statements.filter { statement in
                statement.text.hasPrefix("def \(name)(") || statement.text.hasPrefix("async def \(name)(")
                    || statement.text.hasPrefix("def __init__(") && statement.scopes.last == name
            }
            guard let inside = heads.first?.text.after("(") else { continue }
            return inside.split(separator: ",").map {
                String($0.drop { $0 == " " || $0 == "*" }.prefix(while: \.isWordCharacter))
            }
            .filter { !$0.isEmpty && $0 != "self" }
        }
        return []
    }

    /// The top-level module from which the file at `path` imports `name`.
    fileprivate func module(ofImported name: String, in path: String) -> String? {
        source(shown(path))?.imports.first { $0.name == name }.map { String($0.module.prefix { $0 != "." }) }
    }
}
