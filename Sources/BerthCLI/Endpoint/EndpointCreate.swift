import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthModel
import BerthSpec

/// `endpoint create`.
enum EndpointCreate {
    static let command = Command(
        "endpoint create",
        "create an endpoint with its deployments from one file",
        discussion:
            "The form of 2021: a file with a list `deployments` (or a map), and the traffic, which is applied when "
            + "the deployments are ready.",
        options: [
            CommonOption.file.required, CommonOption.name, EndpointOption.type, CommonOption.set,
            CommonOption.forceString, CommonOption.local, CommonOption.noWait,
        ],
        examples: [Example("on this machine", "endpoint create --local --file endpoint-2021.yml")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        try EndpointOption.checkType(call)
        return try await apply(file: try call.required(CommonOption.file), isDeclarative: false, call)
    }

    /// Makes endpoint and deployments what the file says; the endpoint afterwards.
    static func apply(
        file path: String,
        isDeclarative: Bool,
        _ call: Invocation
    ) async throws(CommandFailure) -> Outcome {
        let input = SpecInput(call: call)
        let parsed = SpecReader.endpoint2021(
            SpecSource(path: path),
            input.overrides,
            name: call.string(CommonOption.name)
        )
        let file = try input.checked(parsed)
        return try await call.withControl { session async throws(CommandFailure) in
            let name = file.endpoint.name
            let current = isDeclarative ? try await session.endpoint(name) : try await session.endpointIfPresent(name)
            let existing = current == nil ? [] : try await session.deployments(of: name)
            let plan: EndpointPlan
            do throws(Diagnostic) {
                plan = try EndpointPlan(
                    file: file,
                    current: current?.spec,
                    deployments: existing.map(\.spec.name),
                    isDeclarative: isDeclarative,
                    written: { parsed.positions[$0] != nil }
                )
            } catch {
                throw .failed(error)
            }
            for step in plan.steps { try await perform(step, existing, call, session) }
            return .result(try await EndpointShow.view(name, session))
        }
    }

    private static func perform(
        _ step: EndpointPlan.Step,
        _ existing: [DeploymentResource],
        _ call: Invocation,
        _ session: ControlSession
    ) async throws(CommandFailure) {
        switch step {
        case .endpoint(let spec): _ = try await OnlineEndpointCreate.put(spec, verb: "updating", call, session)
        case .create(let spec): _ = try await OnlineDeploymentCreate.put(spec, verb: "creating", call, session)
        case .update(let spec): _ = try await OnlineDeploymentCreate.put(spec, verb: "updating", call, session)
        case .traffic(let spec):
            guard !call.flag(CommonOption.noWait) else {
                return call.note("note: traffic is not applied with `--no-wait`: it needs deployments that are ready")
            }
            _ = try await OnlineEndpointCreate.put(spec, verb: "updating", call, session)
            let shares = spec.traffic.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value) %" }
            call.note("traffic: \(shares.isEmpty ? "none" : shares.joined(separator: ", "))")
        case .delete(let name):
            guard let deployment = existing.first(where: { $0.spec.name == name }) else { return }
            call.note("deployment `\(name)` is not in the file any more")
            try await OnlineDeploymentDelete.delete(name, of: deployment.spec.endpointName, call, session)
        }
    }
}
