import BerthDiagnostics

extension Cause {
    /// Python 2 in a file for Python 3.
    static let oldPythonSyntax = Cause(
        "old-python-syntax",
        .found,
        .raised { error, facts in
            guard let fault = SyntaxFault(error, facts), fault.isUser, let form = form(of: fault.line.trimmed) else {
                return nil
            }
            return fault.finding(
                "is Python 2 (\(form.what)), and the deployment runs Python \(facts.python)",
                facts,
                help: "write \(form.instead) in \(fault.subject)"
            )
        }
    )

    /// `print >>sys.stderr, "x"`, which is valid Python 3 and means something else.
    static let oldPrint = Cause(
        "old-print",
        .found,
        .raised { error, facts in
            guard error.root.is("TypeError"), error.root.says(">>"), let frame = error.userFrame,
                frame.text.firstMatch(of: #/\bprint\s*>>/#) != nil
            else { return nil }
            let place = facts.place(frame, word: "print")
            let stream = frame.text.after(">>").map { String($0.prefix { $0 != "," }).trimmed } ?? "sys.stderr"
            return Finding(
                error.phase == .importing ? .userScriptImportError : error.phase.reason,
                "\(facts.subject(place)) is Python 2 (`print >>\(stream)`), and the deployment runs Python \(facts.python)",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.then("write `print(…, file=\(stream))` in \(facts.subject(place))")]
            )
        }
    )

    private static func form(of line: String) -> (what: String, instead: String)? {
        if line.hasPrefix("print "), !line.hasPrefix("print ="), !line.hasPrefix("print (") {
            return ("`print` as a statement", "`print(\(line.dropFirst(6).prefix(60)))`")
        }
        if line.hasPrefix("exec "), !line.contains("(") || line.contains(" in ") {
            return ("`exec` as a statement", "`exec(code, globals)`")
        }
        if line.hasPrefix("except "), line.contains(","), !line.contains("("), line.hasSuffix(":") {
            let parts = line.dropFirst(7).dropLast().split(separator: ",").map { String($0).trimmed }
            if parts.count == 2 { return ("`except \(parts[0]), \(parts[1])`", "`except \(parts[0]) as \(parts[1]):`") }
        }
        if line.hasPrefix("raise "), let comma = line.firstIndex(of: ","), !line[..<comma].contains("(") {
            return ("`raise` with a comma", "`raise \(line.dropFirst(6).prefix { $0 != "," })(…)`")
        }
        if line.contains("<>") { return ("`<>`", "`!=`") }
        if line.contains("`") { return ("backquotes", "`repr(…)`") }
        if line.contains("lambda ("), line.contains("):") {
            return ("a tuple as parameter", "one name, taken apart inside")
        }
        if line.firstMatch(of: #/\b0[0-7]+\b/#) != nil, line.firstMatch(of: #/[\d.]0[0-7]+|0[xob]/#) == nil {
            return ("an octal number that begins with 0", "`0o…`")
        }
        if line.firstMatch(of: #/\bur['"]/#) != nil { return ("a `ur` text", "`r'…'`") }
        if line.firstMatch(of: #/\b\d+[lL]\b/#) != nil { return ("a long integer", "the number without `L`") }
        return nil
    }
}
