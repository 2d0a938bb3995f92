import BerthDiagnostics
import BerthJSON

/// `configure`.
enum Configure {
    static let defaults = Option(
        "defaults",
        "d",
        .values("KEY=VALUE"),
        help: "set defaults; an empty value removes one"
    )
    static let list = Option("list-defaults", "l", help: "list the defaults that are set")

    static let command = Command(
        "configure",
        "set or list defaults",
        options: [defaults, list],
        common: .output,
        examples: [
            Example("set two", "configure --defaults group=team workspace=main"),
            Example("list them", "configure --list-defaults"),
            Example("remove one", "configure --defaults workspace=''"),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        guard call.flag(defaults) else { return .result(.array(call.defaults.entries.map(\.json))) }
        var file = call.defaults
        for word in call.strings(defaults) {
            guard let sign = word.firstIndex(of: "="), sign != word.startIndex else {
                throw .usage(
                    Diagnostic(
                        .badArgument,
                        .argumentInvalid,
                        "`--defaults`: `\(word)` is no setting",
                        help: ["write a key and its value: workspace=main"]
                    )
                )
            }
            file.set(String(word[..<sign]).trimmed, to: String(word[word.index(after: sign)...]).trimmed)
        }
        do {
            try UserFile.makeFolder(
                String(file.path[..<(file.path.lastIndex(of: "/") ?? file.path.startIndex)]),
                mode: 0o700
            )
            try UserFile.write(file.text, to: file.path)
        } catch {
            throw .failed(error)
        }
        return call.flag(list) ? .result(.array(file.entries.map(\.json))) : .nothing
    }
}
