import Dispatch
import Glibc
import NIOCore
import Synchronization

/// The thread of an `EpollLoop` in the form that NIO's channel handlers ask for: tasks and timers, no I/O.
///
/// Safe: timers and the thread's identity are touched by that thread only; tasks from elsewhere go through a lock.
final class ThreadEventLoop: EventLoop, @unchecked Sendable {
    private struct Timer {
        let number: Int
        let deadline: NIODeadline
        let run: () -> Void
    }

    private var thread = pthread_t()
    private var timers: [Timer] = []
    private var nextTimer = 0
    private let tasks = Mutex<[@Sendable () -> Void]>([])
    private var hasTasks = false
    /// Makes the thread run tasks that came from another one.
    private let wakeUp: @Sendable () -> Void

    init(wakeUp: @escaping @Sendable () -> Void) { self.wakeUp = wakeUp }

    /// Called by the thread itself before anything else.
    func adoptThread() { thread = pthread_self() }

    /// Nanoseconds until a timer is due; nil where there is none.
    var nanosecondsToTimer: Int64? {
        guard let first = timers.map(\.deadline).min() else { return nil }
        return max(0, (first - .now()).nanoseconds)
    }

    /// Runs what is due, and tasks until there are none.
    func runPending() {
        if !timers.isEmpty {
            let now = NIODeadline.now()
            let due = timers.filter { $0.deadline <= now }
            timers.removeAll { $0.deadline <= now }
            for timer in due.sorted(by: { $0.deadline < $1.deadline }) { timer.run() }
        }
        while true {
            let pending = tasks.withLock { tasks in
                defer { tasks = [] }
                return tasks
            }
            guard !pending.isEmpty else { return }
            for task in pending { task() }
        }
    }

    var inEventLoop: Bool { pthread_equal(thread, pthread_self()) != 0 }

    func execute(_ task: @escaping @Sendable () -> Void) {
        tasks.withLock { $0.append(task) }
        if !inEventLoop { wakeUp() }
    }

    func submit<T>(_ task: @escaping @Sendable () throws -> T) -> EventLoopFuture<T> {
        let promise = makePromise(of: T.self)
        execute { Self.complete(promise, task) }
        return promise.futureResult
    }

    func scheduleTask<T>(deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        let promise = makePromise(of: T.self)
        nextTimer += 1
        let number = nextTimer
        timers.append(Timer(number: number, deadline: deadline) { Self.complete(promise, task) })
        return Scheduled(promise: promise) { self.timers.removeAll { $0.number == number } }
    }

    func scheduleTask<T>(in delay: TimeAmount, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        scheduleTask(deadline: .now() + delay, task)
    }

    /// On the loop's thread.
    private static func complete<T>(_ promise: EventLoopPromise<T>, _ task: () throws -> T) {
        // Safe: tasks and timers are run by this loop's thread only.
        do { promise.assumeIsolated().succeed(try task()) } catch { promise.fail(error) }
    }

    func preconditionInEventLoop(file: StaticString, line: UInt) {
        precondition(inEventLoop, file: file, line: line)
    }

    func preconditionNotInEventLoop(file: StaticString, line: UInt) {
        precondition(!inEventLoop, file: file, line: line)
    }

    func next() -> any EventLoop { self }

    func makeIterator() -> EventLoopIterator { EventLoopIterator([self]) }

    /// It ends with its thread, not by itself.
    func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        queue.async { callback(EventLoopError.unsupportedOperation) }
    }
}
