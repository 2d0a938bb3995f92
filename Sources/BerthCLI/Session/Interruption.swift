@preconcurrency import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Ctrl-C while a command waits: says what goes on without us, and ends the process with 130.
///
/// The command itself is not unwound: what it waits for belongs to the server, and the process holds nothing else.
final class Interruption: Sendable {
    private let source: any DispatchSourceSignal

    /// - Parameter onInterrupt: prints the farewell; called on another thread, once.
    init(_ onInterrupt: @escaping @Sendable () -> Void) {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            onInterrupt()
            _exit(ExitStatus.interrupted)
        }
        source.resume()
    }

    /// Ctrl-C ends the process as usual again.
    func end() {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}
