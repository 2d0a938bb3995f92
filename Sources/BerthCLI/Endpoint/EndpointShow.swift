import BerthJSON

/// `endpoint show`.
enum EndpointShow {
    static let command = Command(
        "endpoint show",
        "show an endpoint with its deployments",
        options: [CommonOption.name.required, EndpointOption.type, CommonOption.local],
        examples: [
            Example(
                "the state of a deployment",
                "endpoint show --local -n diabetes --query \"deployments[?name=='blue'].provisioning_state\" -o tsv"
            )
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try EndpointOption.checkType(call)
        let name = try call.required(CommonOption.name)
        return try await call.withControl { session async throws(CommandFailure) in
            .result(try await view(name, session))
        }
    }

    /// The endpoint with its deployments inside.
    static func view(_ name: String, _ session: ControlSession) async throws(CommandFailure) -> JSON {
        let endpoint = try await session.endpoint(name)
        let deployments = try await session.deployments(of: name)
        return ResourceView.json(endpoint.withAllShares(deployments), deployments: deployments)
    }
}
