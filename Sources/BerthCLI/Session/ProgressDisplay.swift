import BerthAPI

/// What a person sees while an operation runs: on a terminal one line that is redrawn, elsewhere a line a step.
/// Facts and the time since the start go in, the text to write comes out.
struct ProgressDisplay {
    private static let clearLine = "\r\u{1B}[K"
    private static let frames = ["⠋", "⠙", "⠸", "⠴", "⠦", "⠇"]

    let title: String
    let isTerminal: Bool
    let width: Int
    private var step = ""
    private var detail = ""
    private var stepStarted: Duration = .zero
    private var frame = 0

    init(title: String, isTerminal: Bool, width: Int) {
        self.title = title
        self.isTerminal = isTerminal
        self.width = width
    }

    /// The text for new entries of progress; on a terminal also without any, so that the time moves.
    mutating func show(_ entries: [OperationResource.Progress], after elapsed: Duration) -> String {
        var text = ""
        for entry in entries {
            if entry.step != step {
                if isTerminal, !step.isEmpty { text += finishedStep(elapsed) }
                step = entry.step
                stepStarted = elapsed
                if !isTerminal { text += "[\(Self.seconds(elapsed))] \(step)\n" }
            }
            detail = entry.detail
            if !isTerminal, !detail.isEmpty { text += "[\(Self.seconds(elapsed))]   \(detail)\n" }
        }
        return isTerminal ? text + liveLine(elapsed) : text
    }

    /// The text at the end, whatever it was.
    mutating func finish(succeeded: Bool, after elapsed: Duration) -> String {
        let verdict = succeeded ? "done" : "failed"
        guard isTerminal else { return "[\(Self.seconds(elapsed))] \(title): \(verdict)\n" }
        var text = Self.clearLine
        if !step.isEmpty { text = succeeded ? finishedStep(elapsed) : Self.clearLine + "  ✗ \(step)\n" }
        return text + "\(title): \(verdict) in \(Self.seconds(elapsed))\n"
    }

    /// Leaves the line as it is and goes to the next.
    var interrupted: String { isTerminal ? Self.clearLine : "" }

    private func finishedStep(_ elapsed: Duration) -> String {
        Self.clearLine + "  ✓ \(step) (\(Self.seconds(elapsed - stepStarted)))\n"
    }

    private mutating func liveLine(_ elapsed: Duration) -> String {
        frame = (frame + 1) % Self.frames.count
        let doing = step.isEmpty ? title : step
        let line = "\(Self.frames[frame]) \(doing) (\(Self.seconds(elapsed)))" + (detail.isEmpty ? "" : ": \(detail)")
        return Self.clearLine + line.prefix(max(20, width - 1))
    }

    /// `3.2 s`, `2 min 05 s`.
    static func seconds(_ duration: Duration) -> String {
        let tenths = Int(duration / .milliseconds(100))
        guard tenths >= 600 else { return "\(tenths / 10).\(tenths % 10) s" }
        let seconds = tenths / 10 % 60
        return "\(tenths / 600) min \(seconds < 10 ? "0" : "")\(seconds) s"
    }
}
