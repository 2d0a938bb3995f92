import BerthJSON

/// `online-deployment list`.
enum OnlineDeploymentList {
    static let command = Command(
        "online-deployment list",
        "list the deployments of an endpoint",
        options: [CommonOption.endpointName.required, CommonOption.local],
        examples: [Example("names and states", "online-deployment list --local --endpoint-name diabetes -o table")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let endpoint = try call.required(CommonOption.endpointName)
        return try await call.withControl { session async throws(CommandFailure) in
            _ = try await session.endpoint(endpoint)
            return .result(.array(try await session.deployments(of: endpoint).map(ResourceView.json)))
        }
    }
}
