import BerthDiagnosis
import BerthDiagnostics
import BerthEnvironments
import BerthJSON
import BerthModel
import BerthRuntime

/// Looks at a deployment's script, model and packages before anything starts: offline, and in a fraction of a second.
struct ScriptCheck {
    let call: Invocation

    /// What will fail, and what deserves attention; empty too where the deployment has no code of its own.
    func diagnostics(_ spec: DeploymentSpec, isLocal: Bool) async -> [Diagnostic] {
        guard let code = spec.code, UserFile.exists(code.code + "/" + code.scoringScript) else { return [] }
        var environment = EnvironmentSpec()
        if case .inline(let given) = spec.environment { environment = given }
        let outlook: EnvironmentOutlook
        do throws(Diagnostic) {
            outlook = try await EnvironmentStore(home: call.home.path).outlook(of: environment)
        } catch {
            return [error]
        }
        guard let outline = outline(of: spec, code, outlook.python) else { return [] }
        var isKnown = true
        if case .registered = spec.environment { isKnown = false }
        let planned = PlannedEnvironment(
            packages: outlook.packages,
            isPartial: outlook.isPartial || !isKnown,
            pythonVersion: outlook.pythonVersion.isEmpty ? outline.python : outlook.pythonVersion,
            sitePackages: isKnown ? outlook.prepared?.sitePackages : nil,
            lock: outlook.prepared?.lock ?? []
        )
        return Preflight(spec, outline, planned, isLocal: isLocal).diagnostics()
    }

    private func outline(of spec: DeploymentSpec, _ code: CodeConfiguration, _ python: String?) -> Outline? {
        guard let server = Libexec.inferenceServer, let python else {
            call.detail("the script is not looked at: no Python, or no inference server beside this berth")
            return nil
        }
        let request: JSON = [
            "folder": .string(code.code),
            "script": .string(code.scoringScript),
            "variables": JSON(spec.environmentVariables.keys.sorted()),
            "model": .bool(spec.model != nil),
        ]
        let answer = ShortProcess.output(of: [python, "-I", "-S", server + "/outline.py", request.text()])
        guard let answer, let json = try? JSON.parse(answer) else {  // no answer, no outline: said below
            call.detail("the script is not looked at: \(python) did not answer")
            return nil
        }
        return Outline(json: json)
    }
}
