package import BerthDiagnostics
package import BerthJSON
package import BerthModel

/// A deployment as the control plane shows it.
package struct DeploymentResource: Hashable, Sendable {
    package var scope: WorkspaceScope
    package var spec: DeploymentSpec
    package var state: ProvisioningState
    package var location: String
    package var createdAt: String?
    package var modifiedAt: String?
    /// Names this state, for `If-Match`.
    package var etag: String?
    /// What the user should know though nothing failed: another Python, a clipped size, what the fence lacks.
    package var warnings: [Diagnostic] = []
    /// The last failure, at start or while answering requests.
    package var failure: Diagnostic?
    /// Instances that answer now.
    package var readyInstances: Int?

    package init(scope: WorkspaceScope, spec: DeploymentSpec, state: ProvisioningState, location: String) {
        self.scope = scope
        self.spec = spec
        self.state = state
        self.location = location
    }

    package var id: String { scope.deployment(spec.name, of: spec.endpointName) }
}

extension DeploymentResource {
    /// The ARM body of a PUT and of its answer.
    ///
    /// Registered assets are ids, as in ARM. The workspace `local` also takes inline assets: `codeId` as a `file://`
    /// URI, and objects under `berthModel` and `berthEnvironment`.
    package var json: JSON {
        var properties = JSONObject()
        let isKubernetes = spec.computeType == .kubernetes || spec.resources != nil
        properties["endpointComputeType"] = isKubernetes ? "Kubernetes" : "Managed"
        properties["provisioningState"] = .string(state.rawValue)
        properties["description"] = spec.description.map(JSON.string)
        if let code = spec.code {
            properties["codeConfiguration"] = [
                "codeId": .string(code.isLocal ? "file://" + code.code : code.code),
                "scoringScript": .string(code.scoringScript),
            ]
        }
        switch spec.environment {
        case .registered(let id): properties["environmentId"] = .string(id)
        case .inline(let environment): properties["berthEnvironment"] = InlineAssets.json(environment)
        case nil: break
        }
        switch spec.model {
        case .registered(let id): properties["model"] = .string(id)
        case .inline(let model): properties["berthModel"] = InlineAssets.json(model)
        case nil: break
        }
        properties["modelMountPath"] = spec.modelMountPath.map(JSON.string)
        properties["environmentVariables"] = JSON(spec.environmentVariables)
        properties["instanceType"] = spec.instanceType.map(JSON.string)
        properties["appInsightsEnabled"] = .bool(spec.appInsightsEnabled)
        properties["scaleSettings"] = scaleJSON
        properties["requestSettings"] = [
            "requestTimeout": .string(ISODuration.text(.milliseconds(spec.requestSettings.requestTimeoutMs))),
            "maxConcurrentRequestsPerInstance": .integer(spec.requestSettings.maxConcurrentRequestsPerInstance),
            "maxQueueWait": .string(ISODuration.text(.milliseconds(spec.requestSettings.maxQueueWaitMs))),
        ]
        properties["livenessProbe"] = Self.json(spec.livenessProbe)
        properties["readinessProbe"] = Self.json(spec.readinessProbe)
        properties["egressPublicNetworkAccess"] = spec.egressPublicNetworkAccess ? "Enabled" : "Disabled"
        properties["properties"] = JSON(spec.properties)
        properties["dataCollector"] = spec.dataCollector.map(InlineAssets.json)
        if let resources = spec.resources {
            let needs: JSON = [
                "containerResourceRequests": JSON(resources.requests),
                "containerResourceLimits": JSON(resources.limits),
            ]
            properties["containerResourceRequirements"] = needs
        }
        if !warnings.isEmpty { properties["berthWarnings"] = .array(warnings.map(\.json)) }
        properties["berthFailure"] = failure?.json
        properties["berthReadyInstances"] = readyInstances.map(JSON.integer)
        let sku: JSON = ["name": "Default", "capacity": .integer(spec.instanceCount)]
        var body = JSONObject([
            ("id", .string(id)),
            ("name", .string(spec.name)),
            ("type", "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments"),
            ("location", .string(location)),
            ("tags", JSON(spec.tags)),
            ("sku", sku),
            ("properties", .object(properties)),
        ])
        body["etag"] = etag.map(JSON.string)
        body["systemData"] = SystemData.json(createdAt: createdAt, modifiedAt: modifiedAt)
        return .object(body)
    }

    private var scaleJSON: JSON {
        switch spec.scaleSettings {
        case .default: ["scaleType": "Default"]
        case .targetUtilization(let minInstances, let maxInstances, let percent, let pollingInterval):
            [
                "scaleType": "TargetUtilization",
                "minInstances": .integer(minInstances),
                "maxInstances": .integer(maxInstances),
                "targetUtilizationPercentage": .integer(percent),
                "pollingInterval": .string(ISODuration.text(.seconds(pollingInterval))),
            ]
        }
    }

    private static func json(_ probe: ProbeSettings) -> JSON {
        [
            "initialDelay": .string(ISODuration.text(probe.initialDelay)),
            "period": .string(ISODuration.text(probe.period)),
            "timeout": .string(ISODuration.text(probe.timeout)),
            "successThreshold": .integer(probe.successThreshold),
            "failureThreshold": .integer(probe.failureThreshold),
        ]
    }
}

