import BerthAPI

/// `online-endpoint show`.
enum OnlineEndpointShow {
    static let command = Command(
        "online-endpoint show",
        "show an endpoint",
        options: [CommonOption.name.required, CommonOption.local],
        examples: [
            Example("where to send requests", "online-endpoint show --local --name diabetes --query scoring_uri -o tsv")
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let name = try call.required(CommonOption.name)
        return try await call.withControl { session async throws(CommandFailure) in
            let endpoint = try await session.endpoint(name)
            // Deployments without traffic are shown with 0, so that the split is whole.
            let deployments = try await session.deployments(of: name)
            return .result(ResourceView.json(endpoint.withAllShares(deployments)))
        }
    }
}
