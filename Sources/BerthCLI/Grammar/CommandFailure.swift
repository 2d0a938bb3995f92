import BerthDiagnostics

/// Why a command did not do what it was asked for. The one place that maps failures to exit statuses.
enum CommandFailure: Error, Hashable, Sendable {
    /// The command line is wrong.
    case usage(Diagnostic)
    /// The files are wrong; nothing was created.
    case spec([Diagnostic])
    /// The operation failed; further independent causes follow the first.
    case failed(Diagnostic, also: [Diagnostic] = [])

    init(_ diagnostic: Diagnostic) { self = .failed(diagnostic) }

    var diagnostics: [Diagnostic] {
        switch self {
        case .usage(let diagnostic): [diagnostic]
        case .spec(let diagnostics): diagnostics
        case .failed(let diagnostic, let also): [diagnostic] + also
        }
    }

    var exitStatus: Int32 {
        switch self {
        case .usage, .spec: ExitStatus.usage
        case .failed: ExitStatus.failed
        }
    }
}

/// What a command's process answers to its caller.
enum ExitStatus {
    static let done: Int32 = 0
    static let failed: Int32 = 1
    static let usage: Int32 = 2
    static let interrupted: Int32 = 130
}

/// Runs `body`, whose failures are diagnostics, as part of a command: they fail the operation.
func orFail<Value>(
    _ body: () async throws(Diagnostic) -> Value
) async throws(CommandFailure) -> Value {
    do { return try await body() } catch { throw .failed(error) }
}
