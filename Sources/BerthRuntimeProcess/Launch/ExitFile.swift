import BerthJSON
import BerthRuntime
import Glibc

/// `run/exit.json`: its room on the disk is taken at the start, so that also a full disk cannot hide how it ended.
final class ExitFile {
    private let path: String
    private let pending: String
    private let file: CInt

    init(path: String) throws(SystemFailure) {
        self.path = path
        pending = path + ".pending"
        guard unlink(pending) == 0 || errno == ENOENT else { throw SystemFailure("writing", path, errno: errno) }
        file = open(pending, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemFailure("writing", path, errno: errno) }
        guard Descriptor.writeAll(Self.padded([])[...], to: file) else {
            let code = errno
            unlink(pending)
            throw SystemFailure("writing", path, errno: code)
        }
    }

    deinit { close(file) }

    /// White space behind the value is JSON too, so the file keeps its size.
    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: UInt8(ascii: " "), count: max(0, ExitReport.maxFileBytes - 1 - bytes.count))
            + [UInt8(ascii: "\n")]
    }

    /// Writes the report. The event `exited` says the same, should even this fail.
    func write(_ report: ExitReport) {
        let bytes = Self.padded(report.json.utf8)
        let count = bytes.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
        if count == bytes.count, rename(pending, path) == 0 { return }
        // Whoever took the pending file away (the instance can) does not keep the report from being written.
        do throws(SystemFailure) {
            try AtomicFile.write(report.json.utf8, to: path)
        } catch {
            StandardError.say("\(error.action) `\(error.path)`: \(error.cause)")
        }
    }
}
