import BerthRuntime
import Foundation
import NIOCore

/// Brings a container's output into the log of its instance as it is written, and goes on where an earlier control plane
/// stopped.
struct ContainerLog: Sendable {
    /// Between two tries to reach an engine that is away.
    static let retry: Duration = .milliseconds(250)

    let engine: EngineClient
    let folder: InstanceFolder
    let name: String

    private var positionFile: String { folder.path + "/log.position" }

    /// Returns when the container has ended and all of its output is there, or the task is cancelled.
    func follow() async {
        var writer = LogWriter(path: folder.log(.inferenceServer))
        var position = storedPosition
        var frames = LogFrames()
        while !Task.isCancelled {
            let since = position
            frames = LogFrames()
            do throws(EngineFailure) {
                let query = [("follow", "1"), ("stdout", "1"), ("stderr", "1"), ("timestamps", "1")]
                let from = since > 0 ? [("since", EngineTime.since(since))] : []
                var isOld = false
                try await engine.stream("GET", "/containers/\(name)/logs", query + from) { chunk in
                    for entry in frames.take(chunk.readableBytesView) {
                        if let time = EngineTime.nanoseconds(entry.time) {
                            // The engine counts from the moment on: what is of that moment was written already.
                            isOld = since > 0 && time <= since
                            position = max(position, time)
                        }
                        if !isOld { writer.append(entry.text) }
                    }
                    store(position)
                }
                return
            } catch {
                // Gone, or never made: there is nothing more to come.
                if case .refused(404, _) = error { return }
                if error == .cancelled { return }
                do { try await Task.sleep(for: Self.retry) } catch { return }
            }
        }
    }

    private var storedPosition: Int {
        guard let bytes = try? RegularFile.read(positionFile, limit: 64) else { return 0 }  // Absent: from the start.
        return Int(String(decoding: bytes, as: UTF8.self)) ?? 0
    }

    /// Lost on a crash of the machine at worst; then some lines are written twice.
    private func store(_ position: Int) {
        _ = FileManager.default.createFile(atPath: positionFile, contents: Data(String(position).utf8))
    }
}
