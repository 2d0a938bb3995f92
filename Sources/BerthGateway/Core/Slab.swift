/// Places for values that never move, found by small numbers. Grows in chunks up to a fixed capacity and never shrinks;
/// a place is initialised when it is first touched and stays so.
struct Slab<Value: ~Copyable> {
    private static var chunkSize: Int { 64 }
    private let chunks: UnsafeMutablePointer<UnsafeMutablePointer<Value>?>
    private let chunkCount: Int
    private let fresh: (Int) -> Value

    init(capacity: Int, fresh: @escaping (Int) -> Value) {
        chunkCount = (capacity + Self.chunkSize - 1) / Self.chunkSize
        chunks = .allocate(capacity: chunkCount)
        chunks.initialize(repeating: nil, count: chunkCount)
        self.fresh = fresh
    }

    var capacity: Int { chunkCount * Self.chunkSize }

    @inline(__always)
    subscript(index: Int32) -> UnsafeMutablePointer<Value> {
        let (chunk, place) = Int(index).quotientAndRemainder(dividingBy: Self.chunkSize)
        if let values = chunks[chunk] { return values + place }
        return grow(chunk) + place
    }

    @inline(never)
    private func grow(_ chunk: Int) -> UnsafeMutablePointer<Value> {
        precondition(chunk >= 0 && chunk < chunkCount, "a slab was asked for more than its capacity")
        let values = UnsafeMutablePointer<Value>.allocate(capacity: Self.chunkSize)
        for place in 0..<Self.chunkSize {
            (values + place).initialize(to: fresh(chunk * Self.chunkSize + place))
        }
        chunks[chunk] = values
        return values
    }

    /// The values that have been touched.
    func forEach(_ body: (Int32, UnsafeMutablePointer<Value>) -> Void) {
        for chunk in 0..<chunkCount {
            guard let values = chunks[chunk] else { continue }
            for place in 0..<Self.chunkSize { body(Int32(chunk * Self.chunkSize + place), values + place) }
        }
    }

    /// Frees everything. The slab must not be used afterwards.
    func free() {
        for chunk in 0..<chunkCount {
            guard let values = chunks[chunk] else { continue }
            values.deinitialize(count: Self.chunkSize)
            values.deallocate()
        }
        chunks.deallocate()
    }
}

/// Small numbers that are given out and taken back; the lowest free one is not guaranteed, reuse is.
struct NumberPool {
    private var free: [Int32] = []
    private var next: Int32 = 0
    private let capacity: Int32

    init(capacity: Int) { self.capacity = Int32(capacity) }

    /// nil where all are in use.
    mutating func take() -> Int32? {
        if let number = free.popLast() { return number }
        guard next < capacity else { return nil }
        defer { next += 1 }
        return next
    }

    mutating func giveBack(_ number: Int32) { free.append(number) }
}
