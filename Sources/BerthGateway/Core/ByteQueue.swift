import Glibc

/// Bytes in order of arrival: appended at the end, taken from the front. Memory is kept while there are bytes and given
/// back when there are none and it has grown large. Must be emptied with `free` before it is dropped.
struct ByteQueue {
    /// Memory up to this is kept when the queue runs empty, so that a steady flow allocates nothing.
    private static let keptBytes = 4096

    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private var start = 0
    private var end = 0

    var count: Int { end - start }
    var isEmpty: Bool { start == end }

    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base.map { UnsafeRawPointer($0) + start }, count: end - start)
    }

    /// For changing bytes that are already here.
    var mutableBytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: base.map { $0 + start }, count: end - start)
    }

    /// Makes room for `more` bytes in all, in one step.
    mutating func reserve(_ more: Int) {
        guard capacity - end < more else { return }
        if let base, capacity - count >= more, start >= capacity / 2 {
            memmove(base, base + start, count)
        } else {
            let needed = max(count + more, min(capacity * 2, capacity + (1 << 20)), 1024)
            let grown = UnsafeMutableRawPointer.allocate(byteCount: needed, alignment: 16)
            if let base {
                memcpy(grown, base + start, count)
                base.deallocate()
            }
            base = grown
            capacity = needed
        }
        end -= start
        start = 0
    }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        guard let source = more.baseAddress, more.count > 0 else { return }
        reserve(more.count)
        guard let base else { return }
        memcpy(base + end, source, more.count)
        end += more.count
    }

    mutating func dropFirst(_ dropped: Int) {
        start += dropped
        precondition(start <= end, "more bytes were dropped than there are")
        if start == end { clear() }
    }

    /// Empties the queue, keeping a little memory.
    mutating func clear() {
        start = 0
        end = 0
        if capacity > Self.keptBytes { free() }
    }

    mutating func free() {
        base?.deallocate()
        base = nil
        capacity = 0
        start = 0
        end = 0
    }
}
