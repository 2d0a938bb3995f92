import BerthDiagnostics

extension Invocation {
    /// How often a change is made again. Each refusal means that the change of somebody else has gone through.
    private static let maxAttempts = 50

    /// Runs `change`, which reads a resource and sends it changed, again where somebody else was quicker in between:
    /// nobody's change is lost.
    func withoutLoss<Value>(
        _ what: String,
        _ change: () async throws(CommandFailure) -> Value
    ) async throws(CommandFailure) -> Value {
        for _ in 1..<Self.maxAttempts {
            do throws(CommandFailure) {
                return try await change()
            } catch {
                guard error.wasOvertaken else { throw error }
                detail("\(what) was changed meanwhile and is read again")
            }
        }
        return try await change()
    }
}

extension CommandFailure {
    /// Whether what was to be changed is not any more what had been read.
    var wasOvertaken: Bool { diagnostics.first?.reason == .preconditionFailed }
}
