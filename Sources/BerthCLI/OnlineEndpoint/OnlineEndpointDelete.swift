import BerthAPI
import BerthClient
import BerthDiagnostics

/// `online-endpoint delete`.
enum OnlineEndpointDelete {
    static let command = Command(
        "online-endpoint delete",
        "delete an endpoint and its deployments",
        options: [CommonOption.name.required, CommonOption.yes, CommonOption.noWait, CommonOption.local],
        examples: [Example("without a question", "online-endpoint delete --local --name diabetes --yes")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let name = try call.required(CommonOption.name)
        try call.confirm("delete endpoint `\(name)` and all of its deployments?")
        try await call.withControl { session async throws(CommandFailure) in
            try await delete(name, call, session)
        }
        return .nothing
    }

    static func delete(
        _ name: String,
        _ call: Invocation,
        _ session: ControlSession
    ) async throws(CommandFailure) {
        // Asked first, so that a name that does not exist is an error and not a success.
        _ = try await session.endpoint(name)
        let operation = try await orFail { () async throws(Diagnostic) in
            try await session.client.deleteEndpoint(name, in: session.workspace)
        }
        guard !call.flag(CommonOption.noWait) else {
            return call.note("deleting endpoint `\(name)` goes on in the background")
        }
        try await call.wait(
            for: operation,
            in: session,
            OperationSubject(
                title: "deleting endpoint `\(name)`",
                watch: "online-endpoint list\(call.localFlag)",
                cancel: "online-endpoint show\(call.localFlag) --name \(name)"
            )
        )
    }
}
