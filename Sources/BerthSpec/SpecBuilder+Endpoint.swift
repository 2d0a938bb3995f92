import BerthDiagnostics
import BerthModel

extension SpecBuilder {
    func endpoint(_ node: SpecNode) -> EndpointSpec {
        var spec = EndpointSpec(name: name(node, "name", of: "endpoint"))
        spec.description = node["description"]?.text
        spec.tags = textMap(node["tags"])
        spec.properties = textMap(node["properties"])
        spec.authMode = choice(node["auth_mode"], AuthMode.self) ?? .key
        spec.compute = node["compute"]?.text
        spec.identity = identity(node["identity"])
        spec.traffic = integerMap(node["traffic"])
        spec.mirrorTraffic = integerMap(node["mirror_traffic"])
        spec.publicNetworkAccess = isEnabled(node["public_network_access"])
        if let compute = node["compute"] { checkKubernetes(node, compute, spec) }
        checkTraffic(node, spec)
        checkMirror(node, spec)
        return spec
    }

    private func identity(_ node: SpecNode?) -> Identity {
        guard let node else { return .systemAssigned }
        let ids = (node["user_assigned_identities"]?.elements ?? []).compactMap { element -> String? in
            guard let idNode = element.text == nil ? element["resource_id"] : element, let id = idNode.text else {
                return nil
            }
            if !id.hasPrefix("/subscriptions/") {
                findings.error(
                    "`\(id)` is no ARM id of an identity",
                    at: idNode.origin,
                    help: [
                        "write /subscriptions/<id>/resourceGroups/<group>/providers/"
                            + "Microsoft.ManagedIdentity/userAssignedIdentities/<name>"
                    ]
                )
            }
            return id
        }
        let types = ["system_assigned", "user_assigned", "none"]
        let type = node["type"]?.text.flatMap { BerthSpec.choice($0, of: types) }
        let list = node.entry("user_assigned_identities")
        switch type {
        case "none":
            return .none
        case "user_assigned":
            if ids.isEmpty {
                findings.error(
                    "`identity.type` is `user_assigned`, and no identity is listed",
                    at: list?.keyOrigin ?? node["type"]?.origin ?? node.origin,
                    help: ["add `user_assigned_identities:` with `- resource_id: <ARM id>`"]
                )
            }
            return .userAssigned(ids)
        default:
            if let list, !ids.isEmpty {
                findings.error(
                    "`identity.user_assigned_identities` goes with `type: user_assigned` only",
                    at: list.keyOrigin,
                    help: ["write `type: user_assigned`"]
                )
            }
            return .systemAssigned
        }
    }

    private func checkKubernetes(_ node: SpecNode, _ compute: SpecNode, _ spec: EndpointSpec) {
        if let text = compute.text, !text.hasPrefix("azureml:"), !text.hasPrefix("/subscriptions/") {
            findings.error(
                "`compute` is `\(text)`, not azureml:<name>",
                at: compute.origin,
                help: ["write `azureml:\(text)`"]
            )
        }
        if spec.authMode == .aadToken, let mode = node["auth_mode"] {
            findings.error("`auth_mode: aad_token` goes with managed endpoints only", at: mode.origin)
        }
        for key in ["mirror_traffic", "public_network_access"] {
            guard let entry = node.entry(key), !entry.value.isNull else { continue }
            findings.error("`\(key)` goes with managed endpoints only", at: entry.keyOrigin)
        }
    }

    private func checkTraffic(_ node: SpecNode, _ spec: EndpointSpec) {
        guard let entry = node.entry("traffic"), !entry.value.isNull else { return }
        for share in entry.value.entries ?? [] {
            checkName(share.key, "deployment", at: share.keyOrigin)
        }
        let values = (entry.value.entries ?? []).map(\.value.int)
        guard values.allSatisfy({ $0.map((0...100).contains) ?? false }) else { return }
        let sum = spec.traffic.values.reduce(0, +)
        if sum > 100 {
            findings.error(
                "traffic rule percentages must sum to less than or equal to 100%, these sum to \(sum)%",
                at: entry.keyOrigin
            )
        } else if sum != 0, sum != 100 {
            findings.error("`traffic` adds up to \(sum), it must be 0 or 100", at: entry.keyOrigin)
        }
    }

    private func checkMirror(_ node: SpecNode, _ spec: EndpointSpec) {
        guard let entry = node.entry("mirror_traffic"), let shares = entry.value.entries else { return }
        if shares.count > 1 {
            findings.error(
                "`mirror_traffic` names \(shares.count) deployments, one is allowed",
                at: shares[1].keyOrigin
            )
        }
        for share in shares {
            checkName(share.key, "deployment", at: share.keyOrigin)
            if spec.traffic[share.key, default: 0] > 0, spec.mirrorTraffic[share.key, default: 0] > 0 {
                findings.error(
                    "deployment `\(share.key)` has live and mirrored traffic, only one of them is allowed",
                    at: share.keyOrigin
                )
            }
        }
    }
}
