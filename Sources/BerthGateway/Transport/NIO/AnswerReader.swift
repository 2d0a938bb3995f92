import NIOCore
import NIOHPACK

/// Reads an answer that the core has written for HTTP/1.1, and tells it in the parts that HTTP/2 has.
///
/// The core is the only one that writes what is read here, so a malformed message is a fault of ours.
struct AnswerReader {
    enum Part {
        /// Also an interim answer, such as 100.
        case head(HPACKHeaders, endsStream: Bool)
        case data(ByteBuffer, endsStream: Bool)
        case trailers(HPACKHeaders)
    }

    private let isAnswerToHead: Bool
    private var scanner = HeadScanner()
    /// A head that is not complete.
    private var head = ByteQueue()
    private var body: BodyDecoder?
    /// The framing since the last piece of the body: at the end, where the trailers stand.
    private var framing = ByteQueue()

    init(isAnswerToHead: Bool) { self.isAnswerToHead = isAnswerToHead }

    mutating func free() {
        head.free()
        framing.free()
    }

    /// Reads on.
    mutating func read(
        _ bytes: UnsafeRawBufferPointer,
        _ allocator: ByteBufferAllocator,
        _ table: inout FieldTable,
        emit: (Part) -> Void
    ) {
        guard body == nil else { return readBody(bytes, allocator, emit) }
        guard head.isEmpty else {
            head.append(bytes)
            var all = head
            head = ByteQueue()
            readHead(all.bytes, allocator, &table, emit)
            return all.free()
        }
        readHead(bytes, allocator, &table, emit)
    }

    private mutating func readHead(
        _ bytes: UnsafeRawBufferPointer,
        _ allocator: ByteBufferAllocator,
        _ table: inout FieldTable,
        _ emit: (Part) -> Void
    ) {
        guard case .complete(let start, let end) = scanner.scan(bytes, limit: .max),
            let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { return head.append(bytes) }
        scanner = HeadScanner()
        let answer: ResponseHead
        do throws(HeadFault) {
            answer = try ResponseHead(base, from: start, to: end, table: &table)
        } catch {
            preconditionFailure("the core wrote an answer that is no HTTP/1.1: \(error)")
        }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[end...])
        guard answer.status >= 200 else {
            emit(.head(Self.headers(answer.status, base, table), endsStream: false))
            guard !rest.isEmpty else { return }
            return readHead(rest, allocator, &table, emit)
        }
        let decoder = answer.bodyFraming(isAnswerToHead: isAnswerToHead)
        body = decoder
        emit(.head(Self.headers(answer.status, base, table), endsStream: decoder.isAtEnd))
        if !decoder.isAtEnd, !rest.isEmpty { readBody(rest, allocator, emit) }
    }

    private mutating func readBody(
        _ bytes: UnsafeRawBufferPointer,
        _ allocator: ByteBufferAllocator,
        _ emit: (Part) -> Void
    ) {
        guard var decoder = body, !decoder.isAtEnd else { return }
        // Pieces of one call go in one frame, and the last one says that it is the last.
        var data: ByteBuffer?
        var used = 0
        reading: while true {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
            switch decoder.next(rest) {
            case .data(let count):
                let piece = UnsafeRawBufferPointer(rebasing: rest[..<count])
                if data == nil { data = allocator.buffer(capacity: count) }
                data?.writeBytes(piece)
                framing.clear()
                used += count
                if decoder.isAtEnd { break reading }
            case .framing(let count), .trailer(let count):
                framing.append(UnsafeRawBufferPointer(rebasing: rest[..<count]))
                used += count
            case .needsMore, .end: break reading
            case .fault(let fault): preconditionFailure("the core wrote a malformed body: \(fault)")
            }
        }
        body = decoder
        guard decoder.isAtEnd else {
            if let data { emit(.data(data, endsStream: false)) }
            return
        }
        let trailers = Self.trailers(framing.bytes)
        framing.free()
        if let trailers {
            if let data { emit(.data(data, endsStream: false)) }
            emit(.trailers(trailers))
        } else {
            emit(.data(data ?? ByteBuffer(), endsStream: true))
        }
    }

    /// Names in lower case, without the fields of one connection: RFC 9113 §8.2.
    private static func headers(_ status: Int, _ base: UnsafePointer<UInt8>, _ table: FieldTable) -> HPACKHeaders {
        var headers = HPACKHeaders()
        headers.reserveCapacity(table.count + 1)
        headers.add(name: ":status", value: String(status))
        for index in 0..<table.count {
            let field = table.fields[index]
            switch field.kind {
            case .connection, .transferEncoding, .hopByHop: continue
            case .other, .host, .contentLength, .expect, .authorization, .userAgent, .trailer, .requestID,
                .msRequestID, .msClientRequestID, .modelDeployment, .reserved, .lookalike:
                headers.add(name: lowerCase(field.name.of(base)), value: text(field.value.of(base)))
            }
        }
        return headers
    }

    /// The fields behind the last chunk, `0 CR LF`; nil where there are none.
    private static func trailers(_ framing: UnsafeRawBufferPointer) -> HPACKHeaders? {
        let lines = framing.split(separator: 0x0A).map { $0.last == 0x0D ? $0.dropLast() : $0 }
        guard let last = lines.lastIndex(where: { $0.elementsEqual([UInt8(ascii: "0")]) }) else { return nil }
        var headers = HPACKHeaders()
        for line in lines[(last + 1)...] {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
            headers.add(
                name: lowerCase(UnsafeRawBufferPointer(rebasing: line[..<colon])),
                value: text(UnsafeRawBufferPointer(rebasing: value))
            )
        }
        return headers.isEmpty ? nil : headers
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func lowerCase(_ bytes: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: bytes.count) { room in
            for (place, byte) in bytes.enumerated() { room[place] = lowered(byte) }
            return bytes.count
        }
    }
}
