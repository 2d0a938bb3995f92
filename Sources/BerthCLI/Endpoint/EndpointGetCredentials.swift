/// `endpoint get-credentials`.
enum EndpointGetCredentials {
    static let command = Command(
        "endpoint get-credentials",
        "show the keys of an endpoint",
        options: [CommonOption.name.required, EndpointOption.type, CommonOption.local],
        examples: [
            Example("the first key", "endpoint get-credentials --local --name diabetes --query primaryKey -o tsv")
        ]
    ) { call async throws(CommandFailure) in
        try EndpointOption.checkType(call)
        return try await OnlineEndpointGetCredentials.run(call)
    }
}
