package import BerthDiagnostics
import BerthJSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension InstanceFolder {
    /// What a socket's name in `run/` may take, with its slash: `/worker-9999.sock`.
    private static let socketNameBytes = 17
    /// Bound for what is read of `events.jsonl`; launch writes less.
    package static let maxEventFileBytes = 16_777_216

    /// Held by `berth launch` as long as it runs, so that no folder is launched twice. Not in `run/`, where the
    /// instance may write.
    package var lockFile: String { path + "/launch.lock" }
    /// What `berth launch` itself has to say when something goes wrong with it.
    package var launchLog: String { logFolder + "/launch.log" }

    /// Makes the folder and those in it, 0700. `run` becomes a link to a short folder when sockets in it would have
    /// paths that are too long. May be called again.
    ///
    /// - Throws: `DiskFull`, `HomeNotWritable` or `PlatformFault`.
    package func create() throws(Diagnostic) {
        do throws(SystemFailure) {
            for folder in [path, logFolder, scratchFolder] { try FileTree.makeFolder(folder) }
            try makeRunFolder()
        } catch {
            throw error.diagnostic(
                .containerStartFailed,
                .platformFault,
                "the folder of instance `\(instanceID)` cannot be made"
            )
        }
    }

    private func makeRunFolder() throws(SystemFailure) {
        guard path.utf8.count + "/run".utf8.count + Self.socketNameBytes > BerthHome.maxSocketPathBytes else {
            return try FileTree.makeFolder(runFolder)
        }
        if shortRunFolder != nil { return }
        // Random, and refused when it is there: a folder under /tmp that another user has made is none of ours.
        let short = "/tmp/berth-\(getuid())-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        guard mkdir(short, 0o700) == 0 else { throw SystemFailure("making the folder", short, errno: errno) }
        guard symlink(short, runFolder) == 0 else {
            let code = errno
            rmdir(short)
            throw SystemFailure("making the link", runFolder, errno: code)
        }
    }

    /// What `run` links to, if it is a link.
    private var shortRunFolder: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(runFolder, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// `run/`, or the short folder that it links to: for `BERTH_RUN_DIR` and for all paths of sockets.
    package var socketFolder: String { shortRunFolder ?? runFolder }

    /// Removes the folder with all that is in it, and the short folder of its sockets. Links (as to a model) are
    /// removed, never followed. The instance must have ended.
    ///
    /// - Throws: `HomeNotWritable` or `PlatformFault`; then calling again goes on.
    package func remove() throws(Diagnostic) {
        do throws(SystemFailure) {
            if let short = shortRunFolder, short.hasPrefix("/tmp/berth-\(getuid())-") { try FileTree.remove(short) }
            try FileTree.remove(path)
        } catch {
            throw error.diagnostic(
                .internalError,
                .platformFault,
                "the folder of instance `\(instanceID)` cannot be removed"
            )
        }
    }

    /// The exit report; nil when the instance has not ended, or was lost.
    package func exitReport() -> ExitReport? {
        // Not readable is the same as absent: the caller falls back on the events, then on `lost`.
        guard let bytes = try? RegularFile.read(exitReportFile, limit: ExitReport.maxFileBytes) else { return nil }
        // Damaged is the same as absent, too.
        return (try? JSON.parse(bytes)).flatMap(ExitReport.init(json:))
    }

    /// The events that are kept in the folder, oldest first.
    package func keptEvents() -> [InstanceEvent] {
        // As above: an unreadable file has no events.
        guard let bytes = try? RegularFile.read(eventFile, limit: Self.maxEventFileBytes) else { return [] }
        return bytes.split(separator: newline).compactMap { InstanceEvent(line: Array($0)) }
    }
}
