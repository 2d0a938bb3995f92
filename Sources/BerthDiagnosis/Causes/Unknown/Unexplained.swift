import BerthDiagnostics
import BerthRuntime

/// What is said when no cause matches: that it is not known, and the lines that come closest.
enum Unexplained {
    private static let lines = 5

    static func finding(_ facts: Facts) -> Finding {
        let tail = facts.evidence.logTail.enumerated().filter { !$0.element.trimmed.isEmpty }.suffix(lines)
        let last = tail.map {
            Evidence(
                "inference-server",
                line: facts.evidence.logTailFirstLine + $0.offset,
                $0.element.shortened(to: 400)
            )
        }
        return Finding(
            .workerExited,
            "the instance ended while \(facts.phase.text), and nothing that it left says why",
            certainty: .likely,
            evidence: last.isEmpty ? [Evidence("inference-server", "the log is empty")] : last,
            help: ["read the whole log: \(facts.logCommand)"]
        )
    }
}
