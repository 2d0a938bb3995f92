import BerthAPI
import BerthClient
import BerthDiagnostics

/// `online-deployment get-logs`.
enum OnlineDeploymentGetLogs {
    static let command = Command(
        "online-deployment get-logs",
        "print the log of a deployment",
        discussion:
            "The log stays readable after a crash. `storage-initializer` tells how model and code were fetched, "
            + "`environment-build` how the Python environment was made.",
        options: [
            CommonOption.deploymentName.required, CommonOption.endpointName.required, CommonOption.logLines,
            CommonOption.container, CommonOption.follow, CommonOption.previous, CommonOption.local,
        ],
        examples: [
            Example("the last 100 lines", "online-deployment get-logs --local -n blue -e diabetes --lines 100"),
            Example("as it is written", "online-deployment get-logs --local -n blue -e diabetes --follow"),
            Example(
                "how model and code were fetched",
                "online-deployment get-logs --local -n blue -e diabetes --container storage-initializer"
            ),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let name = try call.required(CommonOption.deploymentName)
        let endpoint = try call.required(CommonOption.endpointName)
        return try await printLog(of: name, endpoint, call)
    }

    static func printLog(
        of name: String,
        _ endpoint: String,
        _ call: Invocation
    ) async throws(CommandFailure) -> Outcome {
        let lines = try call.number(CommonOption.logLines, in: 1...1_000_000) ?? 5000
        let container = call.string(CommonOption.container) ?? "inference-server"
        return try await call.withControl { session async throws(CommandFailure) in
            guard call.flag(CommonOption.follow) else {
                let text = try await orFail { () async throws(Diagnostic) in
                    try await session.client.logs(
                        of: name,
                        endpoint: endpoint,
                        in: session.workspace,
                        container: container,
                        lines: lines,
                        previous: call.flag(CommonOption.previous)
                    )
                }
                if text.isEmpty { call.note("the log of `\(container)` is empty") }
                return .text(text)
            }
            let interruption = Interruption {}
            defer { interruption.end() }
            try await orFail { () async throws(Diagnostic) in
                try await session.client.followLogs(
                    of: name,
                    endpoint: endpoint,
                    in: session.workspace,
                    container: container,
                    lines: lines
                ) { call.console.out($0) }
            }
            return .nothing
        }
    }
}
