import BerthAPI
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthSpec

/// Endpoints and deployments as commands print them: the keys of the YAML files, and what the platform adds.
enum ResourceView {
    static func json(_ endpoint: EndpointResource) -> JSON {
        var object = SpecView.json(endpoint.spec).objectValue ?? JSONObject()
        object["id"] = .string(endpoint.id)
        object["provisioning_state"] = .string(endpoint.state.rawValue)
        object["scoring_uri"] = JSON(endpoint.scoringURI)
        object["openapi_uri"] = JSON(endpoint.openapiURI)
        object["location"] = .string(endpoint.location)
        object["kind"] = endpoint.spec.compute == nil ? "Managed" : "K8S"
        if let principal = endpoint.principalID {
            var identity = object["identity"] ?? .object(JSONObject())
            identity["principal_id"] = .string(principal)
            identity["tenant_id"] = JSON(endpoint.tenantID)
            object["identity"] = identity
        }
        object["traffic"] = shares(endpoint.spec.traffic)
        object["mirror_traffic"] = shares(endpoint.spec.mirrorTraffic)
        addSystemData(created: endpoint.createdAt, modified: endpoint.modifiedAt, to: &object)
        return .object(object)
    }

    static func json(_ deployment: DeploymentResource) -> JSON {
        var object = SpecView.json(deployment.spec).objectValue ?? JSONObject()
        object["id"] = .string(deployment.id)
        object["provisioning_state"] = .string(deployment.state.rawValue)
        object["location"] = .string(deployment.location)
        if let ready = deployment.readyInstances { object["ready_instances"] = .integer(ready) }
        if !deployment.warnings.isEmpty { object["warnings"] = JSON(deployment.warnings.map(\.message)) }
        if let failure = deployment.failure { object["failure"] = failure.json }
        addSystemData(created: deployment.createdAt, modified: deployment.modifiedAt, to: &object)
        return .object(object)
    }

    /// An endpoint in the form of 2021, with its deployments inside.
    static func json(_ endpoint: EndpointResource, deployments: [DeploymentResource]) -> JSON {
        var object = json(endpoint).objectValue ?? JSONObject()
        object["type"] = "online"
        object["deployments"] = .array(deployments.map(json))
        return .object(object)
    }

    private static func shares(_ traffic: [String: Int]) -> JSON {
        .object(JSONObject(traffic.sorted { $0.key < $1.key }.map { ($0, .integer($1)) }))
    }

    private static func addSystemData(created: String?, modified: String?, to object: inout JSONObject) {
        guard let created, let modified else { return }
        object["creation_context"] = ["created_at": .string(created), "last_modified_at": .string(modified)]
    }
}
