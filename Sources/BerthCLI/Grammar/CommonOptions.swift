/// Options that several commands share, each written once.
enum CommonOption {
    static let resourceGroup = Option(
        "resource-group",
        "g",
        .value("NAME"),
        help: "the workspace's resource group"
    )
    static let workspace = Option("workspace-name", "w", .value("NAME"), help: "the workspace")
    static let subscription = Option("subscription", nil, .value("ID"), help: "the subscription, by id or name")
    static let scope = [resourceGroup, workspace, subscription]

    static let format = Option(
        "output",
        "o",
        .value("FORMAT"),
        choices: ["json", "jsonc", "table", "tsv", "yaml", "yamlc", "none"],
        fallback: "json",
        help: "how the result is printed"
    )
    static let query = Option("query", nil, .value("JMESPATH"), help: "print this part of the result")
    static let output = [format, query]

    static let debug = Option("debug", help: "show each request with its id, and how it was answered")
    static let verbose = Option("verbose", help: "say more about what is done")
    static let onlyShowErrors = Option("only-show-errors", help: "no progress, notes or warnings")
    static let help = Option("help", "h", help: "show this help")
    static let talk = [debug, verbose, onlyShowErrors, help]

    static let local = Option("local", help: "use this machine: no server, login or workspace is needed")
    static let name = Option("name", "n", .value("NAME"), help: "the endpoint's name")
    static let deploymentName = Option("name", "n", .value("NAME"), help: "the deployment's name")
    static let endpointName = Option("endpoint-name", "e", .value("NAME"), help: "the endpoint's name")
    static let file = Option("file", "f", .value("FILE"), help: "the YAML file; paths in it are relative to its folder")
    static let noWait = Option("no-wait", help: "return as soon as the change is accepted")
    static let yes = Option("yes", "y", help: "do not ask")
    static let set = Option(
        "set",
        nil,
        .values("KEY=VALUE"),
        help: "set a key of the file or the resource, as `a.b[0].c=v`; values are read as JSON where they are JSON"
    )
    static let add = Option("add", nil, .values("KEY VALUE"), help: "append to a list, or put a key into a map")
    static let remove = Option(
        "remove",
        nil,
        .values("KEY"),
        help: "remove a key, or an element of a list: `KEY INDEX`"
    )
    static let forceString = Option("force-string", help: "take the values of `--set` and `--add` as text")
    static let changes = [set, add, remove, forceString]

    static let logLines = Option(
        "lines",
        "l",
        .value("N"),
        aliases: ["tail"],
        fallback: "5000",
        help: "how many of the last lines; also written `--tail`"
    )
    static let container = Option(
        "container",
        "c",
        .value("CONTAINER"),
        choices: ["inference-server", "storage-initializer", "environment-build"],
        fallback: "inference-server",
        help: "whose log"
    )
    static let follow = Option("follow", "f", help: "go on printing until interrupted")
    static let previous = Option("previous", help: "the instance that ended last, not the running one")

    static let traffic = Option(
        "traffic",
        "r",
        .values("DEPLOYMENT=PERCENT"),
        help: "the share of each deployment; the sum is 0 or 100"
    )
    static let mirrorTraffic = Option(
        "mirror-traffic",
        nil,
        .values("DEPLOYMENT=PERCENT"),
        help: "the share of requests that are copied to a deployment, 0 to 50"
    )
    static let authMode = Option(
        "auth-mode",
        nil,
        .value("MODE"),
        choices: ["key", "aml_token", "aad_token"],
        fallback: "key",
        help: "how callers prove who they are"
    )
}
