extension Cause {
    /// Tabs and spaces, or a block that is not indented as Python needs it.
    static let indentation = Cause(
        "indentation",
        .exact,
        .raised { error, facts in
            guard let fault = SyntaxFault(error, facts), fault.isUser,
                fault.exception.is("IndentationError", "TabError")
            else { return nil }
            if fault.exception.is("TabError") {
                return fault.finding(
                    "mixes tabs and spaces in its indentation",
                    facts,
                    help: "indent \(fault.subject) and its neighbours with spaces only"
                )
            }
            return fault.finding(
                "is not indented as Python needs it: \(fault.message)",
                facts,
                help: "correct the indentation of \(fault.subject)"
            )
        }
    )
}
