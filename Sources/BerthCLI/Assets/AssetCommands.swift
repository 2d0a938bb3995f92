import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthSpec

/// Options of the commands on models, environments and codes.
enum AssetOption {
    static let name = Option("name", "n", .value("NAME"), help: "the asset's name")
    static let version = Option("version", "v", .value("VERSION"), help: "its version")
    static let label = Option("label", "l", .value("LABEL"), help: "instead of a version: `latest`")
    static let path = Option("path", "p", .value("PATH"), help: "the file or folder, or a URI")
    static let type = Option(
        "type",
        "t",
        .value("TYPE"),
        choices: ["custom_model", "mlflow_model", "triton_model"],
        fallback: "custom_model",
        help: "what kind of model it is"
    )
    static let description = Option("description", nil, .value("TEXT"), help: "what it is for")
    static let tags = Option("tags", nil, .values("KEY=VALUE"), help: "tags")
    static let datastore = Option("datastore", nil, .value("NAME"), help: "where it is uploaded to: workspaceblobstore")
    static let image = Option("image", "i", .value("IMAGE"), help: "the container image")
    static let condaFile = Option("conda-file", "c", .value("FILE"), help: "a conda file; needs `--image`")
    static let buildContext = Option("build-context", "b", .value("FOLDER"), help: "a folder with a Dockerfile")
    static let dockerfile = Option(
        "dockerfile-path",
        "d",
        .value("PATH"),
        fallback: "Dockerfile",
        help: "the Dockerfile's path in the build context"
    )
    static let osType = Option("os-type", nil, .value("OS"), choices: ["linux", "windows"], help: "linux")
    static let maxResults = Option("max-results", "r", .value("N"), help: "at most so many")
    static let archivedOnly = Option("archived-only", help: "only archived ones")
    static let includeArchived = Option("include-archived", help: "archived ones too")
    static let downloadPath = Option("download-path", "p", .value("FOLDER"), fallback: ".", help: "where to")
}

/// One kind of registered asset, as commands speak of it.
struct AssetNoun: Sendable {
    /// `model`, `environment`, `code`.
    let word: String
    /// Its part of ids.
    let segment: String

    static let model = AssetNoun(word: "model", segment: "models")
    static let environment = AssetNoun(word: "environment", segment: "environments")
    static let code = AssetNoun(word: "code", segment: "codes")

    func path(_ session: ControlSession, _ name: String, _ version: String? = nil) -> String {
        let asset = "\(session.workspace.path)/\(segment)/\(ControlClient.pathPart(name))"
        return version.map { "\(asset)/versions/\(ControlClient.pathPart($0))" } ?? asset
    }

    /// The version that the options name; the newest where they name none.
    func find(_ call: Invocation, _ session: ControlSession) async throws(CommandFailure) -> JSON {
        let name = try call.required(AssetOption.name)
        if let version = call.string(AssetOption.version) {
            return try await call.ask(session, "GET", path(session, name, version))
        }
        if let label = call.string(AssetOption.label), label.lowercased() != "latest" {
            throw .failed(
                Diagnostic(
                    .resourceNotFound,
                    nil,
                    "\(word) `\(name)` has no label `\(label)`",
                    help: ["use --label latest, or --version"]
                )
            )
        }
        let newest = try await call.ask(
            session,
            "GET",
            path(session, name) + "/versions?$orderBy=createdtime%20desc&$top=1"
        )
        if let found = newest["value"]?.arrayValue?.first { return found }
        // Says whether there is none of that name, or only archived ones.
        _ = try await call.ask(session, "GET", path(session, name))
        throw .failed(
            Diagnostic(
                .resourceNotFound,
                .artifactNotFound,
                "all versions of \(word) `\(name)` are archived",
                help: ["name a version, or restore one: \(call.program) \(word) restore -n \(name) -v VERSION"]
            )
        )
    }

    // MARK: Commands that all have

    var show: Command {
        Command(
            "\(word) show",
            "show a version; without one the newest",
            options: [AssetOption.name.required, AssetOption.version] + (word == "code" ? [] : [AssetOption.label]),
            run: { call async throws(CommandFailure) in
                try await call.withServer { session, _ async throws(CommandFailure) in
                    .result(AssetBodies.shown(try await find(call, session)))
                }
            }
        )
    }

