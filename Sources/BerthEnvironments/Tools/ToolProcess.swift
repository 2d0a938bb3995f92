import Subprocess

/// Why a tool gave no exit status.
enum ToolFailure: Error, Hashable {
    /// The program could not be started; the system's words.
    case notStarted(String)
    case timedOut(Duration)
    case cancelled
}

/// What a tool said, and how it ended.
struct ToolOutcome: Hashable, Sendable {
    var succeeded: Bool
    /// `exit status 1`, `signal 9`.
    var ending: String
    /// Its output lines: the first `ToolProcess.headLines` and the last `ToolProcess.tailLines`.
    var lines: [String]

    var text: String { lines.joined(separator: "\n") }
}

/// One run of a helper program: its output comes line by line, it ends with the task that runs it, and all is bounded.
struct ToolProcess: Sendable {
    static let headLines = 200
    static let tailLines = 400
    /// Longer lines are cut.
    static let maxLineBytes = 8192

    var executable: String
    var arguments: [String]
    var environment: [String: String]
    /// Absolute.
    var workingFolder: String
    /// After this time the program and its children are ended.
    var timeout: Duration

    /// Runs the program to its end. stdout and stderr arrive in `line` as they come.
    ///
    /// When the task is cancelled or the time is up, the program's session gets SIGTERM and two seconds later SIGKILL;
    /// this returns when it is gone.
    func run(line: @escaping @Sendable (String) -> Void = { _ in }) async throws(ToolFailure) -> ToolOutcome {
        do {
            return try await withThrowingTaskGroup(of: ToolOutcome?.self) { group in
                group.addTask { try await runToEnd(line: line) }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return nil
                }
                defer { group.cancelAll() }
                guard let first = try await group.next(), let outcome = first else {
                    throw ToolFailure.timedOut(timeout)
                }
                return outcome
            }
        } catch let failure as ToolFailure {
            throw failure
        } catch {
            throw Task.isCancelled ? .cancelled : .notStarted("\(error)")
        }
    }

    private func runToEnd(line: @escaping @Sendable (String) -> Void) async throws -> ToolOutcome {
        var options = PlatformOptions()
        // A session of its own: build tools start compilers, which must end with them.
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(2))
        ]
        var variables: [Environment.Key: String] = [:]
        for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
        let result = try await Subprocess.run(
            .path(Self.path(executable)),
            arguments: Arguments(arguments),
            environment: .custom(variables),
            workingDirectory: Self.path(workingFolder),
            platformOptions: options,
            input: .none,
            output: .sequence,
            error: .combinedWithOutput
        ) { execution in
            var splitter = LineSplitter(maxLineBytes: Self.maxLineBytes)
            var kept = KeptLines()
            for try await chunk in execution.standardOutput {
                let lines = chunk.withUnsafeBytes { splitter.feed($0) }
                for text in lines {
                    kept.append(text)
                    line(text)
                }
            }
            if let last = splitter.rest() {
                kept.append(last)
                line(last)
            }
            return kept.lines
        }
        try Task.checkCancellation()
        let ending =
            switch result.terminationStatus {
            case .exited(let status): "exit status \(status)"
            case .signaled(let signal): "signal \(signal)"
            }
        return ToolOutcome(
            succeeded: result.terminationStatus.isSuccess,
            ending: ending,
            lines: result.closureResult
        )
    }

    /// The library's path type, whose module we do not name: its string literal form takes any string.
    private static func path<Path: ExpressibleByStringLiteral>(_ text: String) -> Path
    where Path.StringLiteralType == String {
        Path(stringLiteral: text)
    }
}

/// Cuts a stream of bytes into lines. `\r` ends a line too, so that progress bars are seen.
struct LineSplitter {
    private var pending: [UInt8] = []
    private let maxLineBytes: Int

    init(maxLineBytes: Int) { self.maxLineBytes = maxLineBytes }

    mutating func feed(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == 0x0A || byte == 0x0D {
                if !pending.isEmpty || byte == 0x0A { lines.append(String(decoding: pending, as: UTF8.self)) }
                pending.removeAll(keepingCapacity: true)
            } else if pending.count < maxLineBytes {
                pending.append(byte)
            }
        }
        return lines
    }

    mutating func rest() -> String? {
        defer { pending = [] }
        return pending.isEmpty ? nil : String(decoding: pending, as: UTF8.self)
    }
}

/// The beginning and the end of a long output.
private struct KeptLines {
    private var head: [String] = []
    private var tail: [String] = []
    private var dropped = 0

    mutating func append(_ line: String) {
        if head.count < ToolProcess.headLines {
            head.append(line)
            return
        }
        tail.append(line)
        // Dropped in halves, so that a long output does not move the rest at every line.
        guard tail.count >= 2 * ToolProcess.tailLines else { return }
        tail.removeFirst(ToolProcess.tailLines)
        dropped += ToolProcess.tailLines
    }

    var lines: [String] { dropped == 0 ? head + tail : head + ["… \(dropped) lines …"] + tail }
}
