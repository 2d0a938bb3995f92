import BerthDiagnostics
import BerthRuntime

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A look at a unix socket, without an event loop.
enum UnixSocket {
    /// Whether somebody listens at `path`. A socket without a listener (its owner was killed) counts as nobody.
    static func isAnswered(_ path: String) throws(Diagnostic) -> Bool {
        guard path.utf8.count <= BerthHome.maxSocketPathBytes else {
            throw Diagnostic(.badArgument, .homeNotWritable, "`\(path)` is too long for a socket")
        }
        #if canImport(Glibc)
            let kind = CInt(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else {
            throw Diagnostic(
                .internalError,
                .platformFault,
                "no socket can be made",
                evidence: [Evidence("system", String(cString: strerror(errno)))]
            )
        }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let answer = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if answer == 0 { return true }
        switch errno {
        case ENOENT, ECONNREFUSED: return false
        // A full backlog has an owner.
        case EAGAIN, EINTR, EINPROGRESS: return true
        default:
            throw Diagnostic(
                .internalError,
                .serverUnreachable,
                "the socket `\(path)` cannot be used",
                evidence: [Evidence("system", String(cString: strerror(errno)))]
            )
        }
    }
}