    var list: Command {
        Command(
            "\(word) list",
            "list the \(word)s of the workspace, or the versions of one, newest first",
            options: [
                AssetOption.name, AssetOption.maxResults, AssetOption.archivedOnly, AssetOption.includeArchived,
            ],
            run: { call async throws(CommandFailure) in try await runList(call) }
        )
    }

    private func runList(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let limit = try call.number(AssetOption.maxResults, in: 1...1_000_000) ?? .max
        let view =
            call.flag(AssetOption.archivedOnly)
            ? "ArchivedOnly" : call.flag(AssetOption.includeArchived) ? "All" : "ActiveOnly"
        return try await call.withServer { session, _ async throws(CommandFailure) in
            let root =
                call.string(AssetOption.name).map { path(session, $0) + "/versions" }
                ?? "\(session.workspace.path)/\(segment)"
            var found: [JSON] = []
            var next: String? = "\(root)?listViewType=\(view)"
            while let page = next, found.count < limit {
                let body = try await call.ask(session, "GET", page)
                found += (body["value"]?.arrayValue ?? []).map(AssetBodies.shown)
                // The link is absolute; a request names its path.
                next = body["nextLink"]?.stringValue.flatMap { link in
                    link.firstRange(of: "/subscriptions/").map { String(link[$0.lowerBound...]) }
                }
            }
            return .result(.array(Array(found.prefix(limit))))
        }
    }

    func archive(_ isArchived: Bool) -> Command {
        Command(
            "\(word) \(isArchived ? "archive" : "restore")",
            isArchived
                ? "hide a version, or all of them, from lists and from `latest`"
                : "show a version, or all of them, again",
            options: [AssetOption.name.required, AssetOption.version, AssetOption.label],
            run: { call async throws(CommandFailure) in
                try await call.withServer { session, _ async throws(CommandFailure) in
                    let name = try call.required(AssetOption.name)
                    let isOne = call.string(AssetOption.version) != nil || call.string(AssetOption.label) != nil
                    let found =
                        isOne
                        ? try await find(call, session) : try await call.ask(session, "GET", path(session, name))
                    var properties = found["properties"] ?? [:]
                    properties["isArchived"] = .bool(isArchived)
                    let target = isOne ? path(session, name, found["name"]?.stringValue ?? "") : path(session, name)
                    _ = try await call.ask(session, "PUT", target, body: ["properties": properties])
                    return .nothing
                }
            }
        )
    }

    var update: Command {
        Command(
            "\(word) update",
            "change what is said about a version: description, tags, properties",
            options: [AssetOption.name.required, AssetOption.version, AssetOption.label] + CommonOption.changes,
            run: { call async throws(CommandFailure) in try await runUpdate(call) }
        )
    }

    private func runUpdate(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let changes = SpecInput(call: call).overrides
        return try await call.withServer { session, _ async throws(CommandFailure) in
            let found = try await find(call, session)
            var properties = found["properties"] ?? [:]
            var shown = JSONObject()
            for key in ["description", "tags", "properties", "stage"] { shown[key] = properties[key] }
            let changed = try changedWords(.object(shown), changes, call)
            for key in ["description", "tags", "properties", "stage"] { properties[key] = changed[key] ?? .null }
            let name = try call.required(AssetOption.name)
            let target = path(session, name, found["name"]?.stringValue ?? "")
            return .result(
                AssetBodies.shown(try await call.ask(session, "PUT", target, body: ["properties": properties]))
            )
        }
    }

    /// Applies `--set`, `--add`, `--remove` as to a model's file: its words are those of every asset.
    private func changedWords(
        _ words: JSON,
        _ changes: SpecOverrides,
        _ call: Invocation
    ) throws(CommandFailure) -> JSON {
        var whole = words
        whole["name"] = "asset"
        whole["path"] = "https://unchanged"
        let spec = try SpecInput(call: call).checked(SpecReader.model(json: whole, changes))
        guard spec.path == "https://unchanged", spec.name == "asset" else {
            throw .usage(
                Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "what a registered \(word) is made of cannot be changed",
                    help: ["register a new version: \(call.program) \(word) create"]
                )
            )
        }
        var object: JSON = ["tags": JSON(spec.tags), "properties": JSON(spec.properties)]
        object["description"] = spec.description.map(JSON.string) ?? .null
        object["stage"] = spec.stage.map(JSON.string) ?? .null
        return object
    }
}
