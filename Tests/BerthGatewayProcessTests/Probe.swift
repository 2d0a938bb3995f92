import BerthGatewayLink
import CBerthPlatform
import Foundation
import Glibc

/// The gateway as a process of its own, in a scratch folder of its own.
final class Probe {
    let folder: String
    let port: Int
    let link: GatewayLink
    let pid: Int32

    init(loops: Int = 1) throws {
        folder = try Rig.scratch()
        port = freePort()
        link = GatewayLink(socketPath: "\(folder)/admin.sock", deadline: .seconds(20))
        let arguments = [Self.program, folder, String(port), String(loops), "\(folder)/traffic.jsonl"]
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        var child = pid_t()
        let result = posix_spawn(&child, Self.program, nil, nil, pointers, environ)
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: result) ?? .EINVAL) }
        pid = child
    }

    /// Built beside the tests.
    private static var program: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/berth-gateway-probe"
    }

    /// Waits until a gateway that `fits` answers; its process id.
    @discardableResult
    func ready(_ fits: (GatewayStatus) -> Bool = { _ in true }) async throws -> Int {
        let end = ContinuousClock.now.advanced(by: .seconds(20))
        while true {
            do {
                let status = try await link.status()
                if fits(status) { return status.pid }
            } catch {
                guard ContinuousClock.now < end else { throw error }
            }
            guard ContinuousClock.now < end else { return -1 }
            await Task.yield()
        }
    }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Its exit status; nil where it does not end in time.
    func exitStatus() -> Int32? {
        guard Self.waitForEnd(of: pid) else { return nil }
        var status: Int32 = 0
        guard waitpid(pid, &status, 0) == pid else { return nil }
        // 0 where it has exited with 0; else the raw status, which says how it ended.
        return status
    }

    /// Whether the process ends within 20 seconds.
    static func waitForEnd(of pid: Int32) -> Bool {
        let descriptor = berth_pidfd_open(pid)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 20_000) > 0
    }
}
