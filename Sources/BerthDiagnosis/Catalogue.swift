/// All causes, by family. The order counts only between causes that match equally closely.
enum Catalogue {
    static let all: [Cause] = script + artifact + resource + start + probe + request + warnings

    static let script: [Cause] = [
        .syntaxError, .missingModule, .scriptInvalid, .uncaughtException,
    ]
    static let artifact: [Cause] = []
    static let resource: [Cause] = [.outOfMemory, .killed, .crashed, .exited, .lost]
    static let start: [Cause] = [.notStarted]
    static let probe: [Cause] = [.notReadyInTime, .livenessLost]
    static let request: [Cause] = [.runTimedOut]
    static let warnings: [Cause] = [.serverWarning]
}
