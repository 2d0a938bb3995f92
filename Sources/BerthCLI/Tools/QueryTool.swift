import BerthDiagnostics
import BerthJSON
import BerthQuery

/// `query`.
enum QueryTool {
    static let batch = Option("batch", help: "read lines `{\"given\": …, \"expression\": …}`, write a line for each")

    static let command = Command(
        "query",
        "apply a JMESPath expression to the JSON on stdin",
        discussion:
            "Prints the result, null too. A syntax error ends with 2, any other error with 1. Write -- before an "
            + "expression that begins with a dash.",
        operands: [Operand(name: "EXPRESSION", help: "the expression; none with --batch", isRequired: false)],
        options: [batch],
        common: .bare,
        examples: [
            Example("names of the deployments", "query 'deployments[].name' < endpoint.json"),
            Example("many at once", "query --batch < cases.jsonl"),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        guard !call.flag(batch) else { return try answerLines(call) }
        guard let expression = call.arguments.operands.first else {
            throw .usage(
                Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "`\(call.program) query` needs an expression",
                    help: ["write it behind the command: \(call.program) query 'name' < data.json"]
                )
            )
        }
        let query: Query
        do { query = try Query(expression) } catch { throw .usage(error.diagnostic(for: expression)) }
        let bytes: [UInt8]
        do { bytes = try UserFile.read("-") } catch { throw .failed(error) }
        let given: JSON
        do {
            given = try JSON.parse(bytes)
        } catch {
            throw .failed(
                Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "the input is no JSON: \(error.message)",
                    location: SourceLocation(path: "stdin", line: error.line, column: error.column)
                )
            )
        }
        do {
            return .text(try query.apply(to: given).text(.indented))
        } catch {
            throw .failed(error.diagnostic(for: expression))
        }
    }

    /// Line by line, so that a program may ask and read in turn.
    private static func answerLines(_ call: Invocation) throws(CommandFailure) -> Outcome {
        while let line = readLine() {
            call.console.out(QueryCommand.answer(to: Array(line.utf8)) + "\n")
        }
        return .nothing
    }
}