extension DeploymentResource {
    /// The resource that an ARM body spells. The names of the URL win over those in the body.
    package init(
        json: JSON,
        scope: WorkspaceScope,
        endpoint: String? = nil,
        name: String? = nil
    ) throws(Diagnostic) {
        let body = WireReader(json, path: "")
        let properties = body.child("properties")
        let deployment = try body.requiredString("name", unless: name)
        let parts = (try body.string("id") ?? "").split(separator: "/").map(String.init)
        let parent = parts.count > 2 ? parts[parts.count - 3] : nil
        guard let endpoint = endpoint ?? parent else {
            throw body.invalid("id", "is missing", expected: "the id of a deployment")
        }
        var spec = DeploymentSpec(name: deployment, endpointName: endpoint)
        spec.tags = try body.stringMap("tags")
        spec.instanceCount = try body.child("sku").int("capacity") ?? 1
        try Self.readAssets(properties, into: &spec)
        try Self.readSettings(properties, into: &spec)
        let stateName = try properties.string("provisioningState") ?? ""
        let state = ProvisioningState(rawValue: stateName) ?? .creating
        self.init(scope: scope, spec: spec, state: state, location: try body.string("location") ?? "local")
        createdAt = try body.child("systemData").string("createdAt")
        modifiedAt = try body.child("systemData").string("lastModifiedAt")
        etag = try body.string("etag")
        warnings = (json["properties"]?["berthWarnings"]?.arrayValue ?? []).compactMap(Diagnostic.init(json:))
        failure = json["properties"]?["berthFailure"].flatMap(Diagnostic.init(json:))
        readyInstances = try properties.int("berthReadyInstances")
    }

    private static func readAssets(_ properties: WireReader, into spec: inout DeploymentSpec) throws(Diagnostic) {
        let code = properties.child("codeConfiguration")
        if let id = try code.string("codeId") {
            spec.code = CodeConfiguration(
                code: id.hasPrefix("file://") ? String(id.dropFirst("file://".count)) : id,
                scoringScript: try code.requiredString("scoringScript")
            )
        }
        if let id = try properties.string("environmentId") {
            spec.environment = .registered(id)
        } else if !properties.child("berthEnvironment").value.isNull {
            spec.environment = .inline(try InlineAssets.environment(properties.child("berthEnvironment")))
        }
        if let id = try properties.string("model") {
            spec.model = .registered(id)
        } else if !properties.child("berthModel").value.isNull {
            spec.model = .inline(try InlineAssets.model(properties.child("berthModel")))
        }
        spec.modelMountPath = try properties.string("modelMountPath")
    }

    private static func readSettings(_ properties: WireReader, into spec: inout DeploymentSpec) throws(Diagnostic) {
        spec.description = try properties.string("description")
        if try properties.string("endpointComputeType")?.lowercased() == "kubernetes" { spec.computeType = .kubernetes }
        spec.properties = try properties.stringMap("properties").filter { !SystemData.echoedKeys.contains($0.key) }
        spec.environmentVariables = try properties.stringMap("environmentVariables")
        spec.instanceType = try properties.string("instanceType")
        spec.appInsightsEnabled = try properties.bool("appInsightsEnabled") ?? false
        let scale = properties.child("scaleSettings")
        if try scale.string("scaleType")?.lowercased() == "targetutilization" {
            let interval = try scale.duration("pollingInterval") ?? .seconds(1)
            spec.scaleSettings = .targetUtilization(
                minInstances: try scale.int("minInstances") ?? 1,
                maxInstances: try scale.int("maxInstances") ?? 1,
                percent: try scale.int("targetUtilizationPercentage") ?? 70,
                pollingInterval: Int(interval.components.seconds)
            )
        }
        let request = properties.child("requestSettings")
        if let timeout = try request.duration("requestTimeout") {
            spec.requestSettings.requestTimeoutMs = timeout.milliseconds
        }
        if let concurrency = try request.int("maxConcurrentRequestsPerInstance") {
            spec.requestSettings.maxConcurrentRequestsPerInstance = concurrency
        }
        if let wait = try request.duration("maxQueueWait") {
            spec.requestSettings.maxQueueWaitMs = wait.milliseconds
        }
        spec.livenessProbe = try probe(properties.child("livenessProbe"))
        spec.readinessProbe = try probe(properties.child("readinessProbe"))
        spec.egressPublicNetworkAccess =
            try properties.string("egressPublicNetworkAccess")?.lowercased() != "disabled"
        if !properties.child("dataCollector").value.isNull {
            spec.dataCollector = try InlineAssets.dataCollector(properties.child("dataCollector"))
        }
        let resources = properties.child("containerResourceRequirements")
        if !resources.value.isNull {
            var needs = ContainerResources()
            needs.requests = try resources.stringMap("containerResourceRequests")
            needs.limits = try resources.stringMap("containerResourceLimits")
            spec.resources = needs
        }
    }

    private static func probe(_ reader: WireReader) throws(Diagnostic) -> ProbeSettings {
        var probe = ProbeSettings()
        probe.initialDelay = try reader.duration("initialDelay") ?? probe.initialDelay
        probe.period = try reader.duration("period") ?? probe.period
        probe.timeout = try reader.duration("timeout") ?? probe.timeout
        probe.successThreshold = try reader.int("successThreshold") ?? probe.successThreshold
        probe.failureThreshold = try reader.int("failureThreshold") ?? probe.failureThreshold
        return probe
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
