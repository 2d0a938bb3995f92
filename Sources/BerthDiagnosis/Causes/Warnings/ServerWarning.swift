import BerthDiagnostics
import BerthJSON
import BerthRuntime

extension Cause {
    /// What the inference server noticed itself.
    static let serverWarning = Cause(
        "server-warning",
        .general,
        .warning { facts in
            facts.events(.warning).prefix(5).map { event in
                let path = event.body["path"]?.stringValue
                return Finding(
                    .modelLoadFailed,
                    event.body["message"]?.stringValue ?? event.body["kind"]?.stringValue ?? "",
                    at: path.map { facts.place(path: $0, line: event.body["line"]?.intValue) }
                )
            }
        }
    )
}
