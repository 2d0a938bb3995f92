import BerthDiagnostics

/// Those who wait for room on the machine, first come, first served: the first in the queue tries whenever room was
/// given back, and nobody overtakes it.
actor CapacityQueue {
    private struct Waiter {
        let revision: Int
        var wake: CheckedContinuation<Void, Never>?
    }

    private var waiters: [Waiter] = []
    /// Rises whenever room was given back, so that nothing is missed between a try and the wait after it.
    private var generation = 0

    /// Revisions in the order in which they wait.
    var waiting: [Int] { waiters.map(\.revision) }

    /// Returns true as soon as `attempt` has succeeded; false when the task was cancelled meanwhile.
    func wait(
        for revision: Int,
        _ attempt: @Sendable () async throws(Diagnostic) -> Bool
    ) async throws(Diagnostic) -> Bool {
        waiters.append(Waiter(revision: revision))
        defer {
            waiters.removeAll { $0.revision == revision }
            // Whoever is first now may have room.
            roomChanged()
        }
        while !Task.isCancelled {
            let seen = generation
            if waiters.first?.revision == revision, try await attempt() { return true }
            if seen == generation { await rest(revision) }
        }
        return false
    }

    /// Room was given back, or somebody left the queue.
    func roomChanged() {
        generation += 1
        for index in waiters.indices {
            waiters[index].wake?.resume()
            waiters[index].wake = nil
        }
    }

    private func rest(_ revision: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled, let index = waiters.firstIndex(where: { $0.revision == revision }) else {
                    return continuation.resume()
                }
                waiters[index].wake = continuation
            }
        } onCancel: {
            // Lives for one hop to this actor.
            Task { await self.roomChanged() }
        }
    }
}
