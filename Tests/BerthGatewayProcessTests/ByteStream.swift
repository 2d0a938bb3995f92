import Foundation
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Bytes to and from a port of this machine, blocking, with a deadline on every read.
protocol ByteStream: AnyObject {
    func send(_ bytes: [UInt8])
    /// What has come; empty where the peer has closed, or nothing comes in time.
    func receive() -> [UInt8]
    func close()
}

final class PlainStream: ByteStream {
    private var descriptor: Int32

    init(port: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        _ = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// To a unix socket.
    init(path: String) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        _ = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    deinit { close() }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    func send(_ bytes: [UInt8]) { _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

    func receive() -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        return count > 0 ? Array(chunk[..<count]) : []
    }
}

/// TLS from the client's side, by the same library as the gateway's: what is tested here is not TLS itself.
final class SecureStream: ByteStream, Sendable {
    private struct Inbox {
        var bytes: [UInt8] = []
        var hasEnded = false
    }

    private final class Reader: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let inbox = Mutex(Inbox())
        let arrived = DispatchSemaphore(value: 0)

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var buffer = unwrapInboundIn(data)
            let bytes = buffer.readBytes(length: buffer.readableBytes) ?? []
            inbox.withLock { $0.bytes += bytes }
            arrived.signal()
        }

        func channelInactive(context: ChannelHandlerContext) {
            inbox.withLock { $0.hasEnded = true }
            arrived.signal()
        }

        /// A connection that ends without TLS's own goodbye ends all the same.
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let reader = Reader()
    private let channel: any Channel

    /// - Throws: where the handshake fails.
    init(port: Int, protocols: [String], trusting certificate: String) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(certificate))
        configuration.applicationProtocols = protocols
        let context = try NIOSSLContext(configuration: configuration)
        let reader = reader
        channel = try ClientBootstrap(group: Self.group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(context: context, serverHostname: "localhost")
                    try channel.pipeline.syncOperations.addHandler(handler)
                    try channel.pipeline.syncOperations.addHandler(reader)
                }
            }
            .connect(host: "127.0.0.1", port: port).wait()
    }

    deinit { close() }

    func close() { channel.close(promise: nil) }

    func send(_ bytes: [UInt8]) {
        // A connection that has ended is seen by the next read.
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    func receive() -> [UInt8] {
        while true {
            let (bytes, hasEnded) = reader.inbox.withLock { inbox in
                defer { inbox.bytes = [] }
                return (inbox.bytes, inbox.hasEnded)
            }
            if !bytes.isEmpty || hasEnded { return bytes }
            guard reader.arrived.wait(timeout: .now() + 10) == .success else { return [] }
        }
    }

    /// The certificate that the gateway has shown, as its DER's length and last bytes: enough to tell two apart.
    func peerCertificate() throws -> [UInt8] {
        let channel = channel
        return try channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self).peerCertificate?.toDERBytes()
                ?? []
        }.wait()
    }
}
