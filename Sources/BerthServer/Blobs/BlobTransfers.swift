import BerthArtifacts
import BerthModel
import Hummingbird
import NIOCore
import Synchronization

/// Bodies on their way in: counted, so that there are only so many, and watched, so that none stands still for ever.
final class BlobTransfers: Sendable {
    private let running = Atomic<Int>(0)
    private let limits: BlobLimits
    /// What a body that does not stand still brings in `limits.stall`.
    private static let slowest = Bytes(16 * 1024)

    init(limits: BlobLimits) { self.limits = limits }

    /// Of one body.
    private final class Progress: Sendable {
        let received = Atomic<Int>(0)
        let isStalled = Atomic<Bool>(false)
    }

    /// Runs `body` as one of the transfers at a time. Throws `busy`.
    func counted<Value>(_ body: () async throws -> Value) async throws -> Value {
        let before = running.add(1, ordering: .relaxed).oldValue
        defer { running.subtract(1, ordering: .relaxed) }
        guard before < limits.transfers else { throw BlobFailure.busy }
        return try await body()
    }

    /// Writes the request's body to a draft. Throws `shortBody` where it ends early, `stalled` where it stands still,
    /// `tooLarge`, `md5Mismatch`.
    func receive(
        _ body: RequestBody,
        expected: Bytes?,
        limit: Bytes,
        md5: String?,
        into contents: ContentStore
    ) async throws -> FinishedContent {
        let progress = Progress()
        let stall = limits.stall
        return try await withThrowingTaskGroup(of: FinishedContent?.self) { group in
            group.addTask {
                do {
                    return try await Self.write(body, progress, limit: limit, into: contents) { content in
                        if let expected, content.bytes != expected {
                            throw BlobFailure.shortBody(expected: expected, received: content.bytes)
                        }
                        guard md5 == nil || md5 == BlobText.base64(content.md5) else { throw BlobFailure.md5Mismatch }
                    }
                } catch let failure as BlobFailure where !progress.isStalled.load(ordering: .relaxed) {
                    throw failure
                } catch {
                    if progress.isStalled.load(ordering: .relaxed) { throw BlobFailure.stalled }
                    // The client went away, or broke the framing of its body.
                    let count = Bytes(progress.received.load(ordering: .relaxed))
                    throw BlobFailure.shortBody(expected: expected ?? count, received: count)
                }
            }
            group.addTask {
                var last = 0
                while true {
                    do { try await Task.sleep(for: stall) } catch { return nil }
                    let count = progress.received.load(ordering: .relaxed)
                    guard count - last < Self.slowest.count else {
                        last = count
                        continue
                    }
                    progress.isStalled.store(true, ordering: .relaxed)
                    return nil
                }
            }
            // Whichever ends first: the body, or the watch that saw it stand still, which then is cancelled here.
            let first = try await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            while let other = try await group.next() { if let other { return other } }
            throw BlobFailure.stalled
        }
    }

    private static func write(
        _ body: RequestBody,
        _ progress: Progress,
        limit: Bytes,
        into contents: ContentStore,
        check: (FinishedContent) throws -> Void
    ) async throws -> FinishedContent {
        let draft = try contents.draft()
        for try await part in body {
            guard draft.bytes.count + part.readableBytes <= limit.count else {
                throw BlobFailure.tooLarge(limit: limit)
            }
            try part.withUnsafeReadableBytes { try draft.write($0) }
            progress.received.add(part.readableBytes, ordering: .relaxed)
        }
        let content = try draft.finish()
        do {
            try check(content)
        } catch {
            contents.discard(content.file)
            throw error
        }
        return content
    }
}
