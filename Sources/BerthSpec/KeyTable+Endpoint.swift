/// Keys of today's endpoint file. Source: the endpoint YAML reference (managed and Kubernetes).
extension KeyTable {
    static let authModes = ["key", "aml_token", "aad_token"]

    static let endpoint = KeyTable(
        "an endpoint",
        [
            .schema,
            .required("name", .text, "name of the endpoint: 3–32 letters, digits and dashes, a letter first"),
            .description, .tags, .properties,
            .key("auth_mode", .choice(authModes), "how callers prove who they are; key by default"),
            .key("compute", .text, "azureml:<name>; Kubernetes endpoints only"),
            .key("identity", .object(.identity), "identity of the instances; system_assigned by default"),
            .key("traffic", .integerMap(0...100), "percent of the requests by deployment; adds up to 0 or 100"),
            .key("mirror_traffic", .integerMap(0...50), "percent of copied requests for one deployment, 50 at most"),
            .key(
                "public_network_access",
                .choice(["enabled", "disabled"]),
                "whether it can be called from everywhere; enabled by default"
            ),
            .readOnly("id"), .readOnly("provisioning_state"), .readOnly("scoring_uri"), .readOnly("openapi_uri"),
            .readOnly("swagger_uri"), .readOnly("location"), .readOnly("kind"), .readOnly("creation_context"),
            .readOnly("resourceGroup"),
        ]
    )

    static let identity = KeyTable(
        "an identity",
        [
            .key("type", .choice(["system_assigned", "user_assigned", "none"]), "system_assigned by default"),
            .key(
                "user_assigned_identities",
                .list(.textOr(.object(.userAssignedIdentity))),
                "ARM ids; with user_assigned, at least one"
            ),
            .readOnly("principal_id"), .readOnly("tenant_id"),
        ]
    )

    static let userAssignedIdentity = KeyTable(
        "an assigned identity",
        [
            .required("resource_id", .text, "ARM id of the identity"),
            .readOnly("client_id"), .readOnly("principal_id"),
        ]
    )
}
