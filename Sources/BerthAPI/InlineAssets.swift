import BerthDiagnostics
import BerthJSON
import BerthModel

/// Models and environments that a deployment carries itself, in the workspace `local`: they need no upload.
enum InlineAssets {
    static func json(_ model: ModelSpec) -> JSON {
        var object = JSONObject()
        object["name"] = model.name.map(JSON.string)
        object["version"] = model.version.map(JSON.string)
        object["path"] = .string(model.path)
        object["type"] = .string(model.kind.rawValue)
        object["description"] = model.description.map(JSON.string)
        if !model.tags.isEmpty { object["tags"] = JSON(model.tags) }
        if !model.properties.isEmpty { object["properties"] = JSON(model.properties) }
        if !model.flavors.isEmpty { object["flavors"] = .object(model.flavors) }
        object["stage"] = model.stage.map(JSON.string)
        object["datastore"] = model.datastore.map(JSON.string)
        return .object(object)
    }

    static func model(_ reader: WireReader) throws(Diagnostic) -> ModelSpec {
        var model = ModelSpec(path: try reader.requiredString("path"))
        model.name = try reader.string("name")
        model.version = try reader.string("version")
        if let kind = try reader.string("type") {
            guard let known = ModelSpec.Kind(rawValue: kind) else {
                throw reader.invalid("type", "is `\(kind)`", expected: "custom_model, mlflow_model or triton_model")
            }
            model.kind = known
        }
        model.description = try reader.string("description")
        model.tags = try reader.stringMap("tags")
        model.properties = try reader.stringMap("properties")
        model.flavors = reader.value["flavors"]?.objectValue ?? JSONObject()
        model.stage = try reader.string("stage")
        model.datastore = try reader.string("datastore")
        return model
    }

    static func json(_ environment: EnvironmentSpec) -> JSON {
        var object = JSONObject()
        object["name"] = environment.name.map(JSON.string)
        object["version"] = environment.version.map(JSON.string)
        object["description"] = environment.description.map(JSON.string)
        if !environment.tags.isEmpty { object["tags"] = JSON(environment.tags) }
        if !environment.properties.isEmpty { object["properties"] = JSON(environment.properties) }
        object["image"] = environment.image.map(JSON.string)
        object["condaFile"] = environment.condaFile.map(JSON.string)
        object["condaFilePath"] = environment.condaFilePath.map(JSON.string)
        if let build = environment.build {
            object["build"] = ["path": .string(build.path), "dockerfilePath": .string(build.dockerfilePath)]
        }
        object["osType"] = .string(environment.osType)
        if let routes = environment.inferenceConfig {
            object["inferenceConfig"] = [
                "livenessRoute": json(routes.liveness),
                "readinessRoute": json(routes.readiness),
                "scoringRoute": json(routes.scoring),
            ]
        }
        object["datastore"] = environment.datastore.map(JSON.string)
        return .object(object)
    }

    private static func json(_ route: InferenceConfig.Route) -> JSON {
        ["path": .string(route.path), "port": .integer(route.port)]
    }

    static func environment(_ reader: WireReader) throws(Diagnostic) -> EnvironmentSpec {
        var environment = EnvironmentSpec()
        environment.name = try reader.string("name")
        environment.version = try reader.string("version")
        environment.description = try reader.string("description")
        environment.tags = try reader.stringMap("tags")
        environment.properties = try reader.stringMap("properties")
        environment.image = try reader.string("image")
        environment.condaFile = try reader.string("condaFile")
        environment.condaFilePath = try reader.string("condaFilePath")
        let build = reader.child("build")
        if let path = try build.string("path") {
            environment.build = EnvironmentSpec.Build(
                path: path,
                dockerfilePath: try build.string("dockerfilePath") ?? "Dockerfile"
            )
        }
        environment.osType = try reader.string("osType") ?? "linux"
        let routes = reader.child("inferenceConfig")
        if !routes.value.isNull {
            environment.inferenceConfig = InferenceConfig(
                liveness: try route(routes.child("livenessRoute")),
                readiness: try route(routes.child("readinessRoute")),
                scoring: try route(routes.child("scoringRoute"))
            )
        }
        environment.datastore = try reader.string("datastore")
        return environment
    }

    private static func route(_ reader: WireReader) throws(Diagnostic) -> InferenceConfig.Route {
        InferenceConfig.Route(path: try reader.requiredString("path"), port: try reader.int("port") ?? 5001)
    }

    static func json(_ collector: DataCollector) -> JSON {
        let collections = collector.collections.sorted { $0.key < $1.key }.map { name, collection in
            var object = JSONObject([("dataCollectionMode", collection.enabled ? "Enabled" : "Disabled")])
            object["samplingRate"] = collection.samplingRate.map(JSON.double)
            object["dataName"] = collection.dataName.map(JSON.string)
            object["dataPath"] = collection.dataPath.map(JSON.string)
            object["dataVersion"] = collection.dataVersion.map(JSON.string)
            object["clientId"] = collection.clientID.map(JSON.string)
            return (name, JSON.object(object))
        }
        return [
            "samplingRate": .double(collector.samplingRate),
            "rollingRate": .string(collector.rollingRate),
            "collections": .object(JSONObject(collections)),
            "requestLogging": ["captureHeaders": JSON(collector.captureHeaders)],
        ]
    }

    static func dataCollector(_ reader: WireReader) throws(Diagnostic) -> DataCollector {
        var collector = DataCollector()
        collector.samplingRate = try reader.double("samplingRate") ?? 1
        collector.rollingRate = try reader.string("rollingRate")?.lowercased() ?? "hour"
        for (name, value) in reader.value["collections"]?.objectValue ?? JSONObject() {
            let entry = WireReader(value, path: "\(reader.path).collections.\(name)")
            var collection = DataCollector.Collection()
            collection.enabled = try entry.string("dataCollectionMode")?.lowercased() == "enabled"
            collection.samplingRate = try entry.double("samplingRate")
            collection.dataName = try entry.string("dataName")
            collection.dataPath = try entry.string("dataPath")
            collection.dataVersion = try entry.string("dataVersion")
            collection.clientID = try entry.string("clientId")
            collector.collections[name] = collection
        }
        collector.captureHeaders =
            (reader.value["requestLogging"]?["captureHeaders"]?.arrayValue ?? []).compactMap(\.stringValue)
        return collector
    }
}
