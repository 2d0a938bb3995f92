import BerthDiagnostics
import BerthJSON
import BerthRuntime

/// One run of one command: what was typed, where the words go, what is set.
struct Invocation: Sendable {
    let arguments: Arguments
    let console: Console
    let environment: [String: String]
    /// `berth`, or `az ml`.
    let program: String
    /// Absolute path of this program, which also is the server.
    let executable: String
    let defaults: DefaultsFile

    func flag(_ option: Option) -> Bool { arguments.flag(option) }
    func string(_ option: Option) -> String? { arguments.string(option) }
    func strings(_ option: Option) -> [String] { arguments.strings(option) }

    func groups(_ option: Option) -> [[String]] { arguments.groups(option) }

    var home: BerthHome { BerthHome(environment: environment) }
    var isQuiet: Bool { flag(CommonOption.onlyShowErrors) }
    var isVerbose: Bool { flag(CommonOption.verbose) || flag(CommonOption.debug) }

    /// The option's value, which must be there.
    func required(_ option: Option) throws(CommandFailure) -> String {
        guard let value = string(option), !value.isEmpty else {
            let short = option.short.map { "/`-\($0)`" } ?? ""
            throw .usage(
                Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "`--\(option.name)`\(short) is missing",
                    help: ["add it: --\(option.name) \(option.kind.placeholder ?? "")"]
                )
            )
        }
        return value
    }

    /// `value` where it is known already, else the option's, which must be there.
    func known(_ value: String?, or option: Option) throws(CommandFailure) -> String {
        if let value { return value }
        return try required(option)
    }

    /// The option's value as a whole number in `range`.
    func number(_ option: Option, in range: ClosedRange<Int>) throws(CommandFailure) -> Int? {
        guard let text = string(option) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .usage(
                Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "`--\(option.name)` is `\(text)`, expected a whole number from \(range.lowerBound) to "
                        + "\(range.upperBound)"
                )
            )
        }
        return number
    }

    /// Says something that is neither result nor failure.
    func note(_ text: String) {
        guard !isQuiet else { return }
        console.error(text + "\n")
    }

    /// Says what only those want to know who ask for more.
    func detail(_ text: String) {
        guard isVerbose else { return }
        console.error(text + "\n")
    }

    func warn(_ diagnostics: [Diagnostic]) {
        for diagnostic in diagnostics { note(console.text(diagnostic, colour: console.usesColour)) }
    }

    /// Names the command to run next.
    func next(_ line: String) { note("next: \(program) \(line)") }
}
