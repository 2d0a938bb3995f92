package import BerthDiagnostics
import BerthJSON

/// What `berth query` does, without reading and writing.
package enum QueryCommand {
    /// The answer to one line of `--batch`: a line in, a line out, without line breaks.
    ///
    /// In: `{"given": VALUE, "expression": TEXT}`. Out: `{"result": VALUE}`, or `{"error": KIND, "message": TEXT}`,
    /// with an `offset` into the expression where the kind is one of `QueryError.Kind`. The kind of a line that is no
    /// such object is `invalid-line`.
    package static func answer(to line: [UInt8]) -> String {
        answer(parsing: line).text()
    }

    private static func answer(parsing line: [UInt8]) -> JSON {
        let request: JSON
        do {
            request = try JSON.parse(line)
        } catch {
            return invalidLine("column \(error.column): \(error.message)")
        }
        guard let given = request["given"] else { return invalidLine("the line has no `given`") }
        guard let expression = request["expression"]?.stringValue else {
            return invalidLine("the line has no text `expression`")
        }
        do {
            return ["result": try Query(expression).apply(to: given)]
        } catch {
            return [
                "error": .string(error.kind.rawValue), "message": .string(error.message),
                "offset": .integer(error.offset),
            ]
        }
    }

    private static func invalidLine(_ message: String) -> JSON {
        ["error": "invalid-line", "message": .string(message)]
    }
}

extension QueryError {
    /// For people: the kind, the reason and the place in `expression`. A syntax error is a matter of usage (exit 2);
    /// any other is a failure of the command (exit 1).
    package func diagnostic(for expression: String) -> Diagnostic {
        let isOneLine = !expression.contains { $0.isNewline } && expression.utf8.count <= 200
        return Diagnostic(
            .badArgument,
            .argumentInvalid,
            "\(kind.rawValue) error in the query: \(message)",
            location: SourceLocation(path: "query", line: isOneLine ? 1 : nil, column: isOneLine ? offset + 1 : nil),
            sourceLine: isOneLine ? expression : nil,
            help: ["correct the expression; the language is described on https://jmespath.org"]
        )
    }
}
