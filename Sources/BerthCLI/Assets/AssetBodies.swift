import BerthJSON
import BerthModel

/// Registered assets between the keys of YAML files and ARM's.
enum AssetBodies {
    static func model(_ spec: ModelSpec, uri: String, isAnonymous: Bool) -> JSON {
        var object = words(spec.description, spec.tags, spec.properties, isAnonymous)
        object["modelUri"] = .string(uri)
        object["modelType"] = .string(spec.kind.rawValue)
        object["flavors"] = .object(spec.flavors)
        object["stage"] = spec.stage.map(JSON.string)
        return .object(object)
    }

    static func environment(_ spec: EnvironmentSpec, isAnonymous: Bool) -> JSON {
        var object = words(spec.description, spec.tags, spec.properties, isAnonymous)
        object["image"] = spec.image.map(JSON.string)
        object["condaFile"] = spec.condaFile.map(JSON.string)
        object["build"] = spec.build.map {
            ["contextUri": .string($0.path), "dockerfilePath": .string($0.dockerfilePath)]
        }
        object["osType"] = .string(spec.osType.lowercased() == "windows" ? "Windows" : "Linux")
        object["inferenceConfig"] = spec.inferenceConfig.map {
            [
                "livenessRoute": route($0.liveness), "readinessRoute": route($0.readiness),
                "scoringRoute": route($0.scoring),
            ]
        }
        return .object(object)
    }

    private static func route(_ route: InferenceConfig.Route) -> JSON {
        ["path": .string(route.path), "port": .integer(route.port)]
    }

    private static func words(
        _ description: String?,
        _ tags: [String: String],
        _ properties: [String: String],
        _ isAnonymous: Bool
    ) -> JSONObject {
        var object = JSONObject([
            ("tags", JSON(tags)), ("properties", JSON(properties)), ("isAnonymous", .bool(isAnonymous)),
        ])
        object["description"] = description.map(JSON.string)
        return object
    }

    // MARK: Shown

    /// ARM's keys as those of YAML files.
    private static let names: [(arm: String, shown: String)] = [
        ("modelUri", "path"), ("codeUri", "path"), ("modelType", "type"), ("description", "description"),
        ("tags", "tags"), ("properties", "properties"), ("flavors", "flavors"), ("stage", "stage"),
        ("image", "image"), ("condaFile", "conda_file"), ("osType", "os_type"), ("build", "build"),
        ("inferenceConfig", "inference_config"), ("latestVersion", "latest_version"),
    ]

    /// A version, or an asset with all its versions, as commands print it.
    static func shown(_ body: JSON) -> JSON {
        let parts = (body["id"]?.stringValue ?? "").split(separator: "/").map(String.init)
        let isVersion = parts.count > 2 && parts[parts.count - 2] == "versions"
        var object = JSONObject()
        object["name"] = .string(isVersion ? parts[parts.count - 3] : parts.last ?? "")
        if isVersion { object["version"] = body["name"] }
        object["id"] = body["id"]
        let properties = body["properties"]
        for (arm, shown) in names {
            guard let value = properties?[arm], !value.isNull else { continue }
            object[shown] = arm == "osType" ? .string(value.stringValue?.lowercased() ?? "") : value
        }
        if let path = object["path"]?.stringValue { object["path"] = .string(withAccount(path)) }
        object["build"] = object["build"].map { build in
            ["path": build["contextUri"] ?? .null, "dockerfile_path": build["dockerfilePath"] ?? .null]
        }
        object["inference_config"] = object["inference_config"].map { routes in
            [
                "liveness_route": routes["livenessRoute"] ?? .null,
                "readiness_route": routes["readinessRoute"] ?? .null, "scoring_route": routes["scoringRoute"] ?? .null,
            ]
        }
        object["is_archived"] = properties?["isArchived"]
        if let system = body["systemData"], !system.isNull {
            object["creation_context"] = [
                "created_at": system["createdAt"] ?? .null, "last_modified_at": system["lastModifiedAt"] ?? .null,
            ]
        }
        return .object(object)
    }

    /// `https://<account>.blob.…`, the form that scripts cut apart, of a URL that names the account in its path.
    static func withAccount(_ path: String) -> String {
        guard let match = path.wholeMatch(of: /https:\/\/[^\/]+\/store\/([^\/]+\.blob\..+)/) else { return path }
        return "https://\(match.output.1)"
    }
}
