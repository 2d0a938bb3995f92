import BerthDiagnostics
import BerthJSON

/// `config get`.
enum ConfigGet {
    static let command = Command(
        "config get",
        "show settings, by section",
        operands: [
            Operand(name: "KEY", help: "a section, or one setting of it: defaults.workspace", isRequired: false)
        ],
        common: .output,
        examples: [
            Example("the default workspace", "config get --query \"defaults[?name == 'workspace'].value\" -o tsv"),
            Example("the same", "config get defaults.workspace --query value -o tsv"),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let all: JSON = ["defaults": .array(call.defaults.entries.map(\.json))]
        guard let key = call.arguments.operands.first else { return .result(all) }
        let parts = key.split(separator: ".", maxSplits: 1).map(String.init)
        let found =
            parts.count == 1
            ? all[parts[0]] : all[parts[0]]?.arrayValue?.first { $0["name"]?.stringValue == parts[1] }
        guard let found else {
            throw .failed(
                Diagnostic(
                    .resourceNotFound,
                    nil,
                    "there is no setting `\(key)`",
                    help: ["set it: \(call.program) configure --defaults NAME=VALUE"]
                )
            )
        }
        return .result(found)
    }
}
