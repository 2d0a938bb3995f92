import BerthDiagnostics
import BerthJSON
import BerthOutput
import BerthQuery

/// Prints what a command leaves behind, as `--query` and `--output` say. A wrong query is found before the command
/// does anything.
struct ResultPrinter {
    private let console: Console
    private let format: OutputFormat
    private let query: Query?
    private let expression: String

    init(_ call: Invocation) throws(CommandFailure) {
        console = call.console
        format = OutputFormat(call)
        expression = call.string(CommonOption.query) ?? ""
        guard call.flag(CommonOption.query) else {
            query = nil
            return
        }
        do {
            query = try Query(expression)
        } catch {
            throw .usage(error.diagnostic(for: expression))
        }
    }

    func print(_ outcome: Outcome) throws(CommandFailure) {
        switch outcome {
        case .nothing: break
        case .result(let value): console.out(rendered(try selected(value)))
        case .text(let text):
            guard format != .none else { return }
            guard query != nil else {
                console.out(text.isEmpty || text.hasSuffix("\n") ? text : text + "\n")
                return
            }
            do {
                console.out(rendered(try selected(try JSON.parse(text))))
            } catch let failure as CommandFailure {
                throw failure
            } catch {
                throw .failed(
                    Diagnostic(
                        .badArgument,
                        .argumentInvalid,
                        "`--query` cannot be applied: the answer is no JSON",
                        help: ["leave --query away to see the answer"]
                    )
                )
            }
        }
    }

    private func rendered(_ value: JSON) -> String {
        format.render(value, colour: console.coloursOutput, isQueried: query != nil)
    }

    private func selected(_ value: JSON) throws(CommandFailure) -> JSON {
        guard let query else { return value }
        do {
            return try query.apply(to: value)
        } catch {
            throw .failed(error.diagnostic(for: expression))
        }
    }
}
