/// Keys of the forms of 2021: the single file with a list of deployments, and the map form of December 2020. What both
/// share with today's form keeps its table; `today` names the present key of a renamed one.
///
/// Source: the endpoint schema of August 2021 and the preview documentation of December 2020.
extension KeyTable {
    static let endpoint2021 = KeyTable(
        "an endpoint of the 2021 form",
        [
            .schema,
            .required("name", .text, "name of the endpoint: 3–32 letters, digits and dashes, a letter first"),
            .key("type", .choice(["online", "batch"]), "online"),
            .description, .tags, .properties,
            .key("auth_mode", .choice(authModes), "how callers prove who they are; key by default"),
            .key("traffic", .integerMap(0...100), "percent of the requests by deployment; adds up to 100"),
            .key("identity", .object(.identity), "identity of the instances; system_assigned by default"),
            .key("target", .text, "azureml:<compute>; absent for a managed endpoint", today: "compute"),
            .key("allow_public_access", .boolean, "true by default", today: "public_network_access"),
            .key("compute", .text, "today's name of `target`"),
            .key("public_network_access", .choice(["enabled", "disabled"]), "today's name of `allow_public_access`"),
            .key("deployments", .listOrMap(.object(.deployment2021)), "the deployments, as a list or by name"),
            .readOnly("location"), .readOnly("id"), .readOnly("provisioning_state"), .readOnly("scoring_uri"),
            .readOnly("swagger_uri"), .readOnly("kind"),
        ]
    )

    static let deployment2021 = KeyTable(
        "a deployment of the 2021 form",
        [
            .schema,
            .key("name", .text, "name of the deployment"),
            .key("endpoint_name", .text, "the endpoint, in a file of its own"),
            .description, .tags, .properties,
            .key("model", .textOr(.object(.model2021)), "azureml:<name>:<version>, or a model"),
            .key("code_configuration", .object(.codeConfiguration2021), "the scoring script and its folder"),
            .key(
                "environment",
                .textOr(.object(.environment2021)),
                "azureml:<name>:<version>, file:<yaml> or an object"
            ),
            .key("environment_variables", .textMap, "environment variables of the instances"),
            .key("instance_type", .text, "size of an instance, such as Standard_DS3_v2"),
            .key("sku", .text, "December 2020: size of an instance", today: "instance_type"),
            .key("instance_count", .integer(fromOne), "today's place of `scale_settings.instance_count`"),
            .key("scale_settings", .object(.scaleSettings2021), "number of instances"),
            .key("request_settings", .object(.requestSettings), "time-out and concurrency of requests"),
            .key("liveness_probe", .object(.probe2021("the liveness probe")), "when an instance is restarted"),
            .key("readiness_probe", .object(.probe2021("the readiness probe")), "when an instance gets requests"),
            .key("resource_requirements", .object(.resourceRequirements), "AKS only", today: "resources"),
            .key("app_insights_enabled", .boolean, "whether telemetry is sent; false by default"),
            .readOnly("id"), .readOnly("provisioning_state"),
        ] + deployment.keys.filter { newDeploymentKeys.contains($0.name) }
    )

    /// Keys that came later. They are accepted beside old ones: files were changed bit by bit.
    private static let newDeploymentKeys = [
        "type", "model_mount_path", "data_collector", "egress_public_network_access", "private_network_connection",
        "package_model", "resources",
    ]

    static let model2021 = KeyTable(
        "a model of the 2021 form",
        model.keys + [
            .key("local_path", .text, "file or folder", today: "path"),
            .key("asset_path", .text, "December 2020: file or folder", today: "path"),
        ]
    )

    static let codeConfiguration2021 = KeyTable(
        "a code configuration",
        [
            .required("code", .textOr(.object(.code2021)), "the folder with the scoring script"),
            .required("scoring_script", .text, "the scoring script, a path inside of the folder"),
        ]
    )

    static let code2021 = KeyTable(
        "a code asset of the 2021 form",
        [
            .schema,
            .key("name", .text, "name under which it is registered"),
            .key("version", .text, "version"),
            .description, .tags, .properties,
            .key("local_path", .text, "folder with the code"),
            .key("path", .text, "folder with the code, or (with `datastore`) a path there"),
            .key("datastore", .text, "where `path` lies"),
            .key("directory", .text, "December 2020: folder with the code"),
            .key("file", .text, "December 2020: the only file of the code"),
            .readOnly("id"),
        ]
    )

    static let environment2021 = KeyTable(
        "an environment of the 2021 form",
        environment.keys + [
            .key("path", .text, "folder that the files below start from"),
            .key("docker", .object(.docker2021), "container image, or how to build it", today: "image"),
        ]
    )

    static let docker2021 = KeyTable(
        "a docker section",
        [
            .key("image", .text, "container image"),
            .key("build", .object(.dockerBuild2021), "how to build the image"),
        ]
    )

    static let dockerBuild2021 = KeyTable(
        "a docker build",
        [.required("dockerfile", .text, "file:<path of the Dockerfile>")]
    )

    static let scaleSettings2021 = KeyTable(
        "scale settings",
        [
            .key("scale_type", .choice(["manual", "auto"]), "manual (managed endpoints), or auto", today: "type"),
            .key("instance_count", .integer(fromOne), "manual: number of instances"),
            .key("min_instances", .integer(0...Int(Int32.max)), "least number of instances"),
            .key("max_instances", .integer(fromOne), "largest number of instances; quota is reserved for it"),
            .key("polling_interval", .integer(fromOne), "auto: seconds between looks; 1 by default"),
            .key("target_utilization_percentage", .integer(1...100), "auto: wanted use; 70 by default"),
            .key("type", .choice(["default", "target_utilization"]), "today's name of `scale_type`"),
        ]
    )

    static func probe2021(_ name: String) -> KeyTable {
        KeyTable(
            name,
            probe(name).keys + [
                .key("initial_delay_seconds", .integer(fromOne), "December 2020", today: "initial_delay"),
                .key("period_seconds", .integer(fromOne), "December 2020", today: "period"),
                .key("timeout_seconds", .integer(fromOne), "December 2020", today: "timeout"),
            ]
        )
    }

    static let resourceRequirements = KeyTable(
        "resource requirements",
        [
            .key("cpu", .number(0...Double(Int32.max)), "cores"),
            .key("memory_in_gb", .number(0...Double(Int32.max)), "memory in GiB"),
            .key("gpu", .integer(0...Int(Int32.max)), "GPUs"),
            .key("cpu_cores_limit", .number(0...Double(Int32.max)), "cores at most"),
            .key("memory_in_gb_limit", .number(0...Double(Int32.max)), "memory in GiB at most"),
        ]
    )
}
