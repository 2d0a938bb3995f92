import BerthDiagnostics

/// Options of the group of 2021 that the groups of today do not have.
enum EndpointOption {
    static let type = Option(
        "type",
        "t",
        .value("TYPE"),
        choices: ["online", "batch"],
        fallback: "online",
        help: "the kind of endpoint; only online ones are served"
    )
    static let deployment = Option(
        "deployment",
        "d",
        .value("NAME"),
        aliases: ["deployment-name"],
        help: "the deployment's name"
    )
    static let deploymentFile = Option(
        "deployment-file",
        "e",
        .value("FILE"),
        help: "the YAML file of one deployment, which is created or updated"
    )
    static let instanceCount = Option(
        "instance-count",
        "i",
        .value("N"),
        help: "the number of instances of the deployment"
    )
    static let traffic = Option(
        "traffic",
        "r",
        .values("DEPLOYMENT:PERCENT"),
        help: "the share of each deployment, as \"blue:90,green:10\""
    )

    /// Refuses `--type batch`.
    static func checkType(_ call: Invocation) throws(CommandFailure) {
        guard call.string(type)?.lowercased() == "batch" else { return }
        throw .usage(
            Diagnostic(
                .badArgument,
                .argumentInvalid,
                "batch endpoints are not served, only online ones",
                help: ["leave --type away"]
            )
        )
    }
}
