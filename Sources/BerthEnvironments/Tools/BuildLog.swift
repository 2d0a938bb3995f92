import Synchronization

/// The log of one build: to the listeners at once, to a file at the end; without secrets, and bounded.
final class BuildLog: Sendable {
    /// More lines than this are not kept for the file; the listeners get them.
    static let maxLines = 50_000

    private struct State {
        var lines: [String] = []
        var listeners: [Int: @Sendable (String) -> Void] = [:]
        var redactor = Redactor()
    }

    private let state = Mutex(State())

    /// From now on also hides the passwords of the addresses in these texts, wherever they turn up.
    func hide(in texts: [String]) { state.withLock { $0.redactor = Redactor(urls: texts) } }

    /// Adds a listener, which first gets what has been said so far.
    func listen(_ id: Int, _ listener: @escaping @Sendable (String) -> Void) {
        let said = state.withLock { state in
            state.listeners[id] = listener
            return state.lines
        }
        for line in said { listener(line) }
    }

    func dismiss(_ id: Int) { state.withLock { $0.listeners[id] = nil } }

    func write(_ text: String) {
        let (line, listeners) = state.withLock { state in
            let line = state.redactor(text)
            if state.lines.count < Self.maxLines { state.lines.append(line) }
            return (line, Array(state.listeners.values))
        }
        for listener in listeners { listener(line) }
    }

    func redact(_ text: String) -> String { state.withLock { $0.redactor(text) } }

    var text: String { state.withLock { $0.lines.map { $0 + "\n" }.joined() } }
}
