package import BerthModel

/// What a single file of 2021 says: an endpoint with all its deployments.
package struct Endpoint2021: Hashable, Sendable {
    /// Without traffic.
    package var endpoint: EndpointSpec
    /// In the file's order. Declarative: deployments that are not here are deleted by `update -f`.
    package var deployments: [DeploymentSpec]
    /// To be applied when the deployments exist; sums to 0 or 100, names are among the deployments'.
    package var traffic: [String: Int]

    package init(endpoint: EndpointSpec, deployments: [DeploymentSpec], traffic: [String: Int]) {
        self.endpoint = endpoint
        self.deployments = deployments
        self.traffic = traffic
    }
}

extension SpecReader {
    /// A single file of 2021: deployments as a list, or by name as in December 2020. A file of today's endpoint is
    /// one without deployments.
    package static func endpoint2021(
        _ source: SpecSource,
        _ overrides: SpecOverrides = .none,
        name: String? = nil
    ) -> Parsed<Endpoint2021> {
        read2021(source, overrides, name: name)
    }
}

/// Reads the endpoint and each deployment of a tree of the 2021 form.
struct Reader2021 {
    let builder: SpecBuilder
    private var findings: Findings { builder.findings }

    /// The value, and today's tree for the places of its keys.
    func read(_ old: SpecNode) -> (spec: Endpoint2021, today: SpecNode) {
        var tree = old
        let list = tree.remove("deployments")
        if let type = tree.remove("type"), type.value.text?.lowercased() == "batch" {
            findings.error("batch endpoints are not served, only online ones", at: type.value.origin)
        }
        renameTarget(&tree)
        var spec = Endpoint2021(endpoint: builder.endpoint(tree), deployments: [], traffic: [:])
        spec.traffic = spec.endpoint.traffic
        spec.endpoint.traffic = [:]
        let isManaged = tree["compute"] == nil
        var converted: [SpecNode] = []
        var names: Set<String> = []
        for item in deployments(list) {
            var node = item
            node.set("endpoint_name", tree["name"] ?? .text("", origin: item.origin))
            node = Conversion2021(builder: builder).deployment(node, isManaged: isManaged)
            let deployment = deployment(node)
            if let name = node["name"], !names.insert(deployment.name).inserted {
                findings.error("two deployments are named `\(deployment.name)`", at: name.origin)
            }
            spec.deployments.append(deployment)
            converted.append(node)
        }
        checkTraffic(tree, names)
        if let list {
            let today = SpecNode(content: .sequence(converted), origin: list.value.origin)
            tree.set("deployments", today, keyOrigin: list.keyOrigin)
        }
        return (spec, tree)
    }

    /// The deployment without a second finding about the endpoint's name.
    private func deployment(_ node: SpecNode) -> DeploymentSpec {
        var nameless = node
        let endpoint = nameless.remove("endpoint_name")?.value.text
        var spec = builder.deployment(nameless)
        spec.endpointName = endpoint ?? ""
        return spec
    }

    private func renameTarget(_ tree: inout SpecNode) {
        if let target = tree.remove("target"), !target.value.isNull, tree["compute"] == nil {
            tree.set("compute", target.value, keyOrigin: target.keyOrigin)
        }
        if let access = tree.remove("allow_public_access"), let isAllowed = access.value.bool {
            let text = isAllowed ? "enabled" : "disabled"
            if tree["compute"] == nil {
                tree.set("public_network_access", .text(text, origin: access.value.origin), keyOrigin: access.keyOrigin)
            }
        }
    }

    private func deployments(_ list: SpecNode.Entry?) -> [SpecNode] {
        guard let list else { return [] }
        switch list.value.content {
        case .sequence(let elements):
            return elements.filter { $0.entries != nil }.map { element in
                if element["name"] == nil {
                    findings.error(
                        "a deployment has no `name`",
                        at: element.origin,
                        help: ["add `name`: name of the deployment"]
                    )
                }
                return element
            }
        case .mapping(let entries):
            return entries.filter { $0.value.entries != nil }.map { entry in
                var node = entry.value
                if node["name"] == nil { node.set("name", .text(entry.key, origin: entry.keyOrigin)) }
                return node
            }
        case .scalar:
            return []
        }
    }

    private func checkTraffic(_ tree: SpecNode, _ names: Set<String>) {
        for share in tree["traffic"]?.entries ?? [] where !names.contains(share.key) {
            findings.error(
                "`traffic` names `\(share.key)`, which is not among the deployments",
                at: share.keyOrigin,
                help: nearest(share.key, names)
            )
        }
    }

    private func nearest(_ name: String, _ names: Set<String>) -> [String] {
        names.isEmpty ? [] : ["write one of: \(names.sorted().joined(separator: ", "))"]
    }
}
