/// How much of a log is kept, and how much of it is read at once.
package struct LogSettings: Hashable, Sendable {
    /// The beginning of a log, which is always kept: it says how the program was started.
    package var headBytes: Int
    /// What follows is kept in files of this size, and dropped by whole files.
    package var segmentBytes: Int
    /// Bound for all files of a log together.
    package var totalBytes: Int
    /// A longer line is cut when it is read.
    package var maxLineBytes: Int

    package init(
        headBytes: Int = 1_048_576,
        segmentBytes: Int = 4_194_304,
        totalBytes: Int = 16_777_216,
        maxLineBytes: Int = 65_536
    ) {
        precondition(headBytes > 0 && segmentBytes > 0 && maxLineBytes > 0)
        precondition(totalBytes >= headBytes + 2 * segmentBytes, "room for the head and two segments")
        self.headBytes = headBytes
        self.segmentBytes = segmentBytes
        self.totalBytes = totalBytes
        self.maxLineBytes = maxLineBytes
    }

    package static let standard = LogSettings()
}

/// One file of a log: `inference-server.log` holds the beginning, `inference-server.log.1048576` what was written from
/// that byte on. Files are never renamed, so a reader can hold its place.
struct LogSegment: Hashable, Sendable {
    /// Place of its first byte in the whole log.
    let start: Int
    let path: String

    /// The files of the log at `path`, oldest first; empty when there are none.
    static func all(of path: String) -> [LogSegment] {
        guard let slash = path.lastIndex(of: "/") else { return [] }
        let name = path[path.index(after: slash)...]
        let folder = String(path[..<slash])
        return FolderStream.names(in: folder.isEmpty ? "/" : folder).compactMap { entry in
            if entry == name { return LogSegment(start: 0, path: path) }
            guard entry.hasPrefix(name + "."), let start = Int(entry.dropFirst(name.count + 1)), start > 0 else {
                return nil
            }
            return LogSegment(start: start, path: folder + "/" + entry)
        }
        .sorted { $0.start < $1.start }
    }
}
