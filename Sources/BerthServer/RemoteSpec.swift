import BerthDiagnostics
import BerthModel

/// What a deployment may name that comes over the network: nothing of the server's own file system.
enum RemoteSpec {
    /// Throws where the spec names files that only a command on the server's machine may name.
    static func check(_ spec: DeploymentSpec) throws(Diagnostic) {
        if let code = spec.code, code.isLocal { throw refusal("codeConfiguration.codeId", code.code) }
        if case .inline(let model) = spec.model { throw refusal("berthModel", model.path) }
        if case .inline(let environment) = spec.environment {
            if let path = environment.condaFilePath { throw refusal("berthEnvironment.condaFilePath", path) }
            if let build = environment.build { throw refusal("berthEnvironment.build", build.path) }
        }
    }

    private static func refusal(_ key: String, _ value: String) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .argumentInvalid,
            "`\(key)` names `\(value)`, a place on the server's own machine",
            help: ["upload it and name the registered asset: /subscriptions/…/codes/NAME/versions/VERSION"]
        )
    }
}
