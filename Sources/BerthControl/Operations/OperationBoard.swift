import BerthAPI
import BerthDiagnostics

/// What operations of this process are doing, for those who wait for them. The durable part is in the store.
actor OperationBoard {
    private struct Entry {
        var progress: [OperationResource.Progress] = []
        /// Entries that were dropped at the front, so that versions go on rising.
        var dropped = 0
        var ended: OperationResource?
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]

        var version: Int { dropped + progress.count + (ended == nil ? 0 : 1) }
    }

    private let progressKept: Int
    private let clock: any Clock<Duration>
    private var entries: [String: Entry] = [:]
    private var nextWaiter = 0

    init(progressKept: Int, clock: any Clock<Duration>) {
        self.progressKept = progressKept
        self.clock = clock
    }

    func begin(_ id: String) { entries[id] = Entry() }

    func note(_ progress: OperationResource.Progress, for id: String) {
        guard var entry = entries[id], entry.ended == nil else { return }
        entry.progress.append(progress)
        if entry.progress.count > progressKept {
            entry.progress.removeFirst()
            entry.dropped += 1
        }
        entries[id] = entry
        wake(id)
    }

    func end(_ id: String, status: OperationResource.Status, failures: [Diagnostic]) {
        guard var entry = entries[id], entry.ended == nil else { return }
        var resource = OperationResource(id: id, status: status, version: entry.version + 1)
        resource.failure = failures.first
        resource.alsoFailed = Array(failures.dropFirst())
        entry.ended = resource
        entries[id] = entry
        wake(id)
    }

    /// The operation with its progress after `version`, or nil where this process knows nothing of it. Waits for news
    /// for `wait` at most.
    func read(_ id: String, after version: Int, wait: Duration) async -> OperationResource? {
        guard let entry = entries[id] else { return nil }
        if entry.version <= version, entry.ended == nil { await news(of: id, within: wait) }
        return entries[id].map { snapshot($0, id: id, after: version) }
    }

    private func snapshot(_ entry: Entry, id: String, after version: Int) -> OperationResource {
        let fresh = entry.progress.dropFirst(max(0, version - entry.dropped))
        guard var ended = entry.ended else {
            return OperationResource(id: id, status: .inProgress, version: entry.version, progress: Array(fresh))
        }
        ended.progress = Array(fresh)
        ended.version = entry.version
        return ended
    }

    private func news(of id: String, within wait: Duration) async {
        let waiter = nextWaiter
        nextWaiter += 1
        let timeout = Task { [clock] in
            // Cancelled when news arrive first; then there is nobody left to wake.
            try? await clock.sleep(for: wait)
            self.wake(id, waiter: waiter)
        }
        await withCheckedContinuation { continuation in
            entries[id]?.waiters[waiter] = continuation
        }
        timeout.cancel()
    }

    private func wake(_ id: String, waiter: Int) {
        entries[id]?.waiters.removeValue(forKey: waiter)?.resume()
    }

    private func wake(_ id: String) {
        let waiters = entries[id]?.waiters ?? [:]
        entries[id]?.waiters = [:]
        for continuation in waiters.values { continuation.resume() }
    }

    /// Forgets an operation that ended and whose end was kept in the store.
    func forget(_ id: String) {
        wake(id)
        entries[id] = nil
    }
}
