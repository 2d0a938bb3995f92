package import BerthDiagnostics
package import BerthJSON

/// A long-running change, as its URL shows it.
package struct OperationResource: Hashable, Sendable {
    package enum Status: String, Hashable, Sendable {
        case inProgress = "InProgress"
        case succeeded = "Succeeded"
        case failed = "Failed"
        case canceled = "Canceled"
    }

    /// One thing that happened on the way, for the person who waits.
    package struct Progress: Hashable, Sendable {
        /// What happens now: a step, as `preparing the environment`.
        package var step: String
        /// A detail of it, such as a line of the environment's build; empty at the step's start.
        package var detail: String

        package init(step: String, detail: String = "") {
            self.step = step
            self.detail = detail
        }
    }

    package var id: String
    package var status: Status
    /// Number of entries of progress so far: what a waiting client passes back as `after`.
    package var version: Int
    /// Entries from `after` on.
    package var progress: [Progress]
    package var failure: Diagnostic?
    /// Further independent causes.
    package var alsoFailed: [Diagnostic]

    package init(
        id: String,
        status: Status,
        version: Int,
        progress: [Progress] = [],
        failure: Diagnostic? = nil,
        alsoFailed: [Diagnostic] = []
    ) {
        self.id = id
        self.status = status
        self.version = version
        self.progress = progress
        self.failure = failure
        self.alsoFailed = alsoFailed
    }

    package var json: JSON {
        var object = JSONObject([
            ("id", .string(id)),
            ("status", .string(status.rawValue)),
            ("berthVersion", .integer(version)),
            (
                "berthProgress",
                .array(progress.map { ["step": .string($0.step), "detail": .string($0.detail)] })
            ),
        ])
        if let failure { object["error"] = ErrorBody(failure, also: alsoFailed).object }
        return .object(object)
    }

    package init(json: JSON) throws(Diagnostic) {
        let reader = WireReader(json, path: "operation")
        let word = try reader.requiredString("status")
        guard let status = Status(rawValue: word) else {
            throw reader.invalid("status", "is `\(word)`", expected: "a state of an operation")
        }
        let error = json["error"].map { ErrorBody.diagnostics(in: ["error": $0]) } ?? []
        self.init(
            id: try reader.string("id") ?? "",
            status: status,
            version: try reader.int("berthVersion") ?? 0,
            progress: (json["berthProgress"]?.arrayValue ?? []).map {
                Progress(step: $0["step"]?.stringValue ?? "", detail: $0["detail"]?.stringValue ?? "")
            },
            failure: error.first,
            alsoFailed: Array(error.dropFirst())
        )
    }
}

/// The ARM form of a failure: `{"error": {"code", "message", "details", "additionalInfo"}}`.
package struct ErrorBody: Hashable, Sendable {
    package var diagnostic: Diagnostic
    package var also: [Diagnostic]

    package init(_ diagnostic: Diagnostic, also: [Diagnostic] = []) {
        self.diagnostic = diagnostic
        self.also = also
    }

    package var json: JSON { ["error": object] }

    var object: JSON {
        [
            "code": .string(diagnostic.code.azureCode),
            "message": .string(Self.message(diagnostic)),
            "details": .array(
                also.map {
                    ["code": .string($0.reason?.rawValue ?? $0.code.azureCode), "message": .string($0.message)]
                }
            ),
            "additionalInfo": .array(([diagnostic] + also).map { ["type": "Diagnosis", "info": $0.json] }),
        ]
    }

    private static func message(_ diagnostic: Diagnostic) -> String {
        diagnostic.code.rawValue.hasPrefix("ERR_")
            ? "\(diagnostic.code.rawValue): \(diagnostic.message)" : diagnostic.message
    }

    /// The diagnostics inside an ARM error, the deciding one first; empty where `json` is no such error.
    package static func diagnostics(in json: JSON) -> [Diagnostic] {
        guard let error = json["error"] else { return [] }
        let known = (error["additionalInfo"]?.arrayValue ?? []).compactMap { info in
            info["type"]?.stringValue == "Diagnosis" ? info["info"].flatMap(Diagnostic.init(json:)) : nil
        }
        if !known.isEmpty { return known }
        guard let message = error["message"]?.stringValue else { return [] }
        return [Diagnostic(.internalError, .platformFault, message)]
    }
}

extension ErrorCode {
    /// The HTTP status of the control plane's answer. The one place that maps code → status.
    package var httpStatus: Int {
        switch self {
        case .badArgument: 400
        case .unauthorized: 401
        case .forbidden: 403
        case .resourceNotFound: 404
        case .conflict, .operationCanceled: 409
        case .notEnoughQuota, .outOfCapacity, .imageDownloadFailed, .imageBuildFailure, .artifactDownloadFailed,
            .notEnoughDisk, .containerStartFailed, .containerCrashed, .scoringFailed:
            400
        case .internalError: 500
        }
    }
}
