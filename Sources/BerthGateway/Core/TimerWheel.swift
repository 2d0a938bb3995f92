/// One deadline for each of many numbers, in O(1): a wheel of buckets of `tick` nanoseconds with linked lists inside.
///
/// A deadline beyond one turn stays in its bucket and is put back when the wheel comes by before it is due. Deadlines
/// are late by up to one tick, never early.
struct TimerWheel {
    private struct Link {
        var next: Int32 = -1
        var previous: Int32 = -1
        var bucket: Int32 = -1
        var deadline: Int64 = 0
    }

    static let tick: Int64 = 4_000_000
    private static let bucketCount = 1024
    private let heads: UnsafeMutablePointer<Int32>
    /// A bit for each bucket that holds something.
    private let occupied: UnsafeMutablePointer<UInt64>
    private let links: Slab<Link>
    /// The tick that has been expired last.
    private var current: Int64
    private(set) var count = 0

    init(capacity: Int, now: Int64) {
        heads = .allocate(capacity: Self.bucketCount)
        heads.initialize(repeating: -1, count: Self.bucketCount)
        occupied = .allocate(capacity: Self.bucketCount / 64)
        occupied.initialize(repeating: 0, count: Self.bucketCount / 64)
        links = Slab(capacity: capacity) { _ in Link() }
        current = now / Self.tick
    }

    func free() {
        heads.deallocate()
        occupied.deallocate()
        links.free()
    }

    /// Sets the deadline of `number`, in place of any earlier one.
    mutating func schedule(_ number: Int32, at deadline: Int64) {
        let link = links[number]
        // Rounded up, and never into the bucket that is being emptied.
        let due = max((deadline + Self.tick - 1) / Self.tick, current + 1)
        let bucket = Int32(due & Int64(Self.bucketCount - 1))
        link.pointee.deadline = deadline
        guard link.pointee.bucket != bucket else { return }
        cancel(number)
        link.pointee.bucket = bucket
        link.pointee.previous = -1
        link.pointee.next = heads[Int(bucket)]
        if link.pointee.next >= 0 { links[link.pointee.next].pointee.previous = number }
        heads[Int(bucket)] = number
        occupied[Int(bucket) >> 6] |= 1 << UInt64(bucket & 63)
        count += 1
    }

    mutating func cancel(_ number: Int32) {
        let link = links[number]
        let bucket = link.pointee.bucket
        guard bucket >= 0 else { return }
        if link.pointee.previous >= 0 {
            links[link.pointee.previous].pointee.next = link.pointee.next
        } else {
            heads[Int(bucket)] = link.pointee.next
            if link.pointee.next < 0 { occupied[Int(bucket) >> 6] &= ~(1 << UInt64(bucket & 63)) }
        }
        if link.pointee.next >= 0 { links[link.pointee.next].pointee.previous = link.pointee.previous }
        link.pointee.bucket = -1
        count -= 1
    }

    /// Nanoseconds until something may be due; nil where nothing is scheduled.
    func wait(from now: Int64) -> Int64? {
        guard count > 0 else { return nil }
        let first = Int((current + 1) & Int64(Self.bucketCount - 1))
        let words = Self.bucketCount / 64
        for step in 0...words {
            let word = ((first >> 6) + step) % words
            var bits = occupied[word]
            if step == 0 { bits &= UInt64.max << UInt64(first & 63) }
            guard bits != 0 else { continue }
            let bucket = word * 64 + bits.trailingZeroBitCount
            let ahead = (bucket - first) & (Self.bucketCount - 1)
            return max(0, (current + 1 + Int64(ahead)) * Self.tick - now)
        }
        return Self.tick
    }

    /// The next number that is due at `now`, taken out of the wheel; nil where there is none.
    mutating func popExpired(now: Int64) -> Int32? {
        let target = now / Self.tick
        if target - current > Int64(Self.bucketCount) {
            // After a long pause every bucket is looked at once.
            current = target - Int64(Self.bucketCount)
        }
        while current < target {
            let bucket = Int((current + 1) & Int64(Self.bucketCount - 1))
            var number = heads[bucket]
            while number >= 0 {
                let link = links[number]
                if link.pointee.deadline <= now {
                    cancel(number)
                    return number
                }
                number = link.pointee.next
            }
            current += 1
        }
        return nil
    }
}
