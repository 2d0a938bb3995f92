import BerthDiagnostics
import BerthJSON
import BerthModel
import Glibc

/// The last table on disk, from which a gateway starts while the control plane is away.
struct Snapshot {
    let path: String

    /// nil where there is none, or none that can be read; that one is set aside, and said so.
    func load() -> RouteTable? {
        guard let bytes = contents() else { return nil }
        do {
            return try RouteTable(json: JSON.parse(bytes))
        } catch {
            let aside = "\(path).unreadable"
            _ = rename(path, aside)
            let text = "berth gateway: the snapshot of the routes cannot be read (\(error)); it is now \(aside)\n"
            text.withCString { _ = write(2, $0, strlen($0)) }
            return nil
        }
    }

    private func contents() -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? bytes : nil }
            bytes += chunk[..<count]
        }
    }

    /// Replaces the file at once: a reader sees the old table or the new one.
    ///
    /// - Returns: false where the disk does not take it; the gateway serves the table nevertheless.
    func save(_ table: RouteTable) -> Bool {
        let fresh = "\(path).new"
        let bytes = table.json.utf8
        let file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(file, buffer.baseAddress.map { $0 + written }, buffer.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            written += count
        }
        close(file)
        guard written == bytes.count else { return false }
        return rename(fresh, path) == 0
    }
}
