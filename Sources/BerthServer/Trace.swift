import BerthControl
import BerthDiagnostics
import BerthJSON
import BerthModel
package import BerthRuntime
package import BerthStore

/// Finds all that is known of a request by its id: ours or the client's.
package struct Trace: Sendable {
    /// How much of the end of each log is looked at.
    private static let maxLines = 500_000
    /// How many lines of a log are shown.
    private static let maxFound = 200

    private let home: BerthHome
    private let store: Store

    package init(home: BerthHome, store: Store) {
        self.home = home
        self.store = store
    }

    /// `{"changes", "operations", "scoring", "log"}`.
    func find(_ id: String) async throws(Diagnostic) -> JSON {
        guard (8...64).contains(id.utf8.count), id.utf8.allSatisfy(Self.isPlain) else {
            throw Diagnostic(
                .badArgument,
                .argumentInvalid,
                "`\(id.prefix(64))` is no request id",
                help: ["give the value of x-ms-request-id or x-ms-client-request-id"]
            )
        }
        let changes = await lines(of: AuditLog.file(home), with: id)
        // A client's id leads to ours, which the other places know.
        var ids: Set<String> = [id]
        for line in changes { if let own = line["requestId"]?.stringValue { ids.insert(own) } }
        var scoring: [JSON] = []
        var log: [JSON] = []
        for id in ids.sorted() {
            scoring += await lines(of: home.logFile("traffic"), with: id)
            log += await lines(of: home.logFile("serve"), with: id)
        }
        let wanted = ids
        let operations = try await store.read { transaction in
            try wanted.sorted().flatMap { try transaction.operations(requestID: $0) }
        }
        return [
            "changes": .array(changes),
            "operations": .array(operations.map(Self.json)),
            "scoring": .array(scoring),
            "log": .array(log),
        ]
    }

    private func lines(of file: String, with id: String) async -> [JSON] {
        await OwnThread.run {
            LogReader(path: file).tail(lines: Self.maxLines).filter { $0.contains(id) }.suffix(Self.maxFound).map {
                // What is no JSON is shown as it stands.
                (try? JSON.parse($0)) ?? .string($0)
            }
        }
    }

    private static func json(_ operation: OperationRecord) -> JSON {
        [
            "id": .string(operation.id), "kind": .string(operation.kind.rawValue),
            "workspace": .string(operation.workspace), "endpoint": .string(operation.endpoint),
            "deployment": JSON(operation.deployment), "status": .string(operation.status.rawValue),
            "startedAt": .string(Timestamp.text(operation.createdAt)), "failures": .array(operation.failures),
        ]
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
