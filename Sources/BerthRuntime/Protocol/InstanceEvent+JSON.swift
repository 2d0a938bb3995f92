package import BerthJSON

extension InstanceEvent {
    /// Bound for one line.
    package static let maxLineBytes = 65_536

    /// The event that a line of `events.jsonl` or `launch.sock` spells; nil where it is no event: what a newer or a
    /// damaged writer left is passed over, not taken for a failure.
    package init?(line: [UInt8]) {
        // Damaged lines are passed over, as said above.
        guard line.count <= Self.maxLineBytes, let json = try? JSON.parse(line) else { return nil }
        self.init(json: json)
    }

    /// As `init(line:)`, of parsed JSON.
    package init?(json: JSON) {
        guard let name = json["event"]?.stringValue else { return nil }
        self.init(name: Name(word: name), at: json["at"]?.doubleValue ?? 0, body: json)
    }

    /// An event that `berth launch` or a reader makes.
    package init(_ name: Name, at: Double, _ keys: [(String, JSON)] = []) {
        let head: [(String, JSON)] = [("event", .string(name.word)), ("at", .double(at)), ("source", "launch")]
        self.init(name: name, at: at, body: .object(JSONObject(head + keys)))
    }

    /// Who told it: `launch` or `inference-server`.
    package var source: String? { body["source"]?.stringValue }
}

extension InstanceEvent.Name {
    private static let words: [(InstanceEvent.Name, String)] = [
        (.boot, "boot"), (.importing, "importing"), (.imported, "imported"), (.importFailed, "import-failed"),
        (.initializing, "initializing"), (.initialized, "initialized"), (.initFailed, "init-failed"),
        (.scriptInvalid, "script-invalid"), (.ready, "ready"), (.warning, "warning"), (.runFailed, "run-failed"),
        (.runTimedOut, "run-timed-out"), (.workerExited, "worker-exited"), (.givingUp, "giving-up"),
        (.stack, "stack"), (.stopping, "stopping"), (.launched, "launched"), (.launchFailed, "launch-failed"),
        (.memory, "memory"), (.memoryLimitExceeded, "memory-limit-exceeded"), (.exited, "exited"), (.lost, "lost"),
    ]
    private static let byWord = Dictionary(uniqueKeysWithValues: words.map { ($1, $0) })
    private static let byName = Dictionary(uniqueKeysWithValues: words)

    /// The word on the wire.
    package var word: String {
        if case .unknown(let word) = self { return word }
        guard let word = Self.byName[self] else { preconditionFailure("an event without a word: \(self)") }
        return word
    }

    /// Every word has a name: one that is not known keeps its word.
    package init(word: String) { self = Self.byWord[word] ?? .unknown(word) }
}
