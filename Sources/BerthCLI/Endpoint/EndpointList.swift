/// `endpoint list`.
enum EndpointList {
    static let command = Command(
        "endpoint list",
        "list the endpoints",
        options: [EndpointOption.type, CommonOption.local],
        examples: [Example("names and states", "endpoint list --local -o table")]
    ) { call async throws(CommandFailure) in
        try EndpointOption.checkType(call)
        return try await OnlineEndpointList.run(call)
    }
}
