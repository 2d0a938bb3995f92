import BerthDiagnostics
import BerthModel

extension Cause {
    /// A variable that belongs to the platform, set by the deployment: its value is not used.
    static let reservedVariables = Cause(
        "reserved-variables",
        .exact,
        .warning { facts in
            let reserved = ["AZUREML_MODEL_DIR", "AZUREML_ENTRY_SCRIPT", "AML_APP_ROOT"]
            return reserved.filter { facts.spec.environmentVariables[$0] != nil }.map { name in
                Finding(
                    .specInvalid,
                    "the deployment sets `\(name)`, which belongs to the platform; its value is not used",
                    evidence: [Evidence("spec", "environment_variables.\(name)")],
                    help: [facts.then("remove `\(name)` from `environment_variables:` in the deployment file")],
                    code: .badArgument
                )
            }
        }
    )
}
