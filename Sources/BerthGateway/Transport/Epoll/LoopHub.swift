import Synchronization

/// What the loops of a gateway have in common besides the shared cells: each other, the traffic log, and the one who
/// waits for them to be empty.
final class LoopHub: Sendable {
    private let loops = Mutex<[EpollLoop]>([])
    let log: TrafficLogWriter?
    private let verifier = TokenVerifier()
    /// Called on a loop's thread when it has nothing left while draining.
    let onEmpty: @Sendable () -> Void

    init(log: TrafficLogWriter?, onEmpty: @escaping @Sendable () -> Void) {
        self.log = log
        self.onEmpty = onEmpty
    }

    func add(_ loop: EpollLoop) { loops.withLock { $0.append(loop) } }

    /// Has a token verified and tells the loop of that number. False where too many wait.
    func verify(_ question: TokenQuestion, for index: Int) -> Bool {
        verifier.ask(question) { [self] question, verdict in
            let loop = loops.withLock { index < $0.count ? $0[index] : nil }
            loop?.perform { $0.pointee.verified(question, verdict) }
        }
    }

    /// Makes the loops of this mask look for waiting requests. Rare: only where requests wait on several loops.
    func wake(loops mask: UInt64) {
        let all = loops.withLock { $0 }
        for (index, loop) in all.enumerated() where mask & (1 << UInt64(index & 63)) != 0 {
            loop.perform { $0.pointee.lookAtLines() }
        }
    }
}
