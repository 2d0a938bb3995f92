#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A thread for a call that blocks, so that the shared pool of tasks never does.
package enum OwnThread {
    /// These threads only wait in system calls and read small files.
    private static let stackBytes = 256 * 1024

    /// Runs `body` on a thread of its own that ends with it. False when the system has no more threads; then it is not run.
    package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let box = Unmanaged.passRetained(Box(body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackBytes)
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let created = pthread_create(
            &thread,
            &attributes,
            { argument in
                #if canImport(Darwin)
                    Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                #else
                    if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                #endif
                return nil
            },
            box.toOpaque()
        )
        if created != 0 { box.release() }
        return created == 0
    }

    /// What `body` returns, computed on a thread of its own, or here when the system has no more threads. Not ended by cancellation: `body` has its own deadline.
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            if !start({ continuation.resume(returning: body()) }) { continuation.resume(returning: body()) }
        }
    }

    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
