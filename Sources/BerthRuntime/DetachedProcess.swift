package import BerthDiagnostics
import CBerthPlatform
import Glibc

/// Starts a program that outlives its starter: in a session of its own, with no terminal and no inherited files.
package enum DetachedProcess {
    /// Starts `arguments[0]` (absolute) and waits until it says on its file descriptor 3 that it is ready, or ends.
    ///
    /// The program writes one line there: `ready`, or `error: ` and why not. Its output is appended to `logFile`.
    /// Blocking, until the line arrives or the program has closed the descriptor.
    /// Returns the process id; throws `PlatformFault` with the program's words.
    @discardableResult
    package static func start(
        _ arguments: [String],
        environment: [String: String],
        logFile: String
    ) throws(Diagnostic) -> Int {
        guard let program = arguments.first else { preconditionFailure("no program named") }
        let argv = arguments.map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid: pid_t = 0
        var ready: Int32 = -1
        let status = berth_spawn_detached(argv, envp, logFile, &pid, &ready)
        guard status == 0 else {
            throw Diagnostic(
                .internalError,
                .platformFault,
                "`\(program)` could not be started",
                evidence: [Evidence("spawn", String(cString: strerror(status)))]
            )
        }
        defer { close(ready) }
        let line = readLine(ready)
        guard line == "ready" else {
            throw Diagnostic(
                .internalError,
                .platformFault,
                "`\(arguments.prefix(2).joined(separator: " "))` did not start",
                evidence: [Evidence("start", line.isEmpty ? "it ended without a word" : line)],
                help: ["see its log: tail \(logFile)"]
            )
        }
        return Int(pid)
    }

    /// One line from `descriptor`, without its line break; at most 64 KiB.
    private static func readLine(_ descriptor: Int32) -> String {
        var text: [UInt8] = []
        var byte: UInt8 = 0
        while text.count < 65_536 {
            let count = read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1, byte != UInt8(ascii: "\n") else { break }
            text.append(byte)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
