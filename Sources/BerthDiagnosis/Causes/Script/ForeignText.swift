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
            if let sign = fault.namedSign
                ?? line.first(where: { "“”„‘’‚«»–—、。".contains($0) || $0.isInvisible || $0.isFullWidth }),
                fault.message.containsAny("invalid character", "non-printable", "invalid syntax")
            {
                let shown =
                    sign.isInvisible
                    ? "U+" + String(sign.unicodeScalars.first?.value ?? 0, radix: 16, uppercase: true) : String(sign)
                if sign.isInvisible {
                    return fault.finding(
                        "has an invisible sign (\(shown)) where Python needs a plain one, as text from a web page has",
                        facts,
                        help: "write \(fault.subject) again by hand, with plain spaces"
                    )
                }
                return fault.finding(
                    "has the typographic sign `\(sign)` where Python needs a plain one",
                    facts,
                    help: "replace `\(sign)` in \(fault.subject)"
                )
            }
            return nil
        }
    )

    /// `global model` behind the first use of `model`.
    static let globalTooLate = Cause(
        "global-too-late",
        .found,
        .raised { error, facts in
            guard let fault = SyntaxFault(error, facts), fault.isUser,
                fault.message.contains("prior to global")
                    || fault.message.contains("before global"), let name = fault.message.quoted.first
            else { return nil }
            return fault.finding(
                "declares `\(name)` global after the function has used it",
                facts,
                help: "move `global \(name)` to the first line of its function, above \(fault.subject)"
            )
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

extension SyntaxFault {
    /// The sign that «invalid character '，' (U+FF0C)» names.
    fileprivate var namedSign: Character? {
        if message.contains("invalid character"), let text = message.between("character '", "'"), text.count == 1 {
            return text.first
        }
        guard let code = message.firstMatch(of: #/non-printable character U\+([0-9A-Fa-f]+)/#),
            let scalar = UInt32(code.1, radix: 16).flatMap(Unicode.Scalar.init)
        else { return nil }
        return Character(scalar)
    }
}

extension Character {
    fileprivate var isInvisible: Bool {
        unicodeScalars.first.map { scalar in
            [0xA0, 0x3000, 0xFEFF, 0x2028, 0x2029].contains(scalar.value) || (0x2000...0x200F).contains(scalar.value)
                || (0x202A...0x202F).contains(scalar.value)
        } ?? false
    }
    fileprivate var isFullWidth: Bool { unicodeScalars.first.map { (0xFF01...0xFF5E).contains($0.value) } ?? false }
}
