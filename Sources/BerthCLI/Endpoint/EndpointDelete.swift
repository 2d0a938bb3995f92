/// `endpoint delete`.
enum EndpointDelete {
    static let command = Command(
        "endpoint delete",
        "delete an endpoint, or one of its deployments",
        options: [
            CommonOption.name.required, EndpointOption.deployment, EndpointOption.type, CommonOption.yes,
            CommonOption.noWait, CommonOption.local,
        ],
        examples: [
            Example("with all deployments", "endpoint delete --local --name diabetes --yes"),
            Example("one deployment", "endpoint delete --local --name diabetes --deployment blue --yes"),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try EndpointOption.checkType(call)
        guard let deployment = call.string(EndpointOption.deployment) else {
            return try await OnlineEndpointDelete.run(call)
        }
        let name = try call.required(CommonOption.name)
        try call.confirm("delete deployment `\(deployment)` of endpoint `\(name)`?")
        try await call.withControl { session async throws(CommandFailure) in
            try await OnlineDeploymentDelete.delete(deployment, of: name, call, session)
        }
        return .nothing
    }
}
