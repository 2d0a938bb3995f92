import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthModel
import BerthSpec

/// `online-endpoint create`.
enum OnlineEndpointCreate {
    static let command = Command(
        "online-endpoint create",
        "create an endpoint, or overwrite one",
        discussion: "Works without a file: then the endpoint has key authentication and nothing else. Traffic is given "
            + "to deployments later; an endpoint that is overwritten keeps its traffic unless the file names another.",
        options: [
            CommonOption.name, CommonOption.file, CommonOption.authMode, CommonOption.set, CommonOption.forceString,
            CommonOption.local, CommonOption.noWait,
        ],
        examples: [
            Example("on this machine, without a file", "online-endpoint create --local --name diabetes"),
            Example("from a file", "online-endpoint create --local --file endpoint.yml"),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let input = SpecInput(call: call)
        let parsed = try input.endpoint()
        let spec = try input.checked(parsed)
        return try await call.withControl { session async throws(CommandFailure) in
            let endpoint = try await call.withoutLoss("endpoint `\(spec.name)`") { () async throws(CommandFailure) in
                var wanted = spec
                let current = try await session.endpointIfPresent(spec.name)
                if let current {
                    if parsed.positions["traffic"] == nil { wanted.traffic = current.spec.traffic }
                    if parsed.positions["mirror_traffic"] == nil { wanted.mirrorTraffic = current.spec.mirrorTraffic }
                    call.detail("endpoint `\(spec.name)` exists and is overwritten")
                }
                return try await put(wanted, replacing: current?.etag, verb: "creating", call, session)
            }
            guard !call.flag(CommonOption.noWait) else { return .result(ResourceView.json(endpoint)) }
            call.next(
                "online-deployment create\(call.localFlag) --endpoint-name \(spec.name) --file DEPLOYMENT.yml --all-traffic"
            )
            return .result(ResourceView.json(endpoint))
        }
    }

    /// Sends an endpoint and waits for it, unless `--no-wait` was given; what it is then. `replacing`: the state that it
    /// was made from, where it must still be that.
    static func put(
        _ spec: EndpointSpec,
        replacing etag: String? = nil,
        verb: String,
        _ call: Invocation,
        _ session: ControlSession
    ) async throws(CommandFailure) -> EndpointResource {
        let resource = EndpointResource(scope: session.workspace, spec: spec, state: .creating, location: "local")
        let (accepted, operation) = try await orFail { () async throws(Diagnostic) in
            try await session.client.putEndpoint(resource, ifMatch: etag)
        }
        guard !call.flag(CommonOption.noWait) else {
            call.warn(accepted.warnings)
            call.note("\(verb) endpoint `\(spec.name)` goes on in the background")
            return accepted
        }
        try await call.wait(
            for: operation,
            in: session,
            OperationSubject(
                title: "\(verb) endpoint `\(spec.name)`",
                watch: "online-endpoint show\(call.localFlag) --name \(spec.name)",
                cancel: "online-endpoint delete\(call.localFlag) --name \(spec.name) --yes"
            )
        )
        let endpoint = try await session.endpoint(spec.name)
        call.warn(endpoint.warnings)
        return endpoint
    }
}
