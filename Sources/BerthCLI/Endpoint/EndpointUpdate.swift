import BerthAPI
import BerthDiagnostics
import BerthModel
import BerthSpec

/// `endpoint update`.
enum EndpointUpdate {
    static let command = Command(
        "endpoint update",
        "make an endpoint what its file says, or change one thing of it",
        discussion:
            "With `--file`, declarative: deployments that the file does not name are deleted, new ones are created, "
            + "and the traffic is applied when they are ready.",
        options: [
            CommonOption.file, CommonOption.name, EndpointOption.deployment, EndpointOption.deploymentFile,
            EndpointOption.instanceCount, EndpointOption.traffic, EndpointOption.type,
        ] + CommonOption.changes + [CommonOption.local, CommonOption.noWait],
        examples: [
            Example("what the file says", "endpoint update --local --file endpoint-2021.yml"),
            Example(
                "a tenth of the requests to `green`",
                "endpoint update --local -n diabetes --traffic \"blue:90,green:10\""
            ),
            Example("two instances", "endpoint update --local -n diabetes --deployment blue --instance-count 2"),
            Example("a new deployment", "endpoint update --local -n diabetes --deployment-file green.yml"),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try EndpointOption.checkType(call)
        if let file = call.string(CommonOption.file) {
            return try await EndpointCreate.apply(file: file, isDeclarative: true, call)
        }
        let name = try call.required(CommonOption.name)
        let input = SpecInput(call: call)
        let change = try DeploymentChange(call, endpoint: name, input)
        let shares = try trafficShares(call)
        return try await call.withControl { session async throws(CommandFailure) in
            _ = try await session.endpoint(name)
            if let change { try await put(change, call, session) }
            try await call.withoutLoss("endpoint `\(name)`") { () async throws(CommandFailure) in
                let current = try await session.endpoint(name)
                var wanted = current.spec
                // With a deployment, `--set` means the deployment.
                if change == nil, !input.overrides.isEmpty {
                    wanted = try input.checked(SpecReader.endpoint(json: SpecView.json(current.spec), input.overrides))
                }
                if let shares { wanted.traffic = shares }
                guard wanted != current.spec else { return }
                _ = try await OnlineEndpointCreate.put(
                    wanted,
                    replacing: current.etag,
                    verb: "updating",
                    call,
                    session
                )
            }
            return .result(try await EndpointShow.view(name, session))
        }
    }

    private static func trafficShares(_ call: Invocation) throws(CommandFailure) -> [String: Int]? {
        guard call.flag(EndpointOption.traffic) else { return nil }
        let shares = try TrafficArgument.parse(call.strings(EndpointOption.traffic), option: "traffic")
        try TrafficArgument.checkLive(shares, option: "traffic")
        return shares
    }

    private static func put(
        _ change: DeploymentChange,
        _ call: Invocation,
        _ session: ControlSession
    ) async throws(CommandFailure) {
        switch change {
        case .file(let spec, let positions):
            guard let current = try await session.deploymentIfPresent(spec.name, of: spec.endpointName) else {
                _ = try await OnlineDeploymentCreate.put(spec, verb: "creating", call, session)
                return
            }
            let merged = SpecMerge.deployment(current.spec, with: spec) { positions[$0] != nil }
            _ = try await OnlineDeploymentCreate.put(merged, verb: "updating", call, session)
        case .overrides(let name, let endpoint, let overrides):
            try await call.withoutLoss("deployment `\(name)`") { () async throws(CommandFailure) in
                let current = try await session.deployment(name, of: endpoint)
                let wanted = try SpecInput(call: call).changed(current.spec, by: overrides)
                _ = try await OnlineDeploymentCreate.put(
                    wanted,
                    replacing: current.etag,
                    verb: "updating",
                    call,
                    session
                )
            }
        }
    }
}

/// A change of one deployment, checked before anything is asked of the server.
private enum DeploymentChange {
    case file(DeploymentSpec, SpecPositions)
    case overrides(name: String, endpoint: String, SpecOverrides)

    /// nil where no deployment is named.
    init?(_ call: Invocation, endpoint: String, _ input: SpecInput) throws(CommandFailure) {
        let name = call.string(EndpointOption.deployment)
        var overrides = input.overrides
        if let count = try call.number(EndpointOption.instanceCount, in: 1...1000) {
            overrides.set.append("instance_count=\(count)")
        }
        if let file = call.string(EndpointOption.deploymentFile) {
            let parsed = SpecReader.deployment(SpecSource(path: file), overrides, name: name, endpointName: endpoint)
            self = .file(try input.checked(parsed), parsed.positions)
        } else if let name {
            self = .overrides(name: name, endpoint: endpoint, overrides)
        } else if call.flag(EndpointOption.instanceCount) {
            throw .usage(
                Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "`--instance-count` needs a deployment",
                    help: ["name it: --deployment NAME"]
                )
            )
        } else {
            return nil
        }
    }
}
