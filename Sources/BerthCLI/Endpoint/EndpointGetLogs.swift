/// `endpoint get-logs`.
enum EndpointGetLogs {
    static let command = Command(
        "endpoint get-logs",
        "print the log of a deployment",
        options: [
            CommonOption.name.required, EndpointOption.deployment.required, CommonOption.logLines,
            CommonOption.container, CommonOption.follow, CommonOption.previous, EndpointOption.type, CommonOption.local,
        ],
        examples: [
            Example("the last 100 lines", "endpoint get-logs --local -n diabetes --deployment blue --lines 100"),
            Example(
                "how model and code were fetched",
                "endpoint get-logs --local -n diabetes --deployment blue --container storage-initializer"
            ),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try EndpointOption.checkType(call)
        let name = try call.required(CommonOption.name)
        return try await OnlineDeploymentGetLogs.printLog(of: try call.required(EndpointOption.deployment), name, call)
    }
}
