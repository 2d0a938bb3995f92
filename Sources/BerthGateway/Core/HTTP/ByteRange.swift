/// A part of a message, by its place in it.
struct ByteRange: Hashable {
    var start: Int32
    var count: Int32

    static var none: ByteRange { ByteRange(start: 0, count: -1) }
    var exists: Bool { count >= 0 }
    var end: Int32 { start + count }

    init(start: Int32, count: Int32) {
        self.start = start
        self.count = count
    }

    init(_ start: Int, _ count: Int) {
        self.start = Int32(truncatingIfNeeded: start)
        self.count = Int32(truncatingIfNeeded: count)
    }

    @inline(__always)
    func of(_ base: UnsafePointer<UInt8>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + Int(start), count: Int(max(count, 0)))
    }
}
