import BerthDiagnostics
import BerthJSON
import BerthOutput

extension OutputFormat {
    /// What the command line, else the settings, ask for.
    init(_ call: Invocation) {
        let name = call.string(CommonOption.format) ?? call.defaults.value("output", section: "core") ?? ""
        self = OutputFormat(rawValue: name.lowercased()) ?? .json
    }

    /// The format that was asked for on the command line, not one that is fallen back upon.
    static func explicit(_ call: Invocation) -> OutputFormat? {
        call.string(CommonOption.format).flatMap { OutputFormat(rawValue: $0.lowercased()) }
    }

    /// What can be seen of it on a command line that cannot be read.
    static func asked(_ words: [String]) -> OutputFormat? {
        for (index, word) in words.enumerated() {
            if word == "-o" || word == "--output", words.indices.contains(index + 1) {
                return OutputFormat(rawValue: words[index + 1].lowercased())
            }
            for lead in ["--output=", "-o"] where word.hasPrefix(lead) && word.count > lead.count {
                return OutputFormat(rawValue: word.dropFirst(lead.count).lowercased())
            }
        }
        return nil
    }

    /// Whether a machine reads along, for whom a failure ends with its JSON form.
    var carriesErrors: Bool {
        switch self {
        case .json, .jsonc, .yaml, .yamlc: true
        case .table, .tsv, .none: false
        }
    }
}

/// Shows a failure: for people, then, where a machine reads along, as JSON.
struct FailureReport {
    let console: Console
    /// The format that was asked for on the command line; only then stderr ends with JSON.
    let format: OutputFormat?

    /// The exit status.
    func report(_ failure: CommandFailure) -> Int32 {
        let diagnostics = failure.diagnostics
        for diagnostic in diagnostics {
            console.error(console.text(diagnostic, colour: console.usesColour) + "\n")
        }
        if case .spec = failure, diagnostics.count > 1 { console.error("\(diagnostics.count) errors\n") }
        if let format, format.carriesErrors, let first = diagnostics.first {
            console.error(Self.json(first, also: Array(diagnostics.dropFirst())).text() + "\n")
        }
        return failure.exitStatus
    }

    /// `{"error": {"code", "message", "diagnosis", "also"}}`, on one line.
    static func json(_ diagnostic: Diagnostic, also: [Diagnostic]) -> JSON {
        var error = JSONObject()
        error["code"] = .string(diagnostic.code.azureCode)
        error["message"] = .string(diagnostic.message)
        error["diagnosis"] = diagnostic.json
        if !also.isEmpty { error["also"] = .array(also.map(\.json)) }
        return ["error": .object(error)]
    }
}
