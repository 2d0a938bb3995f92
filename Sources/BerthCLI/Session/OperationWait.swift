import BerthAPI
import BerthClient
import BerthDiagnostics
import Synchronization

/// What a command waits for, in words.
struct OperationSubject: Sendable {
    /// «creating deployment `blue`».
    let title: String
    /// How to see what becomes of it, without the program's name.
    let watch: String
    /// How to end it, without the program's name.
    let cancel: String
}

extension Invocation {
    /// Waits until the operation has ended, and shows how it goes.
    ///
    /// Without a `url` there is nothing to wait for. Throws the operation's failure.
    func wait(
        for url: String?,
        in session: ControlSession,
        _ subject: OperationSubject
    ) async throws(CommandFailure) {
        guard let url else { return }
        let display = Mutex(
            ProgressDisplay(title: subject.title, isTerminal: console.isTerminal, width: console.width)
        )
        let interruption = Interruption { [self] in
            let farewell = display.withLock { $0.interrupted }
            console.error(farewell + interruptedText(subject))
        }
        defer { interruption.end() }
        let start = ContinuousClock.now
        func elapsed() -> Duration { start.duration(to: .now) }
        var seen = 0
        var revivals = 0
        // On a terminal the time moves; elsewhere the longest poll is the cheapest.
        let patience = console.isTerminal && !isQuiet ? 1 : 20
        while true {
            let operation: OperationResource
            do {
                operation = try await session.client.operation(url, after: seen, wait: patience)
            } catch {
                if error.reason == .serverUnreachable, revivals < Self.maxRevivals, revive(session) {
                    revivals += 1
                    continue
                }
                show(display.withLock { $0.finish(succeeded: false, after: elapsed()) })
                throw .failed(error)
            }
            seen = operation.version
            show(display.withLock { $0.show(operation.progress, after: elapsed()) })
            switch operation.status {
            case .inProgress: continue
            case .succeeded:
                show(display.withLock { $0.finish(succeeded: true, after: elapsed()) })
                return
            case .failed, .canceled:
                show(display.withLock { $0.finish(succeeded: false, after: elapsed()) })
                throw .failed(Self.failure(of: operation, subject), also: operation.alsoFailed)
            }
        }
    }

    /// How often a server that was killed is started again while we wait: an operation goes on where it was.
    private static let maxRevivals = 3

    private func revive(_ session: ControlSession) -> Bool {
        guard session.scope == .local else { return false }
        do {
            try serverStarter.ensureRunning()
            note("the local server was started again")
            return true
        } catch {
            detail("the local server cannot be started again: \(error.message)")
            return false
        }
    }

    private func show(_ text: String) {
        guard !isQuiet, !text.isEmpty else { return }
        console.error(text)
    }

    private func interruptedText(_ subject: OperationSubject) -> String {
        """
        interrupted: \(subject.title) goes on in the background
        see it: \(program) \(subject.watch)
        end it: \(program) \(subject.cancel)

        """
    }

    private static func failure(of operation: OperationResource, _ subject: OperationSubject) -> Diagnostic {
        if let failure = operation.failure { return failure }
        if operation.status == .canceled {
            return Diagnostic(.operationCanceled, nil, "\(subject.title) was cancelled")
        }
        return Diagnostic(.internalError, .platformFault, "\(subject.title) failed without a diagnosis")
    }
}
