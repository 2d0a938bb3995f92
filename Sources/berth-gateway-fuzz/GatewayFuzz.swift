/// berth-gateway-fuzz: libFuzzer's entry to the head and body parsers and to the client's state machine.
///
/// Built by `make fuzz` only.
import NIOCore
import NIOHPACK

@testable import BerthGateway

/// The first byte says who is hostile, the second how the bytes are split.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 2 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: data + 2, count: size - 2))
    switch data[0] % 3 {
    case 0: hostileClient(bytes, step: Int(data[1]) + 1)
    case 1: hostileInstance(bytes, step: Int(data[1]) + 1)
    default: hostileFields(bytes)
    }
    return 0
}

private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<Arguments?>,
    _ run: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

/// The package manager calls the `main` of an executable by this name; libFuzzer's own is the same.
@_cdecl("berth_gateway_fuzz_main")
public func begin(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
    var count = count
    var arguments = arguments
    return runFuzzer(&count, &arguments) { fuzz($0, $1) }
}

private func pieces(_ bytes: [UInt8], _ step: Int) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: step).map { Array(bytes[$0..<min($0 + step, bytes.count)]) }
}

/// What differs by chance: identifiers.
private func withoutIDs(_ text: String) -> String {
    let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    return lines.filter { !$0.hasPrefix("x-request-id: ") && !$0.hasPrefix("x-ms-request-id: ") }
        .map { line in line.firstRange(of: "\"requestId\":").map { String(line[..<$0.lowerBound]) } ?? String(line) }
        .joined(separator: "\n")
}

/// One client, one instance that answers at once; gives what each has got.
private func run(_ bytes: [UInt8], _ step: Int) -> (answers: String, forwarded: [String]) {
    let bench = Bench()
    let client = bench.connect()
    var answered: Set<Int32> = []
    for piece in pieces(bytes, step) where !bench.isEnding(client) {
        bench.receive(piece, on: client)
        for upstream in bench.core.wire.upstreams where !answered.contains(upstream) {
            answered.insert(upstream)
            check(bench.sent(to: upstream))
            bench.answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", from: upstream)
        }
    }
    let result = (withoutIDs(bench.sent(to: client)), bench.forwarded)
    bench.core.peerClosed(client)
    bench.core.turn()
    precondition(bench.core.exchangeCount == 0, "a request was not accounted for")
    precondition(bench.inFlight.values.allSatisfy { $0 == 0 }, "a slot was not given back")
    return result
}

/// What an instance gets is one request: a head, and as many bytes as it says.
private func check(_ request: String) {
    let bytes = Array(request.utf8)
    guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: [13, 10, 13, 10]) }) else {
        preconditionFailure("an instance got no whole head")
    }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n").map { $0.lowercased() }
    precondition(!lines.contains { $0.hasPrefix("transfer-encoding") }, "an instance got a coding")
    let lengths = lines.filter { $0.hasPrefix("content-length:") }
    let length = lengths.first.flatMap { Int($0.dropFirst(15).filter { $0 != " " }) } ?? 0
    precondition(lengths.count <= 1 && bytes.count - end - 4 == length, "an instance got bytes behind the request")
}

private func hostileClient(_ bytes: [UInt8], step: Int) {
    let whole = run(bytes, bytes.count)
    let split = run(bytes, step)
    precondition(whole.forwarded.first == split.forwarded.first, "splitting changed what was forwarded")
    precondition(whole.answers.prefix(12) == split.answers.prefix(12), "splitting changed the answer")
}

private func hostileInstance(_ bytes: [UInt8], step: Int) {
    let bench = Bench()
    let client = bench.connect()
    bench.receive("POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", on: client)
    guard let upstream = bench.core.wire.upstreams.first else { preconditionFailure("nothing was forwarded") }
    for piece in pieces(bytes, step) where bench.core.wire.sockets[upstream]?.isClosed == false {
        bench.answer(piece, from: upstream)
    }
    bench.core.upstreamClosed(upstream)
    bench.core.turn()
    // The same bytes in the form that HTTP/2 needs: what the core has written can always be read.
    var reader = AnswerReader(isAnswerToHead: false)
    var table = FieldTable()
    defer {
        reader.free()
        table.free()
    }
    Array(bench.sent(to: client).utf8).withUnsafeBytes { sent in
        guard sent.count > 0 else { return }
        reader.read(sent, ByteBufferAllocator(), &table) { _ in }
    }
    bench.core.peerClosed(client)
    bench.core.turn()
    precondition(bench.core.exchangeCount == 0, "a request was not accounted for")
}

/// Fields of HTTP/2, a line each, a tab between name and value: what passes is one head, with a line for each.
private func hostileFields(_ bytes: [UInt8]) {
    var fields = HPACKHeaders()
    for line in bytes.split(separator: 0x1E) {
        let parts = line.split(separator: 0x1F, maxSplits: 1, omittingEmptySubsequences: false)
        // NIO's decoder gives names in ASCII only, and its type takes no others.
        guard parts.count == 2, parts[0].allSatisfy({ $0 < 0x80 }) else { continue }
        fields.add(name: String(decoding: parts[0], as: UTF8.self), value: String(decoding: parts[1], as: UTF8.self))
    }
    var writer = ByteWriter(capacity: 262_144)
    defer { writer.free() }
    var head = StreamHead()
    // A refusal is what most inputs deserve.
    guard (try? head.write(fields, endsStream: true, limit: 65_536, to: &writer)) != nil else { return }
    let ends = writer.bytes.indices.filter { writer.bytes[$0] == 0x0A }
    precondition(ends.allSatisfy { $0 > 0 && writer.bytes[$0 - 1] == 0x0D }, "a line ends without CR")
    let extra = fields.filter { !$0.name.hasPrefix(":") && $0.name != "cookie" && $0.name != "host" }.count
    precondition(ends.count <= extra + 4 && ends.count >= extra + 2, "a field has become two lines")
}
