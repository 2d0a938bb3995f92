import Glibc

/// Writes bytes into memory of a fixed size that belongs to an event loop and is used again for each message.
struct ByteWriter {
    private let base: UnsafeMutableRawPointer
    private let capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        base = .allocate(byteCount: capacity, alignment: 64)
        self.capacity = capacity
    }

    func free() { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
    var mutableBytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: base, count: count) }
    var room: Int { capacity - count }

    mutating func clear() { count = 0 }

    mutating func truncate(to shorter: Int) { count = min(count, shorter) }

    mutating func append(jsonEscaped text: StaticString) {
        append(jsonEscaped: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(text.utf8Start, text.utf8CodeUnitCount)
    }

    @inline(__always)
    mutating func append(_ source: UnsafeRawPointer, _ length: Int) {
        precondition(length <= capacity - count, "a message is larger than its buffer")
        memcpy(base + count, source, length)
        count += length
    }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        guard let source = more.baseAddress else { return }
        append(source, more.count)
    }

    mutating func append(_ text: ByteText) { append(text.base, text.count) }

    mutating func append(byte: UInt8) {
        precondition(count < capacity, "a message is larger than its buffer")
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// In decimal digits.
    mutating func append(_ number: Int) {
        if number < 0 {
            append(byte: UInt8(ascii: "-"))
            return append(number == .min ? .max : -number)
        }
        let digits = decimalDigits(number)
        append(number, width: digits)
    }

    /// In decimal digits, right-aligned: blanks stand before a shorter number, which a field's value may begin with.
    mutating func append(_ number: Int, width: Int) {
        precondition(width <= capacity - count, "a message is larger than its buffer")
        writeDecimal(number, to: base + count, width: width)
        count += width
    }

    mutating func append(hexadecimal number: Int) {
        var shift = 60
        while shift > 0, number >> shift == 0 { shift -= 4 }
        while shift >= 0 {
            let digit = UInt8((number >> shift) & 15)
            append(byte: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            shift -= 4
        }
    }

    /// As the inside of a JSON string. Bytes that are not ASCII become `?`, since a client chooses them.
    mutating func append(jsonEscaped source: UnsafeRawBufferPointer) {
        for byte in source {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(byte: UInt8(ascii: "\\"))
                append(byte: byte)
            case 0x20..<0x7F: append(byte: byte)
            default: append(byte: UInt8(ascii: "?"))
            }
        }
    }
}

func decimalDigits(_ number: Int) -> Int {
    var digits = 1
    var rest = number / 10
    while rest > 0 {
        digits += 1
        rest /= 10
    }
    return digits
}

/// Writes `number` right-aligned into `width` bytes, blanks before it.
func writeDecimal(_ number: Int, to place: UnsafeMutableRawPointer, width: Int) {
    var rest = number
    var index = width - 1
    repeat {
        place.storeBytes(
            of: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10),
            toByteOffset: index,
            as: UInt8.self
        )
        rest /= 10
        index -= 1
    } while rest > 0 && index >= 0
    while index >= 0 {
        place.storeBytes(of: UInt8(ascii: " "), toByteOffset: index, as: UInt8.self)
        index -= 1
    }
}

/// Text that lives as long as the table or the message that it is part of.
struct ByteText {
    let base: UnsafePointer<UInt8>
    let count: Int

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
    var isEmpty: Bool { count == 0 }
    /// For messages that are made rarely.
    var string: String { String(decoding: bytes, as: UTF8.self) }

    func equals(_ other: UnsafeRawBufferPointer) -> Bool {
        other.count == count && (count == 0 || other.baseAddress.map { memcmp($0, base, count) == 0 } ?? false)
    }
}
