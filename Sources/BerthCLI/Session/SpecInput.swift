import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthSpec

/// The specs that a command line names: the file, and what the options put over it.
struct SpecInput {
    let call: Invocation

    var overrides: SpecOverrides {
        let strict = call.flag(OnlineDeploymentCreate.strictEnvironment)
        return SpecOverrides(
            set: call.strings(CommonOption.set).map(Self.withWholeKey)
                + (strict ? ["properties['berth.strict_environment']=true"] : []),
            add: call.groups(CommonOption.add),
            remove: call.groups(CommonOption.remove),
            forceString: call.flag(CommonOption.forceString)
        )
    }

    /// `properties.berth.preset=x` as `properties['berth.preset']=x`: tags and properties are maps of texts, so that a
    /// second dot is part of the key.
    static func withWholeKey(_ assignment: String) -> String {
        for map in ["properties", "tags"] where assignment.hasPrefix(map + ".") {
            let rest = assignment.dropFirst(map.count + 1)
            let key = rest.prefix { $0 != "=" }
            guard key.contains("."), !key.contains("["), !key.contains("'") else { continue }
            return "\(map)['\(key)']\(rest.dropFirst(key.count))"
        }
        return assignment
    }

    /// The spec, after its warnings have been shown.
    ///
    /// - Throws: all mistakes at once; nothing has been created then.
    func checked<Spec>(_ parsed: Parsed<Spec>) throws(CommandFailure) -> Spec {
        call.warn(parsed.warnings)
        guard let spec = parsed.spec, parsed.errors.isEmpty else {
            guard parsed.errors.isEmpty else { throw .spec(parsed.errors) }
            throw .failed(Diagnostic(.internalError, .platformFault, "the file could not be understood"))
        }
        return spec
    }

    /// The endpoint of `--file`, or one that the options alone describe.
    func endpoint() throws(CommandFailure) -> Parsed<EndpointSpec> {
        var changes = overrides
        if let mode = call.string(CommonOption.authMode) { changes.set.append("auth_mode=\(mode)") }
        let name = call.string(CommonOption.name)
        if let file = call.string(CommonOption.file) {
            return SpecReader.endpoint(SpecSource(path: file), changes, name: name)
        }
        let required = try call.required(CommonOption.name)
        return SpecReader.endpoint(json: ["name": .string(required)], changes, label: "command line")
    }

    /// A deployment with the changes of the options. Its conda file is read again, as the server reads the code again:
    /// after a change in either, `update` without a file is enough.
    func changed(
        _ current: DeploymentSpec,
        by changes: SpecOverrides? = nil
    ) throws(CommandFailure) -> DeploymentSpec {
        var overrides = changes ?? self.overrides
        if case .inline(let environment) = current.environment, let path = environment.condaFilePath {
            if UserFile.exists(path) {
                // First, so that what the user sets wins.
                overrides.set.insert("environment.conda_file=\(path)", at: 0)
            } else {
                call.note("note: `\(path)` is gone; the conda file is used as it was")
            }
        }
        guard !overrides.isEmpty else { return current }
        return try checked(SpecReader.deployment(json: SpecView.json(current), overrides))
    }

    /// The deployment of `--file`.
    func deployment(file: String) -> Parsed<DeploymentSpec> {
        SpecReader.deployment(
            SpecSource(path: file),
            overrides,
            name: call.string(CommonOption.deploymentName),
            endpointName: call.string(CommonOption.endpointName)
        )
    }
}

/// Specs as commands print them.
enum SpecView {
    static func json(_ endpoint: EndpointSpec) -> JSON { SpecWriter.json(endpoint) }
    static func json(_ deployment: DeploymentSpec) -> JSON { SpecWriter.json(deployment) }
}
