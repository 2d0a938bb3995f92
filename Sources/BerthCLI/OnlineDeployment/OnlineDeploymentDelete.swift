import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthModel

/// `online-deployment delete`.
enum OnlineDeploymentDelete {
    static let command = Command(
        "online-deployment delete",
        "delete a deployment that has no live traffic",
        options: [
            CommonOption.deploymentName.required, CommonOption.endpointName.required, CommonOption.yes,
            CommonOption.noWait, CommonOption.local,
        ],
        examples: [
            Example("without a question", "online-deployment delete --local -n blue -e diabetes --yes")
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let name = try call.required(CommonOption.deploymentName)
        let endpoint = try call.required(CommonOption.endpointName)
        try call.confirm("delete deployment `\(name)` of endpoint `\(endpoint)`?")
        try await call.withControl { session async throws(CommandFailure) in
            try await delete(name, of: endpoint, call, session)
        }
        return .nothing
    }

    static func delete(
        _ name: String,
        of endpointName: String,
        _ call: Invocation,
        _ session: ControlSession
    ) async throws(CommandFailure) {
        let endpoint = try await session.endpoint(endpointName)
        _ = try await session.deployment(name, of: endpointName)
        if let refusal = liveTraffic(of: name, endpoint, call) { throw .failed(refusal) }
        let operation = try await orFail { () async throws(Diagnostic) in
            try await session.client.deleteDeployment(name, of: endpointName, in: session.workspace)
        }
        let title = "deleting deployment `\(name)` of endpoint `\(endpointName)`"
        guard !call.flag(CommonOption.noWait) else { return call.note("\(title) goes on in the background") }
        let place = "\(call.localFlag) --endpoint-name \(endpointName)"
        try await call.wait(
            for: operation,
            in: session,
            OperationSubject(
                title: title,
                watch: "online-deployment list\(place)",
                cancel: "online-deployment show\(place) --name \(name)"
            )
        )
    }

    /// Why a deployment cannot be deleted now: requests go to it.
    static func liveTraffic(of name: String, _ endpoint: EndpointResource, _ call: Invocation) -> Diagnostic? {
        guard let share = endpoint.spec.traffic[name], share > 0 else { return nil }
        return Diagnostic(
            .conflict,
            .deploymentHasTraffic,
            "deployment `\(name)` has live traffic and cannot be deleted",
            evidence: [Evidence("traffic", "\(name): \(share) %")],
            help: [
                "take its traffic away first: \(call.program) online-endpoint update\(call.localFlag) --name "
                    + "\(endpoint.spec.name) --traffic \"\(name)=0\""
            ]
        )
    }
}
