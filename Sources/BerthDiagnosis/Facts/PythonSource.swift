/// A Python file read without running it: its logical lines with where each stands. Enough to find imports, functions,
/// assignments; not a parser.
struct PythonSource: Sendable {
    /// One logical line: continued and bracketed lines are one, comments are gone, texts stay.
    struct Statement: Sendable {
        /// 1-based, of its first line.
        let line: Int
        let indent: Int
        let text: String
        /// Names of the functions and classes around it, outermost first.
        let scopes: [String]
        /// Inside a `try:` or one of its handlers.
        let isGuarded: Bool
        /// Inside `if`, `for`, `while`, `with` …
        let isConditional: Bool
    }

    struct Import: Sendable {
        /// Dotted; empty for `from . import x`.
        let module: String
        /// The name behind `from … import`.
        let name: String?
        let line: Int
        let isGuarded: Bool
        let isTopLevel: Bool
        /// Number of dots of a relative import.
        let dots: Int
    }

    let lines: [String]
    let statements: [Statement]

    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.last == "\r" ? String($0.dropLast()) : String($0) }
        statements = Self.structured(LogicalLines.of(lines))
    }

    func line(_ number: Int) -> String? { lines.indices.contains(number - 1) ? lines[number - 1] : nil }

    private static func structured(_ logical: [LogicalLines.Line]) -> [Statement] {
        enum Block { case scope(String), tried, other }
        var stack: [(indent: Int, block: Block)] = []
        return logical.map { line in
            while let last = stack.last, last.indent >= line.indent { stack.removeLast() }
            let scopes = stack.compactMap { if case .scope(let name) = $0.block { name } else { nil } }
            let isGuarded = stack.contains { if case .tried = $0.block { true } else { false } }
            let isConditional = stack.contains { if case .other = $0.block { true } else { false } }
            if let name = Self.definedName(line.text) {
                stack.append((line.indent, .scope(name)))
            } else if line.text.hasSuffix(":") {
                let word = line.text.prefix { $0.isLetter }
                let tries = ["try", "except", "finally"].contains(String(word))
                stack.append((line.indent, tries ? .tried : .other))
            }
            return Statement(
                line: line.number,
                indent: line.indent,
                text: line.text,
                scopes: scopes,
                isGuarded: isGuarded,
                isConditional: isConditional
            )
        }
    }

    private static func definedName(_ text: String) -> String? {
        for head in ["def ", "async def ", "class "] where text.hasPrefix(head) {
            return String(text.dropFirst(head.count).drop { $0 == " " }.prefix(while: \.isWordCharacter))
        }
        return nil
    }

    // MARK: Questions

    /// All statements inside the function or class `name` of the file's top level.
    func body(of name: String) -> [Statement] { statements.filter { $0.scopes.first == name } }

    /// The `def` of the top level with this name.
    func definition(of name: String) -> Statement? {
        statements.first { $0.scopes.isEmpty && Self.definedName($0.text) == name }
    }

    /// The statement that line `number` belongs to.
    func statement(at number: Int) -> Statement? { statements.last { $0.line <= number } }

    /// The statements of the `try:` whose handler holds the statement on line `number`.
    func tried(byHandlerAt number: Int) -> [Statement] {
        guard let inner = statements.lastIndex(where: { $0.line <= number }),
            let handler = statements[..<inner].lastIndex(where: {
                $0.indent < statements[inner].indent && $0.text.hasPrefix("except")
            }),
            let start = statements[..<handler].lastIndex(where: {
                $0.indent == statements[handler].indent && $0.text.hasPrefix("try")
            })
        else { return [] }
        return statements[(start + 1)..<handler].prefix { $0.indent > statements[handler].indent }.map(\.self)
    }

    /// The loop around the statement on line `number`.
    func loop(around number: Int) -> Statement? {
        guard let inner = statements.lastIndex(where: { $0.line <= number }) else { return nil }
        var indent = statements[inner].indent
        for statement in statements[..<inner].reversed() where statement.indent < indent {
            if statement.text.containsAny("def ", "class ") && statement.text.hasSuffix(":") { return nil }
            if statement.text.hasPrefix("while ") || statement.text.hasPrefix("for ") { return statement }
            indent = statement.indent
        }
        return nil
    }

    /// Names that the file's top level binds: functions, classes, assignments, imports.
    var topLevelNames: [String] {
        var names: [String] = []
        for statement in statements where statement.scopes.isEmpty {
            if let name = Self.definedName(statement.text) {
                names.append(name)
            } else {
                names += Self.assignedNames(statement.text)
            }
        }
        names += imports.filter(\.isTopLevel).map { $0.name ?? String($0.module.prefix { $0 != "." }) }
        return names
    }

    /// `a`, `b` of `a = …`, `a: T = …`, `a, b = …`, `a += …`.
    static func assignedNames(_ text: String) -> [String] {
        guard let equals = assignment(in: text) else { return [] }
        var target = String(text[..<equals]).trimmed
        while let last = target.last, "+-*/%&|^@".contains(last) { target.removeLast() }
        if let colon = target.firstIndex(of: ":") { target = String(target[..<colon]) }
        return target.split(separator: ",").map { String($0).trimmed }
            .filter { !$0.isEmpty && $0.allSatisfy(\.isWordCharacter) }
    }

    /// The first `=` outside of brackets and texts that is no comparison.
    private static func assignment(in text: String) -> String.Index? {
        var depth = 0
        var quote: Character?
        var previous: Character = " "
        for index in text.indices {
            let sign = text[index]
            defer { previous = sign }
            if let open = quote {
                if sign == open { quote = nil }
                continue
            }
            switch sign {
            case "'", "\"": quote = sign
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            case "=" where depth == 0:
                let next = text.index(after: index)
                let isDouble = next < text.endIndex && text[next] == "="
                if isDouble || "=!<>:".contains(previous) { continue }
                return index
            default: break
            }
        }
        return nil
    }

    var imports: [Import] {
        statements.flatMap { statement -> [Import] in
            let isTop = statement.scopes.isEmpty
            if statement.text.hasPrefix("import ") {
                return statement.text.dropFirst(7).split(separator: ",").map { part in
                    let module = String(part).trimmed.prefix { !$0.isWhitespace }
                    return Import(
                        module: String(module),
                        name: nil,
                        line: statement.line,
                        isGuarded: statement.isGuarded,
                        isTopLevel: isTop && !statement.isConditional,
                        dots: 0
                    )
                }
            }
            guard statement.text.hasPrefix("from "), let names = statement.text.after(" import ") else { return [] }
            let origin = statement.text.dropFirst(5).drop { $0 == " " }.prefix { !$0.isWhitespace }
            let dots = origin.prefix { $0 == "." }.count
            return names.split(separator: ",").map { part in
                let name = String(part.filter { $0 != "(" && $0 != ")" }).trimmed.prefix { !$0.isWhitespace }
                return Import(
                    module: String(origin.dropFirst(dots)),
                    name: String(name),
                    line: statement.line,
                    isGuarded: statement.isGuarded,
                    isTopLevel: isTop && !statement.isConditional,
                    dots: dots
                )
            }
        }
    }
}
