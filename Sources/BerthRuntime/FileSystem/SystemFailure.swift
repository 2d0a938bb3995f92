package import BerthDiagnostics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A call to the system that failed: what was done, on what, and the system's number for the cause.
package struct SystemFailure: Error, Hashable, Sendable {
    /// What was being done: `reading`, `writing`, …
    package let action: String
    package let path: String
    package let errno: CInt

    package init(_ action: String, _ path: String, errno: CInt) {
        self.action = action
        self.path = path
        self.errno = errno
    }

    /// The system's own words for the cause: `No space left on device`.
    package var cause: String { Self.text(of: errno) }

    /// The system's own words for an error number.
    package static func text(of errno: CInt) -> String { String(cString: strerror(errno)) }

    /// As a failure of `code`. A full disk and a place that may not be written keep their own reasons.
    package func diagnostic(_ code: ErrorCode, _ reason: Reason, _ message: String) -> Diagnostic {
        let fact = Evidence("system", "\(action) `\(path)`: \(cause)")
        switch errno {
        case ENOSPC, EDQUOT:
            return Diagnostic(
                .notEnoughDisk,
                .diskFull,
                message,
                evidence: [fact],
                help: ["free space on the file system of `\(path)`, or set BERTH_HOME to a folder on another one"]
            )
        case EACCES, EPERM, EROFS:
            return Diagnostic(
                code,
                .homeNotWritable,
                message,
                evidence: [fact],
                help: ["set BERTH_HOME to a folder that you can write, for example: export BERTH_HOME=$HOME/.berth"]
            )
        default:
            return Diagnostic(code, reason, message, evidence: [fact])
        }
    }
}
