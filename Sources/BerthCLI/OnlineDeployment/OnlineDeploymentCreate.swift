import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthModel
import BerthRuntime

/// `online-deployment create`.
enum OnlineDeploymentCreate {
    static let allTraffic = Option("all-traffic", help: "give all traffic of the endpoint to it once it is ready")
    static let skipScriptValidation = Option("skip-script-validation", help: "do not look at the scoring script before")
    static let strictEnvironment = Option(
        "strict-environment",
        help: "fail where another Python than the one asked for would run, instead of a warning"
    )

    static let waitForCapacity = Option(
        "wait-for-capacity",
        help: "where the machine has no room now, wait until it has instead of failing"
    )

    static let runtime = Option(
        "runtime",
        nil,
        .value("RUNTIME"),
        choices: ["auto", "process", "docker"],
        help:
            "what runs the instances; auto: containers for images with a server of their own and for `build:`, else processes"
    )

    static let command = Command(
        "online-deployment create",
        "create a deployment behind an endpoint",
        discussion: "All mistakes in the file are shown at once, and then nothing is created. Afterwards the command "
            + "waits until the deployment answers, or says why it does not.",
        options: [
            CommonOption.file.required, CommonOption.deploymentName, CommonOption.endpointName, allTraffic,
            CommonOption.set, CommonOption.forceString, skipScriptValidation, strictEnvironment, waitForCapacity,
            runtime, CommonOption.local, CommonOption.noWait,
        ],
        examples: [
            Example(
                "on this machine, with all traffic",
                "online-deployment create --local --file blue-deployment.yml --all-traffic"
            ),
            Example(
                "the same file under another name",
                "online-deployment create --local -f blue-deployment.yml -n green --set instance_count=2"
            ),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let input = SpecInput(call: call)
        let spec = try input.checked(input.deployment(file: try call.required(CommonOption.file)))
        await warnOfFailures(spec, call)
        if call.flag(allTraffic), call.flag(CommonOption.noWait) {
            call.note("note: `--all-traffic` does nothing with `--no-wait`: traffic needs a deployment that is ready")
        }
        return try await call.withControl { session async throws(CommandFailure) in
            _ = try await session.endpoint(spec.endpointName)
            call.note("Check: endpoint \(spec.endpointName) exists")
            guard try await session.deploymentIfPresent(spec.name, of: spec.endpointName) == nil else {
                throw .failed(exists(spec, call))
            }
            var deployment = try await put(spec, verb: "creating", call, session)
            guard !call.flag(CommonOption.noWait) else { return .result(ResourceView.json(deployment)) }
            if call.flag(allTraffic) {
                try await giveAllTraffic(to: spec.name, of: spec.endpointName, call, session)
                deployment = try await session.deployment(spec.name, of: spec.endpointName)
            }
            let chosen = call.flag(allTraffic) ? "" : " --deployment-name \(spec.name)"
            call.next(
                "online-endpoint invoke\(call.localFlag) --name \(spec.endpointName) --request-file REQUEST.json"
                    + chosen
            )
            return .result(ResourceView.json(deployment))
        }
    }

    /// Tells beforehand what will fail: the deployment is made all the same, and keeps its diagnosis.
    static func warnOfFailures(_ spec: DeploymentSpec, _ call: Invocation) async {
        guard !call.flag(skipScriptValidation) else { return }
        let found = await ScriptCheck(call: call).diagnostics(spec, isLocal: !call.localFlag.isEmpty)
        call.warn(
            found.map { diagnostic in
                var warning = diagnostic
                warning.severity = .warning
                return warning
            }
        )
    }

    /// Sends a deployment and waits until it answers, unless `--no-wait` was given; what it is then. `replacing`: the
    /// state that it was made from, where it must still be that.
    static func put(
        _ spec: DeploymentSpec,
        replacing etag: String? = nil,
        verb: String,
        _ call: Invocation,
        _ session: ControlSession
    ) async throws(CommandFailure) -> DeploymentResource {
        // A server has no path of ours: what lies here is registered there first.
        var sent =
            session.scope == .local ? spec : try await AssetUploader(call: call, session: session).registered(spec)
        sent.properties["berth.wait_for_capacity"] = call.flag(waitForCapacity) ? "true" : nil
        if let wanted = call.string(Self.runtime) { sent.properties[RuntimeKind.property] = wanted }
        let resource = DeploymentResource(scope: session.workspace, spec: sent, state: .creating, location: "local")
        let (accepted, operation) = try await orFail { () async throws(Diagnostic) in
            try await session.client.putDeployment(resource, ifMatch: etag)
        }
        let title = "\(verb) deployment `\(spec.name)` of endpoint `\(spec.endpointName)`"
        guard !call.flag(CommonOption.noWait) else {
            call.warn(accepted.warnings)
            call.note("\(title) goes on in the background")
            return accepted
        }
        let target = "\(call.localFlag) --name \(spec.name) --endpoint-name \(spec.endpointName)"
        try await call.wait(
            for: operation,
            in: session,
            OperationSubject(
                title: title,
                watch: "online-deployment show\(target)",
                cancel: "online-deployment delete\(target) --yes"
            )
        )
        let deployment = try await session.deployment(spec.name, of: spec.endpointName)
        call.warn(deployment.warnings)
        return deployment
    }

    private static func giveAllTraffic(
        to deployment: String,
        of endpoint: String,
        _ call: Invocation,
        _ session: ControlSession
    ) async throws(CommandFailure) {
        try await call.withoutLoss("endpoint `\(endpoint)`") { () async throws(CommandFailure) in
            // As it is now: it may have changed while the deployment was being made.
            let current = try await session.endpoint(endpoint)
            var spec = current.spec
            spec.traffic = [deployment: 100]
            // Live and mirrored traffic exclude each other.
            spec.mirrorTraffic[deployment] = nil
            _ = try await OnlineEndpointCreate.put(spec, replacing: current.etag, verb: "updating", call, session)
        }
    }

    private static func exists(_ spec: DeploymentSpec, _ call: Invocation) -> Diagnostic {
        let target = "\(call.localFlag) --name \(spec.name) --endpoint-name \(spec.endpointName)"
        return Diagnostic(
            .conflict,
            .deploymentAlreadyExists,
            "deployment `\(spec.name)` of endpoint `\(spec.endpointName)` exists already",
            help: [
                "change it: \(call.program) online-deployment update\(target) --file \(call.string(CommonOption.file) ?? "FILE")"
            ]
        )
    }
}
