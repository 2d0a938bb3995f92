import Dispatch
import Synchronization

/// Verifies tokens on a thread of its own, so that no loop waits for a signature. One for all loops.
///
/// At most `maxWaiting` tokens wait; further ones are refused. The same token, asked for by many connections at once, is
/// verified once.
final class TokenVerifier: Sendable {
    static let maxWaiting = 1024
    /// Verdicts that are remembered for questions that were under way together.
    fileprivate static let maxRemembered = 256

    typealias Answer = @Sendable (TokenQuestion, TokenVerdict) -> Void

    fileprivate struct Memory {
        var keys: TokenKeys?
        var verdicts: [[UInt8]: TokenVerdict] = [:]
    }

    private let thread = DispatchQueue(label: "berth.token-verifier")
    private let waiting = Mutex(0)
    /// Touched on `thread` only.
    private let memory = Mutex(Memory())

    /// - Returns: false where too many are waiting.
    func ask(_ question: TokenQuestion, _ answer: @escaping Answer) -> Bool {
        let hasRoom = waiting.withLock { count in
            guard count < Self.maxWaiting else { return false }
            count += 1
            return true
        }
        guard hasRoom else { return false }
        thread.async { [self] in
            let verdict = memory.withLock { $0.verdict(question) }
            waiting.withLock { $0 -= 1 }
            answer(question, verdict)
        }
        return true
    }
}

extension TokenVerifier.Memory {
    fileprivate mutating func verdict(_ question: TokenQuestion) -> TokenVerdict {
        if keys !== question.keys || verdicts.count >= TokenVerifier.maxRemembered { verdicts = [:] }
        keys = question.keys
        if let known = verdicts[question.token] { return known }
        let verdict = question.keys.verify(question.token)
        verdicts[question.token] = verdict
        return verdict
    }
}
