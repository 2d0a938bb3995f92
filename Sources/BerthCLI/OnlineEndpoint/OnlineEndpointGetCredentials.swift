import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

/// `online-endpoint get-credentials`.
enum OnlineEndpointGetCredentials {
    static let command = Command(
        "online-endpoint get-credentials",
        "show the keys of an endpoint",
        options: [CommonOption.name.required, CommonOption.local],
        examples: [
            Example(
                "the first key",
                "online-endpoint get-credentials --local --name diabetes --query primaryKey -o tsv"
            )
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let name = try call.required(CommonOption.name)
        return try await call.withControl { session async throws(CommandFailure) in
            let endpoint = try await session.endpoint(name)
            if session.scope == .local { call.note("note: local endpoints answer without a key") }
            return .result(
                try await orFail { () async throws(Diagnostic) in
                    try await session.client.credentials(of: endpoint)
                }
            )
        }
    }
}
