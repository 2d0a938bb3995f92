import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthOutput
import BerthSpec

/// `validate`.
enum Validate {
    static let endpointFile = Option(
        "endpoint-file",
        "e",
        .value("FILE"),
        help: "the endpoint's YAML file, to check a deployment against"
    )

    static let command = Command(
        "validate",
        "find the mistakes in a file before anything starts",
        discussion:
            "Understands endpoints, deployments, models, environments and the single files of 2021. Ends with 2 "
            + "where there is a mistake; with -o json prints {\"diagnostics\": […]}.",
        options: [CommonOption.file.required, endpointFile, CommonOption.set, CommonOption.forceString],
        common: .output,
        examples: [
            Example("a deployment", "validate --file blue-deployment.yml"),
            Example("with its endpoint, for a program", "validate -f blue-deployment.yml -e endpoint.yml -o json"),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let file = try call.required(CommonOption.file)
        let overrides = SpecInput(call: call).overrides
        var found = check(file, overrides)
        found += await scriptFindings(file, overrides, after: found, call)
        if let path = call.string(endpointFile) { found += check(endpoint: path, deployment: file, overrides) }
        let errors = found.filter { $0.severity == .error }
        let warnings = found.filter { $0.severity == .warning }
        call.warn(warnings)
        var object = JSONObject([("diagnostics", .array(errors.map(\.json)))])
        if !warnings.isEmpty { object["warnings"] = .array(warnings.map(\.json)) }
        let wantsData = OutputFormat.explicit(call) != nil || call.flag(CommonOption.query)
        guard errors.isEmpty else {
            if wantsData { try ResultPrinter(call).print(.result(.object(object))) }
            throw .spec(errors)
        }
        guard !wantsData else { return .result(.object(object)) }
        call.note("\(file): no mistakes found")
        return .nothing
    }

    /// What the script, the model's files and the packages of a sound deployment file tell.
    private static func scriptFindings(
        _ file: String,
        _ overrides: SpecOverrides,
        after found: [Diagnostic],
        _ call: Invocation
    ) async -> [Diagnostic] {
        let source = SpecSource(path: file)
        guard !found.contains(where: { $0.severity == .error }), SpecReader.kind(of: source) == .deployment,
            let spec = SpecReader.deployment(source, overrides).spec
        else { return [] }
        return await ScriptCheck(call: call).diagnostics(spec, isLocal: true)
    }

    /// The mistakes in a file of any kind.
    private static func check(_ file: String, _ overrides: SpecOverrides) -> [Diagnostic] {
        let source = SpecSource(path: file)
        return switch SpecReader.kind(of: source) {
        case .endpoint: SpecReader.endpoint(source, overrides).diagnostics
        case .endpoint2021: SpecReader.endpoint2021(source, overrides).diagnostics
        case .model: SpecReader.model(source, overrides).diagnostics
        case .environment: SpecReader.environment(source, overrides).diagnostics
        case .code: SpecReader.code(source, overrides).diagnostics
        // What is something else, or nothing that is known, is told so by the reader of deployments.
        case .deployment, .other, nil: SpecReader.deployment(source, overrides).diagnostics
        }
    }

    /// The mistakes in an endpoint's file, and where the two files disagree.
    private static func check(
        endpoint path: String,
        deployment file: String,
        _ overrides: SpecOverrides
    ) -> [Diagnostic] {
        let endpoint = SpecReader.endpoint(SpecSource(path: path))
        let deployment = SpecReader.deployment(SpecSource(path: file), overrides)
        guard let name = endpoint.spec?.name, let wanted = deployment.spec?.endpointName, wanted != name else {
            return endpoint.diagnostics
        }
        let mismatch = Diagnostic(
            .badArgument,
            .specInvalid,
            "the deployment is for endpoint `\(wanted)`, but `\(path)` is endpoint `\(name)`",
            location: deployment.positions["endpoint_name"],
            sourceLine: deployment.positions.sourceLine("endpoint_name"),
            help: ["write endpoint_name: \(name)"]
        )
        return endpoint.diagnostics + [mismatch]
    }
}
