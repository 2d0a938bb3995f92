import Dispatch
import Synchronization

/// Threads for work that blocks on the disk, so that neither event loops nor the shared pool of tasks do.
final class BlockingExecutor: TaskExecutor {
    private let queues: [DispatchQueue]
    private let next = Atomic<Int>(0)

    /// Threads of the blob store: they wait for the disk more than they compute.
    static let blobs = BlockingExecutor(label: "berth.blobs", threads: 8)

    init(label: String, threads: Int) {
        queues = (0..<threads).map { DispatchQueue(label: "\(label).\($0)") }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue
        let executor = asUnownedTaskExecutor()
        queues[Int(UInt(bitPattern: turn) % UInt(queues.count))].async { job.runSynchronously(on: executor) }
    }
}
