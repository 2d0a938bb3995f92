import BerthDiagnostics

extension SpecKind {
    /// What told the kind of a file.
    struct Sign {
        let kind: SpecKind
        let origin: Origin
    }

    /// Keys that only one kind has, in the order in which they are asked for.
    private static let tellingKeys: [(kind: SpecKind, keys: [String])] = [
        (.endpoint2021, ["deployments", "allow_public_access", "target"]),
        (.other("a pipeline job"), ["jobs"]),
        (.other("a sweep job"), ["sampling_algorithm", "search_space"]),
        (.other("a command job or component"), ["command"]),
        (.other("a batch deployment"), ["mini_batch_size", "output_action", "retry_settings"]),
        (.other("a model package"), ["inferencing_server", "target_environment"]),
        (.other("a Kubernetes manifest"), ["apiVersion"]),
        (.other("a compose file"), ["services"]),
        (.other("a workspace"), ["managed_network", "hbi_workspace", "key_vault", "storage_account"]),
        (
            .deployment,
            [
                "endpoint_name", "code_configuration", "instance_type", "instance_count", "request_settings",
                "environment_variables", "liveness_probe", "readiness_probe", "data_collector", "model_mount_path",
                "sku",
                "app_insights_enabled", "egress_public_network_access",
            ]
        ),
        (.endpoint, ["auth_mode", "traffic", "mirror_traffic", "public_network_access", "scoring_uri"]),
        (.other("a compute"), ["size", "idle_time_before_scale_down", "ssh_public_access_enabled"]),
        (.other("a conda file"), ["dependencies", "channels"]),
        (.environment, ["image", "build", "conda_file", "docker", "inference_config", "os_type"]),
        (.model, ["flavors", "stage", "local_path", "asset_path"]),
    ]

    private static let tellingTypes: [(kind: SpecKind, types: [String])] = [
        (.endpoint2021, ["online"]),
        (.other("a batch endpoint or deployment"), ["batch"]),
        (.model, ["custom_model", "mlflow_model", "triton_model"]),
        (.other("a compute"), ["amlcompute", "computeinstance", "virtualmachine", "synapsespark"]),
        (.other("a data asset"), ["uri_file", "uri_folder", "mltable"]),
        (.other("a datastore"), ["azure_blob", "azure_file", "azure_data_lake_gen1", "azure_data_lake_gen2"]),
    ]

    /// Words in `$schema`, the longer before the shorter that they hold.
    private static let tellingSchemas: [(kind: SpecKind, word: String)] = [
        (.endpoint2021, "endpoint-2021"), (.other("a batch endpoint"), "batchendpoint"),
        (.other("a batch deployment"), "batchdeployment"), (.deployment, "deployment"), (.endpoint, "endpoint"),
        (.other("a job"), "job"), (.other("a component"), "component"), (.other("a compute"), "compute"),
        (.other("a workspace"), "workspace"), (.other("a datastore"), "datastore"), (.model, "model."),
        (.environment, "environment."), (.code, "code."), (.other("a data asset"), "data."),
    ]

    /// nil where nothing tells, as in a file that only has a name.
    static func detect(_ root: SpecNode) -> Sign? {
        if let type = root["type"], let text = type.text?.lowercased(),
            let match = tellingTypes.first(where: { $0.types.contains(text) })
        {
            return Sign(kind: match.kind, origin: root.entry("type")?.keyOrigin ?? type.origin)
        }
        for (kind, keys) in tellingKeys {
            for key in keys {
                if let entry = root.entry(key) { return Sign(kind: kind, origin: entry.keyOrigin) }
            }
        }
        if let schema = root["$schema"], let text = schema.text?.lowercased() {
            let name = text.split(separator: "/").last.map(String.init) ?? text
            if let match = tellingSchemas.first(where: { name.contains($0.word) }) {
                return Sign(kind: match.kind, origin: schema.origin)
            }
        }
        return nil
    }

    /// Whether `root` may be of the `wanted` kind; else a finding says what it is.
    static func check(_ root: SpecNode, source: SpecSource, wanted: SpecKind, _ findings: Findings) -> Bool {
        guard root.entries != nil, let sign = detect(root), !mayStandFor(sign.kind, wanted) else { return true }
        findings.error(
            "`\(source.path)` is \(sign.kind.words), not \(wanted.words)",
            at: sign.origin,
            help: sign.kind.command(source.path).map { ["for \(sign.kind.words): \($0)"] } ?? []
        )
        return false
    }

    private static func mayStandFor(_ kind: SpecKind, _ wanted: SpecKind) -> Bool {
        kind == wanted || kind == .endpoint && wanted == .endpoint2021
    }

    /// What takes a file of this kind.
    private func command(_ path: String) -> String? {
        switch self {
        case .endpoint: "berth online-endpoint create -f \(path)"
        case .deployment: "berth online-deployment create -f \(path)"
        case .endpoint2021: "berth endpoint create -f \(path)"
        case .model: "berth model create -f \(path)"
        case .environment: "berth environment create -f \(path)"
        case .code, .other: nil
        }
    }
}

extension SpecReader {
    /// What a file is; nil where it cannot be read or is nothing that is known.
    package static func kind(of source: SpecSource) -> SpecKind? {
        guard let tree = SourceLoader.tree(source, Findings()), let entries = tree.entries else { return nil }
        if let sign = SpecKind.detect(tree) { return sign.kind }
        let keys = Set(entries.map(\.key))
        for (kind, table) in [(SpecKind.endpoint, KeyTable.endpoint), (.deployment, .deployment), (.model, .model)]
        where keys.isSubset(of: table.names) {
            return kind
        }
        return nil
    }
}
