import CBerthPlatform

/// Takes a body out of its framing, in pieces as they arrive.
///
/// ```
/// chunked:  size ──;──▶ extension ──CR──▶ sizeLF ──▶ data ──▶ dataCR ──▶ dataLF ──▶ size …
///             └──────────CR──────────────▶┘  └─(0)──▶ trailerStart ─▶ trailerName ─▶ trailerValue ─▶ trailerLF ─┐
///                                                         ▲ └──CR──▶ lastLF ──▶ end                              │
///                                                         └─────────────────────────────────────────────────────┘
/// ```
struct BodyDecoder {
    private enum State: UInt8 {
        case counted, untilClose, end
        case size, sizeLF, chunkExtension, data, dataCR, dataLF
        case trailerStart, trailerName, trailerValue, trailerLF, lastLF
    }

    /// What the next bytes are.
    enum Piece {
        /// Bytes of the body, at the front of what was given.
        case data(Int)
        /// Bytes of framing, to be passed over; ask again.
        case framing(Int)
        /// Bytes of the trailer section: lines of fields, at last the empty line; ask again.
        case trailer(Int)
        /// All bytes were taken in; more must come.
        case needsMore
        case end
        case fault(HeadFault)
    }

    /// Source: none; more than any client sends, and little enough that tiny chunks cost an attacker more than us.
    private static let maxExtensionBytes = 4096
    private static let maxTrailerBytes = 8192

    private var state: State
    private var remaining: Int64 = 0
    private var sizeDigits = 0
    private var extensionBytes = 0
    private var trailerBytes = 0

    init(length: Int64) {
        state = length > 0 ? .counted : .end
        remaining = length
    }

    private init(_ state: State) { self.state = state }

    static var chunked: BodyDecoder { BodyDecoder(.size) }
    static var untilClose: BodyDecoder { BodyDecoder(.untilClose) }

    var isAtEnd: Bool { state == .end }
    /// The end is where the connection ends.
    var endsWithConnection: Bool { state == .untilClose }
    /// Bytes that are left, where the length is known.
    var knownRemaining: Int64? { state == .counted || state == .end ? remaining : nil }

    /// What `bytes` begin with: what has arrived, at least what was left over at the last call.
    mutating func next(_ bytes: UnsafeRawBufferPointer) -> Piece {
        switch state {
        case .end: return .end
        case .untilClose: return bytes.count > 0 ? .data(bytes.count) : .needsMore
        case .counted, .data:
            let count = Int(min(Int64(bytes.count), remaining))
            guard count > 0 else { return .needsMore }
            remaining -= Int64(count)
            if remaining == 0 { state = state == .counted ? .end : .dataCR }
            return .data(count)
        case .size, .sizeLF, .chunkExtension, .dataCR, .dataLF, .trailerStart, .trailerName, .trailerValue, .trailerLF,
            .lastLF:
            return passFraming(bytes)
        }
    }

    private mutating func passFraming(_ bytes: UnsafeRawBufferPointer) -> Piece {
        guard bytes.count > 0 else { return .needsMore }
        let isTrailer = isInTrailer
        var place = 0
        while place < bytes.count {
            do throws(HeadFault) { try take(bytes[place]) } catch { return .fault(error) }
            place += 1
            if state == .data || state == .end || isInTrailer != isTrailer { break }
        }
        return isTrailer ? .trailer(place) : .framing(place)
    }

    private var isInTrailer: Bool {
        switch state {
        case .trailerStart, .trailerName, .trailerValue, .trailerLF, .lastLF: true
        case .counted, .untilClose, .end, .size, .sizeLF, .chunkExtension, .data, .dataCR, .dataLF: false
        }
    }

    private mutating func take(_ byte: UInt8) throws(HeadFault) {
        switch state {
        case .size: try takeSize(byte)
        case .chunkExtension:
            extensionBytes += 1
            guard extensionBytes <= Self.maxExtensionBytes else { throw .chunkExtension }
            if byte == 0x0D {
                state = .sizeLF
            } else if byte == 0x7F || byte < 0x20 && byte != 0x09 {
                throw .chunkExtension
            }
        case .sizeLF:
            guard byte == 0x0A else { throw .bareCarriageReturn }
            state = remaining > 0 ? .data : .trailerStart
            sizeDigits = 0
        case .dataCR:
            guard byte == 0x0D else { throw .chunkEnd }
            state = .dataLF
        case .dataLF:
            guard byte == 0x0A else { throw .chunkEnd }
            state = .size
        case .trailerStart, .trailerName, .trailerValue, .trailerLF, .lastLF: try takeTrailer(byte)
        case .counted, .untilClose, .end, .data: break
        }
    }

    private mutating func takeSize(_ byte: UInt8) throws(HeadFault) {
        if let digit = hexadecimal(byte) {
            sizeDigits += 1
            guard sizeDigits <= 15 else { throw .chunkSize }
            remaining = remaining << 4 | Int64(digit)
            return
        }
        guard sizeDigits > 0 else { throw .chunkSize }
        switch byte {
        case 0x0D: state = .sizeLF
        case UInt8(ascii: ";"): state = .chunkExtension
        case 0x0A: throw .bareLineFeed
        default: throw .chunkSize
        }
    }

    private mutating func takeTrailer(_ byte: UInt8) throws(HeadFault) {
        trailerBytes += 1
        guard trailerBytes <= Self.maxTrailerBytes else { throw .trailerTooLarge }
        switch state {
        case .trailerStart:
            if byte == 0x0D {
                state = .lastLF
            } else {
                guard isToken(byte) else { throw byte == 0x0A ? .bareLineFeed : .trailer }
                state = .trailerName
            }
        case .trailerName:
            if byte == UInt8(ascii: ":") {
                state = .trailerValue
            } else if !isToken(byte) {
                throw .trailer
            }
        case .trailerValue:
            if byte == 0x0D {
                state = .trailerLF
            } else if byte == 0x7F || byte < 0x20 && byte != 0x09 {
                throw byte == 0x0A ? .bareLineFeed : .trailer
            }
        case .trailerLF:
            guard byte == 0x0A else { throw .bareCarriageReturn }
            state = .trailerStart
        case .lastLF:
            guard byte == 0x0A else { throw .bareCarriageReturn }
            state = .end
        case .counted, .untilClose, .end, .size, .sizeLF, .chunkExtension, .data, .dataCR, .dataLF: break
        }
    }

    private func isToken(_ byte: UInt8) -> Bool {
        withUnsafePointer(to: byte) { berth_bytes_in_class($0, 1, UInt8(BERTH_BYTE_TOKEN)) == 1 }
    }
}
