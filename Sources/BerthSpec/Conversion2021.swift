import BerthDiagnostics
import BerthModel

/// Rewrites trees of the 2021 forms into today's form. Each value keeps its place, so that messages show the old file.
///
/// Source of the rules: the conversion table of the reference (`local_path` → `path`, `docker.image` → `image`, …).
struct Conversion2021 {
    let builder: SpecBuilder
    private var findings: Findings { builder.findings }

    // MARK: Deployment

    /// Whether a deployment is written as in 2021.
    static func isOld(deployment node: SpecNode) -> Bool {
        let probes = [node["liveness_probe"], node["readiness_probe"]].compactMap(\.?.entries).joined()
        return node.entry("sku") != nil || node.entry("resource_requirements") != nil
            || node["scale_settings"]?.entry("scale_type") != nil
            || node["code_configuration"]?["code"]?.entries != nil
            || probes.contains { $0.key.hasSuffix("_seconds") }
            || (node["model"].map(isOld(model:)) ?? false)
            || (node["environment"].map(isOld(environment:)) ?? false)
    }

    static func isOld(model node: SpecNode) -> Bool {
        node.entry("local_path") != nil || node.entry("asset_path") != nil
    }

    static func isOld(environment node: SpecNode) -> Bool {
        node.entry("docker") != nil || node["conda_file"]?.text?.hasPrefix("file:") == true
    }

    func deployment(_ old: SpecNode, isManaged: Bool = true) -> SpecNode {
        var node = old
        if let size = node.remove("sku"), node.entry("instance_type") == nil {
            node.set("instance_type", size.value, keyOrigin: size.keyOrigin)
        }
        if !isManaged { node.set("type", .text("kubernetes", origin: old.origin)) }
        if let model = node.entry("model"), let nested = nested(model.value, "model", .model2021) {
            node.set("model", self.model(nested, key: "model."), keyOrigin: model.keyOrigin)
        }
        if let entry = node.entry("environment"), let nested = nested(entry.value, "environment", .environment2021) {
            node.set("environment", self.environment(nested, key: "environment."), keyOrigin: entry.keyOrigin)
        }
        if let entry = node.entry("code_configuration") {
            node.set("code_configuration", codeConfiguration(entry.value), keyOrigin: entry.keyOrigin)
        }
        for key in ["liveness_probe", "readiness_probe"] {
            guard var probe = node[key], probe.entries != nil else { continue }
            for name in ["initial_delay", "period", "timeout"] { rename("\(name)_seconds", name, in: &probe) }
            node.set(key, probe, keyOrigin: node.entry(key)?.keyOrigin)
        }
        convertScale(&node, isManaged: isManaged)
        convertResources(&node)
        return node
    }

    private func rename(_ old: String, _ new: String, in node: inout SpecNode, prefix: String = "") {
        guard let entry = node.remove(old) else { return }
        guard node.entry(new) == nil else {
            findings.error("`\(prefix)\(old)` and `\(prefix)\(new)` say the same", at: entry.keyOrigin)
            return
        }
        var value = entry.value
        value.formerKey = prefix + old
        node.set(new, value, keyOrigin: entry.keyOrigin)
    }

    /// The mapping at `node`, or in the YAML file that it names with `file:`; nil for references.
    private func nested(_ node: SpecNode, _ key: String, _ table: KeyTable) -> SpecNode? {
        if node.entries != nil { return node }
        guard let text = node.text, text.hasPrefix("file:"),
            case .object(let tree) = builder.reference(node, key, table: table)
        else { return nil }
        return tree
    }

    // MARK: Assets

    func model(_ old: SpecNode, key: String) -> SpecNode {
        var node = old
        rename("local_path", "path", in: &node, prefix: key)
        rename("asset_path", "path", in: &node, prefix: key)
        convertDatastorePath(&node)
        return node
    }

    /// `path` with `datastore` names a place there.
    private func convertDatastorePath(_ node: inout SpecNode) {
        guard let datastore = node["datastore"]?.text, let path = node["path"], path.formerKey == nil,
            let text = path.text, !PathText.isRemote(text)
        else { return }
        let name = datastore.hasPrefix("azureml:") ? datastore.dropFirst("azureml:".count) : datastore[...]
        node.remove("datastore")
        node.set("path", .text("azureml://datastores/\(name)/paths/\(text)", origin: path.origin))
    }

    func code(_ old: SpecNode, key: String) -> SpecNode {
        var node = old
        rename("local_path", "path", in: &node, prefix: key)
        rename("directory", "path", in: &node, prefix: key)
        if let file = node.remove("file"), let text = file.value.text, node.entry("path") == nil {
            var folder = SpecNode.text(PathText.folder(of: text), origin: file.value.origin)
            folder.formerKey = key + "file"
            node.set("path", folder, keyOrigin: file.keyOrigin)
        }
        convertDatastorePath(&node)
        return node
    }

    private func codeConfiguration(_ old: SpecNode) -> SpecNode {
        var node = old
        guard let code = node.entry("code"), let tree = nestedCode(code.value) else { return node }
        let converted = self.code(tree, key: "code_configuration.code.")
        if let path = converted["path"] {
            node.set("code", path, keyOrigin: code.keyOrigin)
        } else if let name = converted["name"]?.text, let version = converted["version"]?.text {
            node.set("code", .text("azureml:\(name):\(version)", origin: code.value.origin), keyOrigin: code.keyOrigin)
        } else {
            findings.error(
                "`code_configuration.code` names no folder",
                at: code.keyOrigin,
                help: ["add `local_path`: the folder with the scoring script"]
            )
            node.remove("code")
        }
        return node
    }

