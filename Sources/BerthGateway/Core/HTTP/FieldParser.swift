import CBerthPlatform
import Glibc

/// What framing and the connection's life depend on, gathered while the fields are read.
struct Framing {
    /// -1 where the field is absent.
    var contentLength: Int64 = -1
    var isChunked = false
    var saysClose = false
    var saysKeepAlive = false
    /// Connection names more than `close` and `keep-alive`.
    var nominates = false
}

/// Reads the lines of fields between `position` and the empty line at the end of the head.
///
/// Used for both sides: `onField` takes what only one side knows.
@inline(__always)
func parseFields(
    _ base: UnsafePointer<UInt8>,
    from position: Int,
    to end: Int,
    isOldVersion: Bool,
    into table: inout FieldTable,
    onField: (Field) throws(HeadFault) -> Void
) throws(HeadFault) -> Framing {
    var framing = Framing()
    var place = position
    while place < end - 2 {
        guard let found = memchr(base + place, 0x0A, end - place) else { throw .bareLineFeed }
        let lineEnd = UnsafeRawPointer(found) - UnsafeRawPointer(base) - 1
        var field = try parseField(base, from: place, to: lineEnd)
        if field.kind == .lookalike { throw .lookalikeField }
        try framing.take(&field, base, isOldVersion: isOldVersion)
        try onField(field)
        guard table.append(field) else { throw .tooManyFields }
        place = lineEnd + 2
    }
    if framing.contentLength >= 0, framing.isChunked { throw .lengthWithTransferCoding }
    if framing.nominates { markNominated(base, &table) }
    return framing
}

@inline(__always)
private func parseField(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int) throws(HeadFault) -> Field {
    let nameCount = berth_bytes_in_class(base + start, end - start, UInt8(BERTH_BYTE_TOKEN))
    let colon = start + nameCount
    guard colon < end, base[colon] == UInt8(ascii: ":"), nameCount > 0 else {
        let first = end > start ? base[start] : 0
        if first == 0x20 || first == 0x09 { throw .foldedField }
        if nameCount > 0, colon < end, base[colon] == 0x20 || base[colon] == 0x09 { throw .blankBeforeColon }
        if colon < end, base[colon] == 0x0D { throw .bareCarriageReturn }
        throw .fieldName
    }
    var valueStart = colon + 1
    while valueStart < end, base[valueStart] == 0x20 || base[valueStart] == 0x09 { valueStart += 1 }
    var valueEnd = end
    while valueEnd > valueStart, base[valueEnd - 1] == 0x20 || base[valueEnd - 1] == 0x09 { valueEnd -= 1 }
    guard berth_is_field_value(base + valueStart, valueEnd - valueStart) != 0 else {
        let hasReturn = memchr(base + valueStart, 0x0D, valueEnd - valueStart) != nil
        throw hasReturn ? .bareCarriageReturn : .fieldValue
    }
    return Field(
        name: ByteRange(start, nameCount),
        value: ByteRange(valueStart, valueEnd - valueStart),
        kind: FieldKind(name: base + start, count: nameCount)
    )
}

extension Framing {
    @inline(__always)
    fileprivate mutating func take(
        _ field: inout Field,
        _ base: UnsafePointer<UInt8>,
        isOldVersion: Bool
    ) throws(HeadFault) {
        switch field.kind {
        case .contentLength:
            guard contentLength < 0 else { throw .lengthRepeated }
            contentLength = try decimal(field.value.of(base))
        case .transferEncoding:
            guard !isOldVersion else { throw .transferCodingInOldVersion }
            guard !isChunked, spells(field.value.of(base), "chunked") else { throw .transferCoding }
            isChunked = true
        case .connection:
            eachListItem(field.value.of(base)) { item in
                if spells(item, "close") {
                    saysClose = true
                } else if spells(item, "keep-alive") {
                    saysKeepAlive = true
                } else {
                    nominates = true
                }
            }
        case .other, .host, .expect, .authorization, .userAgent, .hopByHop, .trailer, .requestID, .msRequestID,
            .msClientRequestID, .modelDeployment, .reserved, .lookalike:
            break
        }
    }

    private func decimal(_ text: UnsafeRawBufferPointer) throws(HeadFault) -> Int64 {
        guard (1...18).contains(text.count) else { throw .lengthInvalid }
        var value: Int64 = 0
        for byte in text {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { throw .lengthInvalid }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }
}

/// `text` is `lower`, in any case of letters.
@inline(__always)
func spells(_ text: UnsafeRawBufferPointer, _ lower: StaticString) -> Bool {
    guard text.count == lower.utf8CodeUnitCount, let base = text.baseAddress else { return false }
    return berth_equals_ignoring_case(base.assumingMemoryBound(to: UInt8.self), lower.utf8Start, text.count) != 0
}

/// The items of a list that commas separate, without blanks around them and without empty ones.
func eachListItem(_ list: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
    var start = 0
    while start <= list.count {
        var end = start
        while end < list.count, list[end] != UInt8(ascii: ",") { end += 1 }
        var first = start
        var last = end
        while first < last, list[first] == 0x20 || list[first] == 0x09 { first += 1 }
        while last > first, list[last - 1] == 0x20 || list[last - 1] == 0x09 { last -= 1 }
        if last > first { body(UnsafeRawBufferPointer(rebasing: list[first..<last])) }
        start = end + 1
    }
}

@inline(never)
private func markNominated(_ base: UnsafePointer<UInt8>, _ table: inout FieldTable) {
    let fields = table.fields
    let count = table.count
    for index in 0..<count where fields[index].kind == .connection {
        eachListItem(fields[index].value.of(base)) { item in
            for other in 0..<count {
                let name = fields[other].name.of(base)
                guard name.count == item.count, equalsIgnoringCase(name, item) else { continue }
                // What routing and framing stand on cannot be taken away by the client.
                switch fields[other].kind {
                case .host, .contentLength, .transferEncoding: break
                case .other, .connection, .expect, .authorization, .userAgent, .hopByHop, .trailer, .requestID,
                    .msRequestID,
                    .msClientRequestID, .modelDeployment, .reserved, .lookalike:
                    fields[other].isNominated = true
                }
            }
        }
    }
}

func equalsIgnoringCase(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).allSatisfy { lowered($0) == lowered($1) }
}

@inline(__always)
func lowered(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}
