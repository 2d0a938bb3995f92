package import BerthDiagnostics
import CBerthPlatform
import Glibc

/// Starts a program that outlives its starter: in a session of its own, with no terminal and no inherited files.
package enum DetachedProcess {
    /// Starts `arguments[0]` (absolute) and waits until it says on its file descriptor 3 that it is ready, or ends.
    ///
    /// The program writes one line there: `ready`, or `error: ` and why not. Its standard error is appended to `logFile`.
    /// Blocking, until the line arrives or the program has closed the descriptor.
    /// Throws `PlatformFault` with the program's words.
    package static func start(
        _ arguments: [String],
        environment: [String: String],
        logFile: String
    ) throws(Diagnostic) {
        guard let program = arguments.first else { preconditionFailure("no program named") }
        let argv = arguments.map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw failure(program, "pipe", errno) }
        let (reading, writing) = (ends[0], ends[1])
        defer { close(reading) }
        _ = fcntl(reading, F_SETFD, FD_CLOEXEC)
        _ = fcntl(writing, F_SETFD, FD_CLOEXEC)
        setAside(logFile, above: maxLogBytes)
        let log = open(logFile, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { if log >= 0 { close(log) } }
        var problem = berth_spawn_error()
        let status = berth_spawn_detached(program, argv, envp, writing, log, &problem)
        close(writing)
        guard status == 0 else { throw failure(program, "spawn", problem.error) }
        let line = readLine(reading)
        guard line == "ready" else {
            throw Diagnostic(
                .internalError,
                .platformFault,
                "`\(arguments.prefix(2).joined(separator: " "))` did not start",
                evidence: [Evidence("start", line.isEmpty ? "it ended without a word" : line)],
                help: ["see its log: tail \(logFile)"]
            )
        }
    }

    /// A log beyond this is set aside at the next start, in place of the one that was set aside before.
    private static let maxLogBytes = 8 << 20

    /// Bounds a log that is only ever appended to.
    package static func setAside(_ path: String, above limit: Int) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_size > limit else { return }
        // Where it cannot be renamed it goes on growing: no reason not to start.
        _ = rename(path, path + ".1")
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

    private static func failure(_ program: String, _ stage: String, _ number: Int32) -> Diagnostic {
        Diagnostic(
            .internalError,
            .platformFault,
            "`\(program)` could not be started",
            evidence: [Evidence(stage, String(cString: strerror(number)))]
        )
    }
}
