import CBerthPlatform
import Dispatch
import Glibc
import Synchronization

/// Writes the traffic log on a thread of its own, and rotates it: `traffic.jsonl`, `traffic.jsonl.1`, ….
///
/// Lines that come faster than the disk takes them are dropped and counted; a loop never waits for the disk.
final class TrafficLogWriter: Sendable {
    private static let maxQueuedBytes = 16 << 20

    private struct Queue {
        var pages: [[UInt8]] = []
        var bytes = 0
        var dropped = 0
        var ends = false
    }

    private let path: String
    private let maxBytes: Int
    private let keptFiles: Int
    private let queue = Mutex(Queue())
    private let work = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(path: String, maxBytes: Int, keptFiles: Int) {
        self.path = path
        self.maxBytes = maxBytes
        self.keptFiles = keptFiles
        let thread = DispatchQueue(label: "berth.traffic-log")
        thread.async { self.run() }
    }

    /// Pages that were dropped since the start.
    var dropped: Int { queue.withLock { $0.dropped } }

    func write(_ lines: UnsafeRawBufferPointer) {
        queue.withLock { queue in
            guard queue.bytes + lines.count <= Self.maxQueuedBytes else {
                queue.dropped += 1
                return
            }
            queue.pages.append([UInt8](lines))
            queue.bytes += lines.count
        }
        work.signal()
    }

    /// Writes what is queued and ends.
    func end() {
        queue.withLock { $0.ends = true }
        work.signal()
        ended.wait()
    }

    private func run() {
        var file: Int32 = -1
        var size = 0
        while true {
            work.wait()
            let (pages, ends) = queue.withLock { queue in
                defer {
                    queue.pages = []
                    queue.bytes = 0
                }
                return (queue.pages, queue.ends)
            }
            for page in pages {
                if file >= 0, size + page.count > maxBytes {
                    close(file)
                    file = -1
                    rotate()
                }
                if file < 0 { (file, size) = openFile() }
                size += append(page, to: file)
            }
            if ends { break }
        }
        if file >= 0 { close(file) }
        ended.signal()
    }

    private func openFile() -> (Int32, Int) {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { return (-1, 0) }
        return (file, Int(lseek(file, 0, SEEK_END)))
    }

    /// - Returns: the bytes that were written; what a full disk does not take is counted as dropped.
    private func append(_ page: [UInt8], to file: Int32) -> Int {
        var written = 0
        while file >= 0, written < page.count {
            let count = page.withUnsafeBytes { bytes in
                Glibc.write(file, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            written += count
        }
        if written < page.count { queue.withLock { $0.dropped += 1 } }
        return written
    }

    private func rotate() {
        for index in stride(from: keptFiles - 1, to: 0, by: -1) {
            // A file that is not there yet needs no renaming.
            _ = rename("\(path).\(index)", "\(path).\(index + 1)")
        }
        _ = rename(path, "\(path).1")
    }
}