    /// `file:` before a folder is a path, before a YAML file the code's own file.
    private func nestedCode(_ node: SpecNode) -> SpecNode? {
        if let text = node.text, !text.hasSuffix(".yml"), !text.hasSuffix(".yaml") { return nil }
        return nested(node, "code_configuration.code", .code2021)
    }

    func environment(_ old: SpecNode, key: String) -> SpecNode {
        var node = old
        let base = node.remove("path")?.value.text
        if let docker = node.remove("docker") {
            if let image = docker.value.entry("image"), node.entry("image") == nil {
                node.set("image", image.value, keyOrigin: image.keyOrigin)
            }
            if let build = docker.value["build"], let dockerfile = build.entry("dockerfile") {
                convertDockerfile(dockerfile, base, key, &node)
            }
        }
        if var conda = node["conda_file"], let text = conda.text, !text.contains("\n") {
            let path = joined(base, builder.withoutFilePrefix(text))
            conda.content = .scalar(.init(text: path, isPlain: false))
            node.set("conda_file", conda, keyOrigin: node.entry("conda_file")?.keyOrigin)
        }
        return node
    }

    private func convertDockerfile(_ entry: SpecNode.Entry, _ base: String?, _ key: String, _ node: inout SpecNode) {
        guard let text = entry.value.text else { return }
        guard text.hasPrefix("file:") else {
            findings.error(
                "`\(key)docker.build.dockerfile` holds the text of a Dockerfile",
                at: entry.value.origin,
                help: ["write it to a file, and name that: `file:Dockerfile`"]
            )
            // One finding is enough: no further one about a missing image.
            node.set("image", entry.value)
            return
        }
        let path = builder.withoutFilePrefix(text)
        let folder = base ?? PathText.folder(of: path)
        let file = base == nil ? PathText.name(of: path) : path
        let origin = entry.value.origin
        let members = [("path", folder), ("dockerfile_path", file)].map { name, value in
            SpecNode.Entry(key: name, keyOrigin: entry.keyOrigin, value: .text(value, origin: origin))
        }
        node.set("build", SpecNode(content: .mapping(members), origin: origin), keyOrigin: entry.keyOrigin)
    }

    private func joined(_ base: String?, _ path: String) -> String {
        guard let base, base != ".", base != "./", !path.hasPrefix("/") else { return path }
        return base.hasSuffix("/") ? base + path : base + "/" + path
    }
}

extension Conversion2021 {
    // MARK: Scale and resources

    private func convertScale(_ node: inout SpecNode, isManaged: Bool) {
        guard let entry = node.entry("scale_settings"), var scale = node["scale_settings"], scale.entries != nil else {
            return
        }
        let kind = scale.remove("scale_type")
        let isAutomatic = kind?.value.text.flatMap { choice($0, of: ["manual", "auto"]) } == "auto"
        if let count = scale.remove("instance_count") {
            if node.entry("instance_count") == nil {
                node.set("instance_count", count.value, keyOrigin: count.keyOrigin)
            }
        } else if let kind, !isAutomatic, node.entry("instance_count") == nil {
            findings.error(
                "`scale_settings` has no `instance_count`",
                at: kind.keyOrigin,
                help: ["add `instance_count`: number of instances"]
            )
        }
        if isAutomatic, let kind {
            for key in ["min_instances", "max_instances"] where scale[key] == nil {
                findings.error("`scale_settings` has no `\(key)`", at: kind.keyOrigin, help: ["add `\(key)`"])
            }
            if isManaged {
                findings.error(
                    "`scale_settings.scale_type` is `auto`, which managed endpoints do not have",
                    at: kind.value.origin,
                    help: ["write `manual`"]
                )
            }
            node.remove("instance_count")
            scale.set("type", .text(isManaged ? "default" : "target_utilization", origin: kind.value.origin))
        } else if kind != nil {
            checkBounds(node["instance_count"], scale)
            // Manual scaling reserves quota for the largest number; the least number has no further meaning.
            scale.remove("min_instances")
        }
        node.set("scale_settings", scale, keyOrigin: entry.keyOrigin)
    }

    private func checkBounds(_ count: SpecNode?, _ scale: SpecNode) {
        guard let least = scale["min_instances"], let minimum = least.int else { return }
        if let maximum = scale["max_instances"]?.int, minimum > maximum {
            findings.error("`scale_settings.min_instances` is \(minimum), more than `max_instances`", at: least.origin)
        } else if let count = count?.int, count < minimum {
            findings.error(
                "`scale_settings.min_instances` is \(minimum), more than `instance_count` (\(count))",
                at: least.origin
            )
        }
    }

    private func convertResources(_ node: inout SpecNode) {
        guard let entry = node.remove("resource_requirements"), entry.value.entries != nil else { return }
        let old = entry.value
        func list(_ names: [(from: String, to: String, unit: String)]) -> SpecNode {
            let members = names.compactMap { name -> SpecNode.Entry? in
                guard let value = old.entry(name.from), let text = value.value.text else { return nil }
                let new = SpecNode.text(text + name.unit, origin: value.value.origin)
                return SpecNode.Entry(key: name.to, keyOrigin: value.keyOrigin, value: new)
            }
            return SpecNode(content: .mapping(members), origin: old.origin)
        }
        var resources = SpecNode(content: .mapping([]), origin: old.origin)
        resources.set(
            "requests",
            list([("cpu", "cpu", ""), ("memory_in_gb", "memory", "Gi"), ("gpu", "nvidia.com/gpu", "")])
        )
        resources.set("limits", list([("cpu_cores_limit", "cpu", ""), ("memory_in_gb_limit", "memory", "Gi")]))
        node.set("resources", resources, keyOrigin: entry.keyOrigin)
    }
}
