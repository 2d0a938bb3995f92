package import BerthJSON
package import BerthModel

/// Reads specs: loads, applies overrides, checks against the key table, builds the value.
///
/// Nothing stops at the first mistake: as far as the text can be read at all, each mistake is one diagnostic.
package enum SpecReader {
    /// An endpoint file of today's form. `name` is that of `-n`; it goes before the file's.
    package static func endpoint(
        _ source: SpecSource,
        _ overrides: SpecOverrides = .none,
        name: String? = nil
    ) -> Parsed<EndpointSpec> {
        read(source, overrides, flags: [("name", name, "-n")], .endpoint) { builder, node in
            builder.endpoint(node)
        }
    }

    /// A deployment file of today's form. `name` and `endpointName` are those of `-n` and `-e`; they go before the
    /// file's.
    package static func deployment(
        _ source: SpecSource,
        _ overrides: SpecOverrides = .none,
        name: String? = nil,
        endpointName: String? = nil
    ) -> Parsed<DeploymentSpec> {
        let flags = [("name", name, "-n"), ("endpoint_name", endpointName, "-e")]
        return read(source, overrides, flags: flags, .deployment) { builder, node in
            builder.deployment(node)
        }
    }

    /// A model file.
    package static func model(
        _ source: SpecSource,
        _ overrides: SpecOverrides = .none,
        name: String? = nil,
        version: String? = nil
    ) -> Parsed<ModelSpec> {
        let flags = [("name", name, "-n"), ("version", version, "-v")]
        return read(source, overrides, flags: flags, .model) { builder, node in
            builder.requireName(node, "a model")
            return builder.model(node, nil)
        }
    }

    /// An environment file.
    package static func environment(
        _ source: SpecSource,
        _ overrides: SpecOverrides = .none,
        name: String? = nil,
        version: String? = nil
    ) -> Parsed<EnvironmentSpec> {
        let flags = [("name", name, "-n"), ("version", version, "-v")]
        return read(source, overrides, flags: flags, .environment) { builder, node in
            builder.requireName(node, "an environment")
            return builder.environment(node, nil)
        }
    }

    /// A code file.
    package static func code(_ source: SpecSource, _ overrides: SpecOverrides = .none) -> Parsed<CodeSpec> {
        read(source, overrides, flags: [], .code) { builder, node in builder.code(node) }
    }

    // MARK: Stored specs

    /// A stored endpoint with changes: `update --set …` without a file. `json` is what `SpecWriter.json(_:)` made,
    /// `label` what messages call it.
    package static func endpoint(
        json: JSON,
        _ overrides: SpecOverrides,
        label: String = "stored endpoint"
    ) -> Parsed<EndpointSpec> {
        finish(SpecNode(json: json, origin: .stored(label)), overrides, .endpoint) { $0.endpoint($1) }
    }

    /// A stored deployment with changes. Its files are not looked at again, those that the overrides name are.
    package static func deployment(
        json: JSON,
        _ overrides: SpecOverrides,
        label: String = "stored deployment"
    ) -> Parsed<DeploymentSpec> {
        finish(SpecNode(json: json, origin: .stored(label)), overrides, .deployment) { $0.deployment($1) }
    }

    /// A stored model with changes.
    package static func model(
        json: JSON,
        _ overrides: SpecOverrides,
        label: String = "stored model"
    ) -> Parsed<ModelSpec> {
        finish(SpecNode(json: json, origin: .stored(label)), overrides, .model) { $0.model($1, nil) }
    }

    /// A stored environment with changes.
    package static func environment(
        json: JSON,
        _ overrides: SpecOverrides,
        label: String = "stored environment"
    ) -> Parsed<EnvironmentSpec> {
        finish(SpecNode(json: json, origin: .stored(label)), overrides, .environment) { $0.environment($1, nil) }
    }

    // MARK: Steps

    private typealias Flag = (key: String, value: String?, option: String)

    static func read2021(_ source: SpecSource, _ overrides: SpecOverrides, name: String?) -> Parsed<Endpoint2021> {
        let findings = Findings()
        let flags: [Flag] = [("name", name, "-n")]
        guard let tree = load(source, overrides, flags, wanted: .endpoint2021, findings) else {
            return Parsed(spec: nil, diagnostics: findings.sorted, positions: SpecPositions(root: nil))
        }
        TableCheck(.endpoint2021, findings).check(tree)
        guard tree.entries != nil else {
            return Parsed(spec: nil, diagnostics: findings.sorted, positions: SpecPositions(root: tree))
        }
        let reader = Reader2021(builder: SpecBuilder(findings: findings, folder: source.folder))
        let (spec, today) = reader.read(tree)
        return Parsed(
            spec: findings.hasErrors ? nil : spec,
            diagnostics: findings.sorted,
            positions: SpecPositions(root: today)
        )
    }

    private static func read<Spec: Sendable>(
        _ source: SpecSource,
        _ overrides: SpecOverrides,
        flags: [Flag],
        _ noun: Noun,
        _ make: (SpecBuilder, SpecNode) -> Spec?
    ) -> Parsed<Spec> {
        let findings = Findings()
        guard let tree = load(source, overrides, flags, wanted: noun.kind, findings) else {
            return Parsed(spec: nil, diagnostics: findings.sorted, positions: SpecPositions(root: nil))
        }
        return check(tree, noun, SpecBuilder(findings: findings, folder: source.folder), make)
    }

    /// The tree with overrides and flags; nil where there is none, or one of another kind.
    private static func load(
        _ source: SpecSource,
        _ overrides: SpecOverrides,
        _ flags: [Flag],
        wanted: SpecKind,
        _ findings: Findings
    ) -> SpecNode? {
        guard var tree = SourceLoader.tree(source, findings),
            SpecKind.check(tree, source: source, wanted: wanted, findings)
        else { return nil }
        OverrideApplication.apply(overrides, to: &tree, findings)
        for (key, value, option) in flags {
            guard let value else { continue }
            tree.set(key, .text(value, origin: .argument("\(option) \(value)")))
        }
        return tree
    }

    private static func finish<Spec: Sendable>(
        _ stored: SpecNode,
        _ overrides: SpecOverrides,
        _ noun: Noun,
        _ make: (SpecBuilder, SpecNode) -> Spec?
    ) -> Parsed<Spec> {
        let findings = Findings()
        var tree = stored
        OverrideApplication.apply(overrides, to: &tree, findings)
        return check(tree, noun, SpecBuilder(findings: findings, folder: FileAccess.currentFolder()), make)
    }

    private static func check<Spec: Sendable>(
        _ written: SpecNode,
        _ noun: Noun,
        _ builder: SpecBuilder,
        _ make: (SpecBuilder, SpecNode) -> Spec?
    ) -> Parsed<Spec> {
        let findings = builder.findings
        let isOld = noun.isOld(written)
        TableCheck(isOld ? noun.table2021 : noun.table, findings).check(written)
        let tree = isOld ? noun.today(written, builder) : written
        let spec = tree.entries == nil ? nil : make(builder, tree)
        return Parsed(
            spec: findings.hasErrors ? nil : spec,
            diagnostics: findings.sorted,
            positions: SpecPositions(root: tree)
        )
    }

    /// What a file may describe, with its keys of today and of 2021.
    private enum Noun {
        case endpoint, deployment, model, environment, code

        var kind: SpecKind {
            switch self {
            case .endpoint: .endpoint
            case .deployment: .deployment
            case .model: .model
            case .environment: .environment
            case .code: .code
            }
        }

        var table: KeyTable {
            switch self {
            case .endpoint: .endpoint
            case .deployment: .deployment
            case .model: .model
            case .environment: .environment
            case .code: .code
            }
        }

        var table2021: KeyTable {
            switch self {
            case .endpoint: .endpoint2021
            case .deployment: .deployment2021
            case .model: .model2021
            case .environment: .environment2021
            case .code: .code2021
            }
        }

        func isOld(_ node: SpecNode) -> Bool {
            switch self {
            case .endpoint: false
            case .deployment: Conversion2021.isOld(deployment: node)
            case .model: Conversion2021.isOld(model: node)
            case .environment: Conversion2021.isOld(environment: node)
            case .code: node.entry("local_path") != nil || node.entry("directory") != nil
            }
        }

        func today(_ node: SpecNode, _ builder: SpecBuilder) -> SpecNode {
            let conversion = Conversion2021(builder: builder)
            switch self {
            case .endpoint: return node
            case .deployment:
                if node["name"] == nil { builder.requireName(node, "a deployment") }
                if node["endpoint_name"] == nil {
                    builder.findings.error(
                        "a deployment has no `endpoint_name`",
                        at: node.origin,
                        help: ["add `endpoint_name`, or give it with -e ENDPOINT"]
                    )
                }
                let isManaged = node["type"]?.text?.lowercased() != "kubernetes"
                return conversion.deployment(node, isManaged: isManaged)
            case .model: return conversion.model(node, key: "")
            case .environment: return conversion.environment(node, key: "")
            case .code: return conversion.code(node, key: "")
            }
        }
    }
}

extension SpecBuilder {
    /// Assets that are registered by a file of their own need a name.
    func requireName(_ node: SpecNode, _ what: String) {
        guard node["name"] == nil else { return }
        findings.error("\(what) has no `name`", at: node.origin, help: ["add `name`, or give it with -n NAME"])
    }
}
