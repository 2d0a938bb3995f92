package import BerthJSON
package import BerthModel

/// Specs as JSON with the YAML's own keys (snake_case) in the documented order, for `show`, the store and `update`.
///
/// `SpecReader` reads it back to an equal value. Paths are absolute; a conda file is its text.
package enum SpecWriter {
    package static func json(_ spec: EndpointSpec) -> JSON {
        var object = JSONObject()
        object["name"] = .string(spec.name)
        object["description"] = spec.description.map(JSON.string)
        object["tags"] = JSON(spec.tags)
        object["properties"] = JSON(spec.properties)
        object["auth_mode"] = .string(spec.authMode.rawValue)
        object["compute"] = spec.compute.map(JSON.string)
        object["identity"] = json(spec.identity)
        object["traffic"] = json(spec.traffic)
        object["mirror_traffic"] = json(spec.mirrorTraffic)
        if spec.compute == nil {
            object["public_network_access"] = enabled(spec.publicNetworkAccess)
        }
        return .object(object)
    }

    package static func json(_ identity: Identity) -> JSON {
        switch identity {
        case .none: ["type": "none"]
        case .systemAssigned: ["type": "system_assigned"]
        case .userAssigned(let ids):
            [
                "type": "user_assigned",
                "user_assigned_identities": .array(ids.map { ["resource_id": .string($0)] }),
            ]
        }
    }

    package static func json(_ spec: DeploymentSpec) -> JSON {
        var object = JSONObject()
        object["name"] = .string(spec.name)
        object["endpoint_name"] = .string(spec.endpointName)
        object["type"] = .string(spec.computeType.rawValue)
        object["description"] = spec.description.map(JSON.string)
        object["tags"] = JSON(spec.tags)
        object["properties"] = JSON(spec.properties)
        object["model"] = spec.model.map(json)
        object["model_mount_path"] = spec.modelMountPath.map(JSON.string)
        if let code = spec.code {
            object["code_configuration"] = [
                "code": .string(reference(code.code)), "scoring_script": .string(code.scoringScript),
            ]
        }
        object["environment"] = spec.environment.map(json)
        object["environment_variables"] = JSON(spec.environmentVariables)
        object["instance_type"] = spec.instanceType.map(JSON.string)
        if spec.scaleSettings == .default { object["instance_count"] = .integer(spec.instanceCount) }
        object["app_insights_enabled"] = .bool(spec.appInsightsEnabled)
        object["scale_settings"] = json(spec.scaleSettings, reserved: spec.reservedInstanceCount)
        object["request_settings"] = json(spec.requestSettings)
        object["liveness_probe"] = json(spec.livenessProbe)
        object["readiness_probe"] = json(spec.readinessProbe)
        object["data_collector"] = spec.dataCollector.map(json)
        if spec.computeType == .managed {
            object["egress_public_network_access"] = enabled(spec.egressPublicNetworkAccess)
        }
        if spec.privateNetworkConnection { object["private_network_connection"] = true }
        if spec.packageModel { object["package_model"] = true }
        object["resources"] = spec.resources.map { resources in
            ["requests": JSON(resources.requests), "limits": JSON(resources.limits)]
        }
        return .object(object)
    }

    package static func json(_ model: ModelReference) -> JSON {
        switch model {
        case .registered(let id): .string(reference(id))
        case .inline(let spec): json(spec)
        }
    }

    package static func json(_ environment: EnvironmentReference) -> JSON {
        switch environment {
        case .registered(let id): .string(reference(id))
        case .inline(let spec): json(spec)
        }
    }

    package static func json(_ spec: ModelSpec) -> JSON {
        var object = JSONObject()
        object["name"] = spec.name.map(JSON.string)
        object["version"] = spec.version.map(JSON.string)
        object["path"] = .string(spec.path)
        object["type"] = .string(spec.kind.rawValue)
        object["description"] = spec.description.map(JSON.string)
        object["tags"] = JSON(spec.tags)
        object["properties"] = JSON(spec.properties)
        if !spec.flavors.isEmpty { object["flavors"] = .object(spec.flavors) }
        object["stage"] = spec.stage.map(JSON.string)
        object["datastore"] = spec.datastore.map(JSON.string)
        for (key, value) in spec.experimental { object[key] = value }
        return .object(object)
    }

    package static func json(_ spec: EnvironmentSpec) -> JSON {
        var object = JSONObject()
        object["name"] = spec.name.map(JSON.string)
        object["version"] = spec.version.map(JSON.string)
        object["description"] = spec.description.map(JSON.string)
        object["tags"] = JSON(spec.tags)
        object["properties"] = JSON(spec.properties)
        object["image"] = spec.image.map(JSON.string)
        object["conda_file"] = spec.condaFile.map(JSON.string)
        object["conda_file_path"] = spec.condaFilePath.map(JSON.string)
        object["build"] = spec.build.map { build in
            ["path": .string(build.path), "dockerfile_path": .string(build.dockerfilePath)]
        }
        object["os_type"] = .string(spec.osType)
        object["inference_config"] = spec.inferenceConfig.map { config in
            [
                "liveness_route": json(config.liveness), "readiness_route": json(config.readiness),
                "scoring_route": json(config.scoring),
            ]
        }
        object["datastore"] = spec.datastore.map(JSON.string)
        return .object(object)
    }

    package static func json(_ spec: CodeSpec) -> JSON {
        var object = JSONObject()
        object["name"] = spec.name.map(JSON.string)
        object["version"] = spec.version.map(JSON.string)
        object["description"] = spec.description.map(JSON.string)
        object["tags"] = JSON(spec.tags)
        object["properties"] = JSON(spec.properties)
        object["path"] = .string(spec.path)
        object["datastore"] = spec.datastore.map(JSON.string)
        return .object(object)
    }

    // MARK: Parts

    /// As it is written in YAML: short names get their prefix back.
    private static func reference(_ id: String) -> String {
        id.hasPrefix("/") || PathText.isRemote(id) ? id : "azureml:\(id)"
    }

    private static func enabled(_ value: Bool) -> JSON { value ? "enabled" : "disabled" }

    private static func json(_ shares: [String: Int]) -> JSON {
        .object(JSONObject(shares.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) }))
    }

    private static func json(_ route: InferenceConfig.Route) -> JSON {
        ["path": .string(route.path), "port": .integer(route.port)]
    }

    private static func json(_ scale: ScaleSettings, reserved: Int?) -> JSON {
        switch scale {
        case .default:
            var object = JSONObject([("type", "default")])
            object["max_instances"] = reserved.map(JSON.integer)
            return .object(object)
        case .targetUtilization(let least, let most, let percent, let interval):
            return [
                "type": "target_utilization", "min_instances": .integer(least), "max_instances": .integer(most),
                "target_utilization_percentage": .integer(percent), "polling_interval": .integer(interval),
            ]
        }
    }

    private static func json(_ settings: RequestSettings) -> JSON {
        [
            "request_timeout_ms": .integer(settings.requestTimeoutMs),
            "max_concurrent_requests_per_instance": .integer(settings.maxConcurrentRequestsPerInstance),
            "max_queue_wait_ms": .integer(settings.maxQueueWaitMs),
        ]
    }

    private static func json(_ probe: ProbeSettings) -> JSON {
        [
            "initial_delay": .integer(seconds(probe.initialDelay)),
            "period": .integer(seconds(probe.period)),
            "timeout": .integer(seconds(probe.timeout)),
            "success_threshold": .integer(probe.successThreshold),
            "failure_threshold": .integer(probe.failureThreshold),
        ]
    }

    private static func seconds(_ duration: Duration) -> Int { Int(duration.components.seconds) }

    private static func json(_ collector: DataCollector) -> JSON {
        var collections = JSONObject()
        for (name, collection) in collector.collections.sorted(by: { $0.key < $1.key }) {
            var object = JSONObject([("enabled", .bool(collection.enabled))])
            object["sampling_rate"] = collection.samplingRate.map(JSON.double)
            object["client_id"] = collection.clientID.map(JSON.string)
            var data = JSONObject()
            data["name"] = collection.dataName.map(JSON.string)
            data["path"] = collection.dataPath.map(JSON.string)
            data["version"] = collection.dataVersion.map(JSON.string)
            if !data.isEmpty { object["data"] = .object(data) }
            collections[name] = .object(object)
        }
        return [
            "sampling_rate": .double(collector.samplingRate),
            "rolling_rate": .string(collector.rollingRate),
            "collections": .object(collections),
            "request_logging": ["capture_headers": JSON(collector.captureHeaders)],
        ]
    }
}
