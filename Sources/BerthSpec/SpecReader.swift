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
        read(source, overrides, flags: [("name", name, "-n")], .endpoint, wanted: .endpoint) { builder, node in
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
        return read(source, overrides, flags: flags, .deployment, wanted: .deployment) { builder, node in
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
        return read(source, overrides, flags: flags, .model, wanted: .model) { builder, node in
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
        return read(source, overrides, flags: flags, .environment, wanted: .environment) { builder, node in
            builder.requireName(node, "an environment")
            return builder.environment(node, nil)
        }
    }

    /// A code file.
    package static func code(_ source: SpecSource, _ overrides: SpecOverrides = .none) -> Parsed<CodeSpec> {
        read(source, overrides, flags: [], .code, wanted: .code) { builder, node in builder.code(node) }
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

    private static func read<Spec: Sendable>(
        _ source: SpecSource,
        _ overrides: SpecOverrides,
        flags: [Flag],
        _ table: KeyTable,
        wanted: SpecKind,
        _ build: (SpecBuilder, SpecNode) -> Spec?
    ) -> Parsed<Spec> {
        let findings = Findings()
        guard var tree = SourceLoader.tree(source, findings) else {
            return Parsed(spec: nil, diagnostics: findings.sorted, positions: SpecPositions(root: nil))
        }
        guard SpecKind.check(tree, source: source, wanted: wanted, findings) else {
            return Parsed(spec: nil, diagnostics: findings.sorted, positions: SpecPositions(root: tree))
        }
        OverrideApplication.apply(overrides, to: &tree, findings)
        apply(flags, to: &tree)
        return check(tree, table, SpecBuilder(findings: findings, folder: source.folder), build)
    }

    private static func finish<Spec: Sendable>(
        _ stored: SpecNode,
        _ overrides: SpecOverrides,
        _ table: KeyTable,
        _ make: (SpecBuilder, SpecNode) -> Spec?
    ) -> Parsed<Spec> {
        let findings = Findings()
        var tree = stored
        OverrideApplication.apply(overrides, to: &tree, findings)
        return check(tree, table, SpecBuilder(findings: findings, folder: FileAccess.currentFolder()), make)
    }

    private static func check<Spec: Sendable>(
        _ tree: SpecNode,
        _ table: KeyTable,
        _ builder: SpecBuilder,
        _ make: (SpecBuilder, SpecNode) -> Spec?
    ) -> Parsed<Spec> {
        let findings = builder.findings
        TableCheck(table, findings).check(tree)
        let spec = tree.entries == nil ? nil : make(builder, tree)
        return Parsed(
            spec: findings.hasErrors ? nil : spec,
            diagnostics: findings.sorted,
            positions: SpecPositions(root: tree)
        )
    }

    private static func apply(_ flags: [Flag], to tree: inout SpecNode) {
        for (key, value, option) in flags {
            guard let value else { continue }
            tree.set(key, .text(value, origin: .argument("\(option) \(value)")))
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
