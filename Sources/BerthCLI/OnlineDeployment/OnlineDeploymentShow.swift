/// `online-deployment show`.
enum OnlineDeploymentShow {
    static let command = Command(
        "online-deployment show",
        "show a deployment",
        options: [CommonOption.deploymentName.required, CommonOption.endpointName.required, CommonOption.local],
        examples: [
            Example(
                "its state",
                "online-deployment show --local -n blue -e diabetes --query provisioning_state -o tsv"
            )
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let name = try call.required(CommonOption.deploymentName)
        let endpoint = try call.required(CommonOption.endpointName)
        return try await call.withControl { session async throws(CommandFailure) in
            .result(ResourceView.json(try await session.deployment(name, of: endpoint)))
        }
    }
}
