import Synchronization

@testable import BerthCLI

/// Runs the command line inside the test, and keeps what it writes.
struct CommandLineProbe: Sendable {
    struct Answer: Sendable {
        let status: Int32
        let out: String
        let error: String

        /// All that a user sees, for golden files.
        var transcript: String { "exit \(status)\n--- stdout\n\(out)--- stderr\n\(error)" }
    }

    /// No home, so that nothing of the machine's user is read or written.
    static let environment = ["HOME": "/nonexistent", "BERTH_HOME": "/nonexistent/berth"]

    static func run(
        _ words: String...,
        program: String = "berth",
        environment: [String: String] = environment
    ) async -> Answer {
        await run(words, program: program, environment: environment)
    }

    static func run(
        _ words: [String],
        program: String = "berth",
        environment: [String: String] = environment
    ) async -> Answer {
        let capture = Capture()
        let console = Console(isTerminal: false) { stream, text in capture.append(text, to: stream) }
        let status = await CommandLineMain.run(
            arguments: [program] + words,
            environment: environment,
            console: console
        )
        return Answer(status: status, out: capture.text(.out), error: capture.text(.error))
    }
}

private final class Capture: Sendable {
    private let texts = Mutex((out: "", error: ""))

    func append(_ text: String, to stream: Console.Stream) {
        texts.withLock { texts in
            switch stream {
            case .out: texts.out += text
            case .error: texts.error += text
            }
        }
    }

    func text(_ stream: Console.Stream) -> String {
        texts.withLock { stream == .out ? $0.out : $0.error }
    }
}
