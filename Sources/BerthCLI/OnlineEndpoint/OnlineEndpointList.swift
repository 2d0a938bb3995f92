import BerthJSON

/// `online-endpoint list`.
enum OnlineEndpointList {
    static let command = Command(
        "online-endpoint list",
        "list the endpoints",
        options: [CommonOption.local],
        examples: [Example("names and states", "online-endpoint list --local -o table")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try await call.withControl { session async throws(CommandFailure) in
            .result(.array(try await session.endpoints().map(ResourceView.json)))
        }
    }
}
