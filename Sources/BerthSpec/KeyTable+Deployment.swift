/// Keys of today's deployment file and what it holds. Source: the deployment YAML reference (managed and Kubernetes).
extension KeyTable {
    /// Numbers that only have a lower bound.
    static let fromOne = 1...Int(Int32.max)

    static let deployment = KeyTable(
        "a deployment",
        [
            .schema,
            .required("name", .text, "name of the deployment: 3–32 letters, digits and dashes, a letter first"),
            .required("endpoint_name", .text, "the endpoint that the deployment stands behind"),
            .key("type", .choice(["managed", "kubernetes"]), "managed (the default) or kubernetes"),
            .description, .tags, .properties,
            .key("model", .textOr(.object(.model)), "azureml:<name>:<version>, or a model with a path"),
            .key("model_mount_path", .text, "absolute path in a custom container under which the model lies"),
            .key("code_configuration", .object(.codeConfiguration), "the scoring script and its folder"),
            .key("environment", .textOr(.object(.environment)), "azureml:<name>:<version>, or an environment"),
            .key("environment_variables", .textMap, "environment variables of the instances"),
            .key("instance_type", .text, "size of an instance, such as Standard_DS3_v2"),
            .key("instance_count", .integer(fromOne), "number of instances, at least 1"),
            .key("app_insights_enabled", .boolean, "whether telemetry is sent; false by default"),
            .key("scale_settings", .object(.scaleSettings), "how instances are counted"),
            .key("request_settings", .object(.requestSettings), "time-out and concurrency of requests"),
            .key("liveness_probe", .object(.probe("the liveness probe")), "when an instance is restarted"),
            .key("readiness_probe", .object(.probe("the readiness probe")), "when an instance gets requests"),
            .key("data_collector", .object(.dataCollector), "which requests and answers are kept"),
            .key(
                "egress_public_network_access",
                .choice(["enabled", "disabled"]),
                "whether instances may reach the internet; enabled by default"
            ),
            .key("private_network_connection", .boolean, "experimental"),
            .key("package_model", .boolean, "experimental: make a model package first"),
            .key("resources", .object(.resources), "Kubernetes only: resources of a container"),
            .readOnly("id"), .readOnly("provisioning_state"), .readOnly("creation_context"), .readOnly("location"),
            .readOnly("resource_group"), .readOnly("resourceGroup"),
        ]
    )

    static let codeConfiguration = KeyTable(
        "a code configuration",
        [
            .required("code", .text, "folder with the scoring script, or azureml:<name>:<version>"),
            .required("scoring_script", .text, "the scoring script, a path inside of `code`"),
        ]
    )

    static let scaleSettings = KeyTable(
        "scale settings",
        [
            .key("type", .choice(["default", "target_utilization"]), "default, or (Kubernetes) target_utilization"),
            .key("min_instances", .integer(0...Int(Int32.max)), "Kubernetes: least number of instances; 1 by default"),
            .key("max_instances", .integer(fromOne), "Kubernetes: largest number of instances; 1 by default"),
            .key("target_utilization_percentage", .integer(1...100), "Kubernetes: wanted use; 70 by default"),
            .key("polling_interval", .integer(fromOne), "Kubernetes: seconds between looks; 1 by default"),
        ]
    )

    static let requestSettings = KeyTable(
        "request settings",
        [
            .key("request_timeout_ms", .integer(fromOne), "time for one request; 5000 by default, 180000 at most"),
            .key(
                "max_concurrent_requests_per_instance",
                .integer(fromOne),
                "requests that an instance works on at once; 1 by default"
            ),
            .key("max_queue_wait_ms", .integer(0...Int(Int32.max)), "deprecated: waiting time; 500 by default"),
        ]
    )

    static func probe(_ name: String) -> KeyTable {
        KeyTable(
            name,
            [
                .key("initial_delay", .integer(fromOne), "seconds before the first question; 10 by default"),
                .key("period", .integer(fromOne), "seconds between questions; 10 by default"),
                .key("timeout", .integer(fromOne), "seconds to answer; 2 by default"),
                .key("success_threshold", .integer(fromOne), "good answers until ready; 1 by default"),
                .key("failure_threshold", .integer(fromOne), "bad answers until given up; 30 by default"),
            ]
        )
    }

    static let dataCollector = KeyTable(
        "a data collector",
        [
            .key("sampling_rate", .number(0...1), "share of the data that is kept; 1.0 by default"),
            .key("rolling_rate", .choice(["minute", "hour", "day", "month", "year"]), "a new file each …; hour"),
            .key("collections", .map(.object(.dataCollection)), "what is kept, by name: request, response, yours"),
            .key("request_logging", .object(.requestLogging), "what payload logging adds"),
        ]
    )

    static let dataCollection = KeyTable(
        "a collection",
        [
            .key("enabled", .boolean, "whether it is kept; false by default"),
            .key("sampling_rate", .number(0...1), "share of this collection; else that of the collector"),
            .key("client_id", .text, "identity that writes the data"),
            .key("data", .textOr(.object(.collectionData)), "where the data goes"),
        ]
    )

    static let collectionData = KeyTable(
        "a collection's data",
        [
            .key("name", .text, "name of the data asset"),
            .key("path", .text, "azureml:// path of the files"),
            .key("version", .text, "version of the data asset"),
        ]
    )

    static let requestLogging = KeyTable(
        "request logging",
        [.key("capture_headers", .list(.text), "headers that are kept")]
    )

    static let resources = KeyTable(
        "resources",
        [
            .key("requests", .object(.resourceList), "what a container is given"),
            .key("limits", .object(.resourceList), "what a container may use at most"),
        ]
    )

    static let resourceList = KeyTable(
        "a list of resources",
        [
            .key("cpu", .text, "cores, such as \"0.5\" or \"500m\""),
            .key("memory", .text, "memory, such as \"512Mi\""),
            .key("nvidia.com/gpu", .text, "GPUs, such as \"1\""),
        ]
    )
}
