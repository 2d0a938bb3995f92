/// `endpoint invoke`.
enum EndpointInvoke {
    static let command = Command(
        "endpoint invoke",
        "send a request to an endpoint and print the answer",
        options: [
            CommonOption.name.required, OnlineEndpointInvoke.requestFile.required, EndpointOption.deployment,
            EndpointOption.type, CommonOption.local,
        ],
        examples: [
            Example("score a file", "endpoint invoke --local --name diabetes --request-file sample-request.json")
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try EndpointOption.checkType(call)
        return try await OnlineEndpointInvoke.run(call, deployment: call.string(EndpointOption.deployment))
    }
}
