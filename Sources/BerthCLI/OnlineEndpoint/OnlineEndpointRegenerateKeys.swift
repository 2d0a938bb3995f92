import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

/// `online-endpoint regenerate-keys`.
enum OnlineEndpointRegenerateKeys {
    static let keyType = Option(
        "key-type",
        nil,
        .value("TYPE"),
        choices: ["primary", "secondary"],
        fallback: "primary",
        help: "which of the two keys becomes a new one"
    )

    static let command = Command(
        "online-endpoint regenerate-keys",
        "make a new key in place of an old one, which counts no more at once",
        options: [CommonOption.name.required, keyType, CommonOption.noWait, CommonOption.local],
        examples: [Example("the second key", "online-endpoint regenerate-keys --name diabetes --key-type secondary")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let name = try call.required(CommonOption.name)
        let type = call.string(keyType) ?? "primary"
        return try await call.withControl { session async throws(CommandFailure) in
            let endpoint = try await session.endpoint(name)
            if session.scope == .local { call.note("note: local endpoints answer without a key") }
            _ = try await call.ask(
                session,
                "POST",
                "\(endpoint.id)/regenerateKeys",
                body: ["keyType": .string(type == "primary" ? "Primary" : "Secondary")]
            )
            return .result(
                try await orFail { () async throws(Diagnostic) in
                    try await session.client.keys(of: name, in: session.workspace)
                }
            )
        }
    }
}
