import BerthAPI
import BerthDiagnostics
import BerthModel
import BerthSpec

/// `online-deployment update`.
enum OnlineDeploymentUpdate {
    static let command = Command(
        "online-deployment update",
        "change a deployment without a gap",
        discussion:
            "The new version is started beside the old one and takes over once it is ready. If it fails, the old "
            + "one goes on. With a file, keys that the file has replace those of the deployment; all else stays. Without a "
            + "file, code and conda file are read again from where they were when it was created.",
        options: [CommonOption.deploymentName, CommonOption.endpointName, CommonOption.file]
            + CommonOption.changes + [
                OnlineDeploymentCreate.skipScriptValidation, OnlineDeploymentCreate.strictEnvironment,
                OnlineDeploymentCreate.waitForCapacity,
                OnlineDeploymentCreate.runtime,
                CommonOption.local, CommonOption.noWait,
            ],
        examples: [
            Example("after a change of score.py", "online-deployment update --local --file blue-deployment.yml"),
            Example("two instances", "online-deployment update --local -n blue -e diabetes --set instance_count=2"),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let input = SpecInput(call: call)
        let file = try call.string(CommonOption.file).map { path throws(CommandFailure) in
            let parsed = input.deployment(file: path)
            return (spec: try input.checked(parsed), positions: parsed.positions)
        }
        let name = try call.known(file?.spec.name, or: CommonOption.deploymentName)
        let endpoint = try call.known(file?.spec.endpointName, or: CommonOption.endpointName)
        return try await call.withControl { session async throws(CommandFailure) in
            let deployment = try await call.withoutLoss("deployment `\(name)`") { () async throws(CommandFailure) in
                let current = try await session.deployment(name, of: endpoint)
                let wanted: DeploymentSpec
                if let file {
                    wanted = SpecMerge.deployment(current.spec, with: file.spec) { file.positions[$0] != nil }
                } else {
                    wanted = try input.changed(current.spec)
                }
                await OnlineDeploymentCreate.warnOfFailures(wanted, call)
                return try await OnlineDeploymentCreate.put(
                    wanted,
                    replacing: current.etag,
                    verb: "updating",
                    call,
                    session
                )
            }
            return .result(ResourceView.json(deployment))
        }
    }
}
