import BerthRuntime
import Foundation

/// Reads the events that an inference server in a container appends to `run/events.jsonl`.
struct EventFile {
    /// Told by whoever watches the container, never by what runs in it.
    private static let notFromInside: Set<InstanceEvent.Name> = [
        .launched, .launchFailed, .memory, .memoryLimitExceeded, .exited, .lost,
    ]

    private let path: String
    private var offset = 0
    private var pending: [UInt8] = []

    init(folder: InstanceFolder) { path = folder.eventFile }

    /// The events that were appended since the last call. Blocks for a read of a local file.
    mutating func fresh() -> [InstanceEvent] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
        guard status.st_size > offset, offset < InstanceFolder.maxEventFileBytes else { return [] }
        var buffer = [UInt8](repeating: 0, count: min(1 << 20, Int(status.st_size) - offset))
        let count = pread(file, &buffer, buffer.count, off_t(offset))
        guard count > 0 else { return [] }
        offset += count
        pending += buffer.prefix(count)
        var events: [InstanceEvent] = []
        while let end = pending.firstIndex(of: 0x0A) {
            if let event = InstanceEvent(line: Array(pending[..<end])), !Self.notFromInside.contains(event.name) {
                events.append(event)
            }
            pending.removeSubrange(...end)
        }
        if pending.count > InstanceEvent.maxLineBytes { pending.removeAll() }
        return events
    }
}
