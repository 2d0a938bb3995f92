import BerthDiagnostics
import BerthModel
import BerthRuntime

/// Owns `BadArgument`: what can be told from the spec alone, also for clients that did not check it.
struct ValidateSpec {
    var settings = ControlSettings()

    func run(_ spec: DeploymentSpec) throws(Diagnostic) {
        for name in [spec.name, spec.endpointName]
        where !NameRule.isWellFormed(name) || !NameRule.endpointLength.contains(name.count) {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "`\(name)` is no valid name",
                help: ["use 3 to 32 letters, digits and dashes, beginning with a letter"]
            )
        }
        guard let runtime = RuntimeKind.wanted(by: spec) else {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "the property `\(RuntimeKind.property)` of deployment `\(spec.name)` names no runtime",
                help: ["write process, docker or auto"]
            )
        }
        var environment: EnvironmentSpec?
        if case .inline(let given) = spec.environment { environment = given }
        guard spec.code != nil || Self.needsNoCode(spec.model) || Self.needsNoCode(spec.environment) else {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "deployment `\(spec.name)` has no `code_configuration`, and its model is not of a type that needs none",
                help: ["name the folder and the script under `code_configuration`: code, scoring_script"]
            )
        }
        if runtime == .process, RuntimeKind.needsContainer(environment) {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "deployment `\(spec.name)` needs a container: its environment has `\(environment?.build != nil ? "build" : "inference_config")`",
                help: ["leave `--runtime process` away, or name a `conda_file` instead"]
            )
        }
        guard (1...settings.limits.instancesPerDeployment).contains(spec.instanceCount) else {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "`instance_count` is \(spec.instanceCount), allowed are 1 to \(settings.limits.instancesPerDeployment)"
            )
        }
    }

    /// Whether the environment brings a server of its own.
    private static func needsNoCode(_ environment: EnvironmentReference?) -> Bool {
        switch environment {
        case .inline(let spec): spec.inferenceConfig != nil
        // Known when it is looked up; then this is asked again.
        case .registered: true
        case nil: false
        }
    }

    private static func needsNoCode(_ model: ModelReference?) -> Bool {
        switch model {
        case .inline(let spec): spec.kind == .mlflow
        // Known when it is looked up; then this is asked again.
        case .registered: true
        case nil: false
        }
    }
}
