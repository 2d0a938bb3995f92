package import BerthJSON

/// A place in a file of the user's.
package struct SourceLocation: Hashable, Sendable {
    /// As the user wrote it, or relative to the file that names it.
    package var path: String
    /// 1-based.
    package var line: Int?
    /// 1-based, in characters.
    package var column: Int?

    package init(path: String, line: Int? = nil, column: Int? = nil) {
        self.path = path
        self.line = line
        self.column = column
    }
}

/// A fact that was read, with where it was read.
package struct Evidence: Hashable, Sendable {
    /// Where the fact comes from: a container's log, `exit`, `quota`, `spec`, …
    package var source: String
    /// 1-based line in the source, where it has lines.
    package var line: Int?
    package var text: String

    package init(_ source: String, line: Int? = nil, _ text: String) {
        self.source = source
        self.line = line
        self.text = text
    }
}

/// The one form of every failure that a user can see: code, message, evidence, help.
///
/// `message` says what failed, on which object: lower-case start, no full stop, no advice, under 600 characters, one
/// cause. `evidence` is facts, never guesses. `help` is what to do, imperative, ready to paste.
package struct Diagnostic: Error, Hashable, Sendable {
    package enum Severity: String, Hashable, Sendable {
        case error, warning
    }

    package var severity: Severity
    package var code: ErrorCode
    package var reason: Reason?
    package var message: String
    package var location: SourceLocation?
    /// The line of the file at `location`, shown with a caret.
    package var sourceLine: String?
    package var evidence: [Evidence]
    package var help: [String]
    package var requestID: String?

    package init(
        _ code: ErrorCode,
        _ reason: Reason?,
        _ message: String,
        severity: Severity = .error,
        location: SourceLocation? = nil,
        sourceLine: String? = nil,
        evidence: [Evidence] = [],
        help: [String] = [],
        requestID: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.reason = reason
        self.message = message
        self.location = location
        self.sourceLine = sourceLine
        self.evidence = evidence
        self.help = help
        self.requestID = requestID
    }

    /// A diagnostic without a finer reason.
    package init(
        _ code: ErrorCode,
        _ message: String,
        severity: Severity = .error,
        location: SourceLocation? = nil,
        sourceLine: String? = nil,
        evidence: [Evidence] = [],
        help: [String] = [],
        requestID: String? = nil
    ) {
        self.init(
            code,
            nil,
            message,
            severity: severity,
            location: location,
            sourceLine: sourceLine,
            evidence: evidence,
            help: help,
            requestID: requestID
        )
    }
}

extension Diagnostic {
    /// The object that `diagnose`, `--output json` and the REST form carry.
    package var json: JSON {
        var object = JSONObject()
        object["code"] = .string(code.rawValue)
        object["azureCode"] = .string(code.azureCode)
        if let reason { object["reason"] = .string(reason.rawValue) }
        if severity == .warning { object["severity"] = "warning" }
        object["message"] = .string(message)
        if let location {
            var place = JSONObject()
            place["path"] = .string(location.path)
            place["line"] = location.line.map(JSON.integer)
            place["column"] = location.column.map(JSON.integer)
            object["location"] = .object(place)
        }
        if let sourceLine { object["sourceLine"] = .string(sourceLine) }
        object["evidence"] = .array(
            evidence.map { fact in
                var entry = JSONObject([("source", .string(fact.source))])
                entry["line"] = fact.line.map(JSON.integer)
                entry["text"] = .string(fact.text)
                return .object(entry)
            }
        )
        object["help"] = JSON(help)
        if let requestID { object["requestId"] = .string(requestID) }
        return .object(object)
    }

    /// The diagnostic that `json` holds, or nil where it is not one. The inverse of `json`.
    package init?(json: JSON) {
        guard let message = json["message"]?.stringValue,
            let code = json["code"]?.stringValue.flatMap(ErrorCode.init(rawValue:))
        else { return nil }
        self.init(
            code,
            json["reason"]?.stringValue.flatMap(Reason.init(rawValue:)),
            message,
            severity: json["severity"]?.stringValue.flatMap(Severity.init(rawValue:)) ?? .error,
            location: json["location"].flatMap { place in
                place["path"]?.stringValue.map {
                    SourceLocation(path: $0, line: place["line"]?.intValue, column: place["column"]?.intValue)
                }
            },
            sourceLine: json["sourceLine"]?.stringValue,
            evidence: (json["evidence"]?.arrayValue ?? []).compactMap { fact in
                guard let source = fact["source"]?.stringValue, let text = fact["text"]?.stringValue else { return nil }
                return Evidence(source, line: fact["line"]?.intValue, text)
            },
            help: (json["help"]?.arrayValue ?? []).compactMap(\.stringValue),
            requestID: json["requestId"]?.stringValue
        )
    }
}
