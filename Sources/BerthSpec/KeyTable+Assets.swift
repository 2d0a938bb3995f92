/// Keys of models, environments and code, as files of their own and inside of deployments.
extension KeyTable {
    static let model = KeyTable(
        "a model",
        [
            .schema,
            .key("name", .text, "name under which it is registered"),
            .key("version", .text, "version; given by the service when absent"),
            .key("path", .text, "file or folder, or a URI (azureml://, runs:/, https://)"),
            .key("type", .choice(["custom_model", "mlflow_model", "triton_model"]), "custom_model by default"),
            .description, .tags, .properties,
            .key("flavors", .anything, "MLflow: flavors of the model"),
            .key("stage", .text, "stage of the model, such as Production"),
            .key("datastore", .text, "where a local path is uploaded to"),
            .key("system_metadata", .anything, "experimental"),
            .key("default_deployment_template", .object(.deploymentTemplate), "experimental"),
            .key("allowed_deployment_templates", .list(.object(.deploymentTemplate)), "experimental"),
            .readOnly("id"), .readOnly("creation_context"), .readOnly("job_name"), .readOnly("latest_version"),
            .readOnly("auto_delete_setting"), .readOnly("intellectual_property"), .readOnly("resourceGroup"),
        ]
    )

    static let deploymentTemplate = KeyTable(
        "a deployment template",
        [.required("asset_id", .text, "id of the template")]
    )

    static let environment = KeyTable(
        "an environment",
        [
            .schema,
            .key("name", .text, "name under which it is registered"),
            .key("version", .text, "version; given by the service when absent"),
            .description, .tags, .properties,
            .key("image", .text, "container image"),
            .key("conda_file", .textOr(.anything), "conda file, or its content; needs `image`"),
            .key("build", .object(.build), "folder with a Dockerfile, instead of `image`"),
            .key("os_type", .choice(["linux", "windows"]), "linux by default"),
            .key("inference_config", .object(.inferenceConfig), "routes of an image that is run as it is"),
            .key("datastore", .text, "where local files are uploaded to"),
            .readOnly("id"), .readOnly("creation_context"), .readOnly("latest_version"), .readOnly("resourceGroup"),
            .readOnly("conda_file_path", .text, "where the conda file was read"),
        ]
    )

    static let build = KeyTable(
        "a build",
        [
            .required("path", .text, "folder with the Dockerfile, or a URL"),
            .key("dockerfile_path", .text, "path of the Dockerfile inside; Dockerfile by default"),
        ]
    )

    static let inferenceConfig = KeyTable(
        "an inference config",
        [
            .required("liveness_route", .object(.route), "route that tells whether the server lives"),
            .required("readiness_route", .object(.route), "route that tells whether it takes requests"),
            .required("scoring_route", .object(.route), "route that scores"),
        ]
    )

    static let route = KeyTable(
        "a route",
        [
            .required("path", .text, "path, such as /health"),
            .required("port", .integer(1...65_535), "port of the container"),
        ]
    )

    static let code = KeyTable(
        "a code asset",
        [
            .schema,
            .key("name", .text, "name under which it is registered"),
            .key("version", .text, "version"),
            .description, .tags, .properties,
            .required("path", .text, "folder with the code"),
            .key("datastore", .text, "where a local path is uploaded to"),
            .readOnly("id"), .readOnly("creation_context"), .readOnly("resourceGroup"),
        ]
    )
}
