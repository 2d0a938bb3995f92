import BerthDiagnostics

extension Cause {
    /// Text that came into the file with copying: notebook commands, conflict marks, typographic quotes, shell prompts.
    static let foreignText = Cause(
        "foreign-text",
        .found,
        .raised { error, facts in
            guard let fault = SyntaxFault(error, facts), fault.isUser else { return nil }
            let line = fault.line.trimmed
            if line.hasPrefix("<<<<<<<") || line.hasPrefix("=======") || line.hasPrefix(">>>>>>>") {
                return fault.finding(
                    "is a mark that an unfinished merge left behind (`\(line.prefix(30))`)",
                    facts,
                    help: "finish the merge in \(fault.place.location.path)"
                )
            }
            if line.hasPrefix("%") || line.hasPrefix("!") {
                return fault.finding(
                    "is a notebook command (`\(line.prefix(60))`), which only a notebook understands",
                    facts,
                    help: "remove \(fault.subject); packages belong into \(facts.condaFileName)"
                )
            }
            if line.hasPrefix(">>> ") || line.hasPrefix("$ ") {
                return fault.finding("begins with a prompt that was copied along", facts, help: "remove the prompt")
            }
            if let sign = line.first(where: { "“”„‘’‚«»–—\u{00A0}\u{200B}\u{FEFF}".contains($0) }),
                fault.message.containsAny("invalid character", "non-printable", "invalid syntax")
            {
                return fault.finding(
                    "has the typographic sign `\(sign)` where Python needs a plain one",
                    facts,
                    help: "replace `\(sign)` in \(fault.subject)"
                )
            }
            return nil
        }
    )

    /// A file that is no text that Python can read.
    static let notText = Cause(
        "not-text",
        .found,
        .raised { error, facts in
            guard let fault = SyntaxFault(error, facts), fault.isUser,
                fault.message.containsAny(
                    "null bytes",
                    "Non-UTF-8",
                    "encoding problem",
                    "unknown encoding",
                    "unicode error"
                )
            else { return nil }
            guard !fault.message.contains("unicodeescape") else {
                return fault.finding(
                    "has a backslash in a text that Python takes for an escape, as in a Windows path",
                    facts,
                    help: "write the text as `r'…'` or with `/` in \(fault.subject)"
                )
            }
            return fault.finding(
                "is not UTF-8 text: \(fault.message)",
                facts,
                help: "save \(fault.place.location.path) as UTF-8"
            )
        }
    )
}
