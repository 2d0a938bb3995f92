extension Diagnostic {
    /// The form for people: code and message, place with the line and a caret, evidence, help. No trailing line break.
    ///
    /// With `colour` it uses the colours of a terminal; the text is understandable without them.
    package func text(colour: Bool = false) -> String {
        let paint = Paint(enabled: colour)
        var lines: [String] = []
        let head = severity == .error ? paint.red("error[\(code.rawValue)]") : paint.yellow("warning[\(code.rawValue)]")
        lines.append("\(head): \(message)")
        if let location {
            lines.append("  --> \(location.text)")
        }
        lines += excerpt(paint)
        for fact in evidence {
            let source = fact.line.map { "\(fact.source):\($0)" } ?? fact.source
            for (index, line) in fact.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                lines.append(index == 0 ? "  \(source): \(line)" : line.isEmpty ? "" : "    \(line)")
            }
        }
        for step in help {
            lines.append("\(paint.green("help")): \(step)")
        }
        if let requestID {
            lines.append("request id: \(requestID)")
        }
        return lines.joined(separator: "\n")
    }

    private func excerpt(_ paint: Paint) -> [String] {
        guard let sourceLine, let number = location?.line else { return [] }
        let margin = String(repeating: " ", count: String(number).count)
        var lines = [" \(margin) |", " \(number) | \(sourceLine)"]
        if let column = location?.column {
            // Tabs stay tabs, so that the caret stands under its sign in any tab width.
            let indent = sourceLine.prefix(max(0, column - 1))
                .map { $0 == "\t" ? "\t" : String(repeating: " ", count: $0.displayWidth) }.joined()
            lines.append(" \(margin) | \(indent)\(paint.red("^"))")
        }
        return lines
    }
}

extension SourceLocation {
    /// `path:line:column`, as far as they are known.
    package var text: String {
        ([path] + [line, column].prefix { $0 != nil }.compactMap { $0.map(String.init) }).joined(separator: ":")
    }
}

private struct Paint {
    let enabled: Bool

    private func wrap(_ code: String, _ text: String) -> String { enabled ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
    func red(_ text: String) -> String { wrap("1;31", text) }
    func yellow(_ text: String) -> String { wrap("1;33", text) }
    func green(_ text: String) -> String { wrap("1;32", text) }
}
