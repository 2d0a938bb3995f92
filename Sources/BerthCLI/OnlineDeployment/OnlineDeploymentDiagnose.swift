import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthOutput

/// `online-deployment diagnose`.
enum OnlineDeploymentDiagnose {
    static let command = Command(
        "online-deployment diagnose",
        "say why a deployment failed, at its start or while answering requests",
        options: [CommonOption.deploymentName.required, CommonOption.endpointName.required, CommonOption.local],
        examples: [
            Example("in words", "online-deployment diagnose --local -n blue -e diabetes"),
            Example("for a program", "online-deployment diagnose --local -n blue -e diabetes -o json"),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let name = try call.required(CommonOption.deploymentName)
        let endpoint = try call.required(CommonOption.endpointName)
        return try await call.withControl { session async throws(CommandFailure) in
            _ = try await session.deployment(name, of: endpoint)
            let found = try await orFail { () async throws(Diagnostic) in
                try await session.client.diagnosis(of: name, endpoint: endpoint, in: session.workspace)
            }
            return outcome(found, call)
        }
    }

    /// Words for people; `{"diagnosis": …, "also": […]}` where a format or a query asks for data.
    static func outcome(_ found: [Diagnostic], _ call: Invocation) -> Outcome {
        guard OutputFormat.explicit(call) != nil || call.flag(CommonOption.query) else {
            guard !found.isEmpty else { return .text("no failure is known") }
            return .text(found.map { call.console.text($0, colour: false) }.joined(separator: "\n\n"))
        }
        var object = JSONObject([("diagnosis", found.first?.json ?? .null)])
        if found.count > 1 { object["also"] = .array(found.dropFirst().map(\.json)) }
        return .result(.object(object))
    }
}
