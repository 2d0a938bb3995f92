import BerthDiagnostics

extension Cause {
    /// Syntax of a newer Python than the one that runs.
    static let newerPythonSyntax = Cause(
        "newer-python-syntax",
        .found,
        .raised { error, facts in
            guard let fault = SyntaxFault(error, facts), fault.isUser, let running = facts.pythonMinor,
                let form = form(of: fault, facts), form.since > running
            else { return nil }
            let since = "\(form.since.0).\(form.since.1)"
            return fault.finding(
                "uses \(form.what), which Python has from \(since) on; the deployment runs Python \(facts.python)",
                facts,
                help: "ask for `python=\(since)` or newer in \(facts.condaFileName)"
            )
        }
    )

    private static func form(of fault: SyntaxFault, _ facts: Facts) -> (what: String, since: (Int, Int))? {
        let line = fault.line.trimmed
        // An older Python often points at the line after.
        let before =
            fault.place.location.line.flatMap { facts.source(fault.place.location.path)?.line($0 - 1) }?.trimmed ?? ""
        for text in [line, before] {
            if text.hasPrefix("match "), text.hasSuffix(":") { return ("`match`", (3, 10)) }
            if text.hasPrefix("except*") || text.hasPrefix("except *") { return ("`except*`", (3, 11)) }
            if text.firstMatch(of: #/^type\s+\w+(\[.*\])?\s*=/#) != nil { return ("a `type` statement", (3, 12)) }
            if text.firstMatch(of: #/^(class|(async )?def)\s+\w+\[/#) != nil { return ("type parameters", (3, 12)) }
            if text.hasPrefix("with ("), text.contains(" as ") {
                return ("`with` over several managers in parentheses", (3, 9))
            }
        }
        if line.contains(":=") { return ("`:=`", (3, 8)) }
        if line.hasPrefix("def "), line.contains(", /") || line.contains("/)") {
            return ("positional-only parameters", (3, 8))
        }
        if line.firstMatch(of: #/\bf["'].*\{[^}]*=\}/#) != nil { return ("`{name=}` in an f-string", (3, 8)) }
        if line.firstMatch(of: #/\bf["']/#) != nil,
            fault.message.contains("f-string") || fault.message.contains("invalid syntax")
        {
            return ("quotes or backslashes inside an f-string's braces", (3, 12))
        }
        if line.hasPrefix("case "), line.hasSuffix(":") { return ("`match`", (3, 10)) }
        return nil
    }
}
