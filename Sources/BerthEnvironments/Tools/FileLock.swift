import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A lock that other processes respect: `flock` on a file that stays. Given back when the process ends, however that
/// happens.
enum FileLock {
    /// Runs `body` with the lock held, waiting for as long as another process holds it. Waiting ends at once when the
    /// task is cancelled; the thread that waits then lets go of the lock as soon as it gets it. `waiting` is called
    /// once where the lock is not free.
    static func holding<Result: Sendable>(
        _ path: String,
        waiting: () -> Void = {},
        _ body: () async throws -> Result
    ) async throws -> Result {
        let descriptor = try await acquire(path, waiting: waiting)
        defer { close(descriptor) }
        return try await body()
    }

    private static func acquire(_ path: String, waiting: () -> Void) async throws -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure(action: "lock", path: path, errno: errno) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
        guard errno == EWOULDBLOCK else {
            let failure = FileFailure(action: "lock", path: path, errno: errno)
            close(descriptor)
            throw failure
        }
        waiting()
        let wait = Wait()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                wait.begin(continuation)
                // A queue of its own: the wait blocks a thread, which the shared pool must not lose.
                DispatchQueue(label: "berth.file-lock").async {
                    var result: Int32
                    repeat { result = flock(descriptor, LOCK_EX) } while result != 0 && errno == EINTR
                    let failure = result == 0 ? nil : FileFailure(action: "lock", path: path, errno: errno)
                    if !wait.end(failure) { close(descriptor) }
                }
            }
        } onCancel: {
            wait.cancel()
        }
        return descriptor
    }

    /// Resumes the waiting task once: with the lock, or because the task was cancelled.
    private final class Wait: Sendable {
        private enum State {
            case new
            case waiting(CheckedContinuation<Void, any Error>)
            case done
        }

        private let state = Mutex(State.new)

        func begin(_ continuation: CheckedContinuation<Void, any Error>) {
            let isCancelled = state.withLock { state in
                if case .done = state { return true }
                state = .waiting(continuation)
                return false
            }
            if isCancelled { continuation.resume(throwing: CancellationError()) }
        }

        /// False where nobody waits any more, so that the lock has no owner.
        func end(_ failure: FileFailure?) -> Bool {
            guard let continuation = take() else { return false }
            if let failure {
                continuation.resume(throwing: failure)
                return false
            }
            continuation.resume()
            return true
        }

        func cancel() { take()?.resume(throwing: CancellationError()) }

        private func take() -> CheckedContinuation<Void, any Error>? {
            state.withLock { state in
                defer { state = .done }
                if case .waiting(let continuation) = state { return continuation }
                return nil
            }
        }
    }
}
