import BerthDiagnostics
import BerthJSON
import BerthModel
import Testing

@testable import BerthAPI

@Suite("Wire form of resources")
struct WireTests {
    private let failure = Diagnostic(
        .containerCrashed,
        nil,
        "the instance ended",
        evidence: [Evidence("status", "3")],
        help: ["look at the log"],
        requestID: "r"
    )

    @Test("an endpoint with all fields comes back the same", arguments: AuthMode.allCases)
    func endpoint(mode: AuthMode) throws {
        var spec = EndpointSpec(name: "shop")
        spec.description = "all"
        spec.tags = ["team": "sales"]
        spec.properties = ["berth.preset": "azure-2026"]
        spec.authMode = mode
        spec.compute = "azureml:cluster"
        spec.identity = .userAssigned(["/subscriptions/1/id", "/subscriptions/2/id"])
        spec.traffic = ["blue": 90, "green": 10]
        spec.mirrorTraffic = ["red": 50]
        spec.publicNetworkAccess = false
        var resource = EndpointResource(scope: .local, spec: spec, state: .updating, location: "here")
        resource.scoringURI = "http://localhost:31000/score"
        resource.openapiURI = "http://localhost:31000/swagger.json"
        resource.createdAt = "2024-01-01T00:00:00.000Z"
        resource.modifiedAt = "2024-01-02T00:00:00.000Z"
        resource.warnings = [failure]
        let text = resource.json.text()
        #expect(try EndpointResource(json: JSON.parse(text), scope: .local) == resource)
        resource.spec.identity = .none
        #expect(try EndpointResource(json: resource.json, scope: .local) == resource)
        resource.spec.identity = .systemAssigned
        resource.principalID = "p"
        resource.tenantID = "t"
        #expect(try EndpointResource(json: resource.json, scope: .local) == resource)
    }

    @Test("the maps of an empty endpoint are objects, not null")
    func endpointMaps() throws {
        let json = EndpointResource(scope: .local, spec: EndpointSpec(name: "shop"), state: .succeeded, location: "l")
            .json
        for key in ["traffic", "mirrorTraffic", "properties"] {
            #expect(json["properties"]?[key]?.objectValue?.isEmpty == true, "\(key)")
        }
        #expect(json["tags"]?.objectValue?.isEmpty == true)
        #expect(json["systemData"] == nil, "both times or none")
    }

    /// A deployment in which every field that has a wire form differs from its default.
    private var full: DeploymentSpec {
        var spec = DeploymentSpec(name: "blue", endpointName: "shop")
        spec.computeType = .kubernetes
        spec.description = "all"
        spec.tags = ["team": "sales"]
        spec.properties = ["berth.strict_environment": "true"]
        spec.model = .inline(model)
        spec.modelMountPath = "/var/models"
        spec.code = CodeConfiguration(code: "/home/me/code", scoringScript: "src/score.py")
        spec.environment = .inline(environment)
        spec.environmentVariables = ["WORKER_COUNT": "2"]
        spec.instanceType = "Standard_DS3_v2"
        spec.instanceCount = 3
        spec.appInsightsEnabled = true
        spec.scaleSettings = .targetUtilization(minInstances: 1, maxInstances: 4, percent: 60, pollingInterval: 10)
        spec.requestSettings.requestTimeoutMs = 90_500
        spec.requestSettings.maxConcurrentRequestsPerInstance = 7
        spec.requestSettings.maxQueueWaitMs = 50
        spec.livenessProbe = probe(1)
        spec.readinessProbe = probe(2)
        spec.egressPublicNetworkAccess = false
        spec.dataCollector = collector
        var needs = ContainerResources()
        needs.requests = ["cpu": "100m"]
        needs.limits = ["memory": "1Gi"]
        spec.resources = needs
        return spec
    }

    private var model: ModelSpec {
        var model = ModelSpec(path: "/home/me/model.pkl")
        model.name = "iris"
        model.version = "3"
        model.kind = .mlflow
        model.description = "a model"
        model.tags = ["a": "b"]
        model.properties = ["c": "d"]
        model.flavors = JSONObject([("sklearn", ["version": "1.5"] as JSON)])
        model.stage = "Production"
        model.datastore = "blobs"
        return model
    }

    private var environment: EnvironmentSpec {
        var environment = EnvironmentSpec()
        environment.name = "env"
        environment.version = "2"
        environment.description = "an environment"
        environment.tags = ["e": "f"]
        environment.properties = ["g": "h"]
        environment.image = "example/image:1"
        environment.condaFile = "name: x\ndependencies: [python=3.12]\n"
        environment.condaFilePath = "/home/me/conda.yaml"
        environment.build = EnvironmentSpec.Build(path: "/home/me/build", dockerfilePath: "Other")
        environment.osType = "windows"
        let route = InferenceConfig.Route(path: "/live", port: 8080)
        environment.inferenceConfig = InferenceConfig(liveness: route, readiness: route, scoring: route)
        environment.datastore = "blobs"
        return environment
    }

    private func probe(_ base: Int) -> ProbeSettings {
        var probe = ProbeSettings()
        probe.initialDelay = .milliseconds(base * 1500)
        probe.period = .seconds(base * 90)
        probe.timeout = .milliseconds(base)
        probe.successThreshold = base + 1
        probe.failureThreshold = base + 2
        return probe
    }

    private var collector: DataCollector {
        var collector = DataCollector()
        collector.samplingRate = 0.25
        collector.rollingRate = "day"
        collector.captureHeaders = ["x-a", "x-b"]
        var inputs = DataCollector.Collection()
        inputs.enabled = true
        inputs.dataName = "inputs"
        inputs.dataPath = "azureml://x"
        inputs.dataVersion = "1"
        inputs.samplingRate = 0.5
        inputs.clientID = "client"
        collector.collections = ["model_inputs": inputs, "model_outputs": DataCollector.Collection()]
        return collector
    }

    @Test("a deployment with all fields comes back the same")
    func deployment() throws {
        var resource = DeploymentResource(scope: .local, spec: full, state: .scaling, location: "here")
        resource.createdAt = "2024-01-01T00:00:00.000Z"
        resource.modifiedAt = "2024-01-02T00:00:00.000Z"
        resource.warnings = [failure]
        resource.failure = failure
        resource.readyInstances = 2
        let read = try DeploymentResource(json: JSON.parse(resource.json.text()), scope: .local)
        #expect(read.spec == resource.spec)
        #expect(read == resource)
    }

    @Test("a deployment of registered assets comes back the same")
    func registered() throws {
        var spec = DeploymentSpec(name: "blue", endpointName: "shop")
        spec.model = .registered("iris:3")
        spec.environment = .registered("env@latest")
        let resource = DeploymentResource(scope: .local, spec: spec, state: .creating, location: "here")
        #expect(try DeploymentResource(json: resource.json, scope: .local) == resource)
    }

    @Test("what a client relies on is always there")
    func deploymentShape() throws {
        let spec = DeploymentSpec(name: "blue", endpointName: "shop")
        let json = DeploymentResource(scope: .local, spec: spec, state: .succeeded, location: "here").json
        let properties = try #require(json["properties"])
        #expect(properties["scaleSettings"]?["scaleType"] == "Default")
        #expect(properties["requestSettings"]?["requestTimeout"] == "PT5S")
        #expect(properties["requestSettings"]?["maxQueueWait"] == "PT0.500S")
        #expect(properties["livenessProbe"]?["period"] == "PT10S")
        for key in ["environmentVariables", "properties"] {
            #expect(properties[key]?.objectValue?.isEmpty == true, "\(key)")
        }
        #expect(json["tags"]?.objectValue?.isEmpty == true)
        #expect(json["sku"]?["capacity"] == 1)
        #expect(json["id"]?.stringValue?.hasSuffix("/onlineEndpoints/shop/deployments/blue") == true)
    }

    @Test("a wrong type is a BadArgument that names the path")
    func wrongType() {
        let body: JSON = ["name": "blue", "properties": ["livenessProbe": ["period": 5]]]
        let thrown = #expect(throws: Diagnostic.self) {
            try DeploymentResource(json: body, scope: .local, endpoint: "shop")
        }
        #expect(thrown?.code == .badArgument)
        #expect(thrown?.message.contains("properties.livenessProbe.period") == true, "\(thrown?.message ?? "")")
    }

    @Test("the names of the URL win over those in the body")
    func names() throws {
        let body: JSON = ["name": "other", "properties": [:]]
        #expect(try EndpointResource(json: body, scope: .local, name: "shop").spec.name == "shop")
        let read = try DeploymentResource(json: body, scope: .local, endpoint: "shop", name: "blue")
        #expect(read.spec.name == "blue")
        #expect(read.spec.endpointName == "shop")
    }

    @Test("an operation comes back the same, also with several causes")
    func operation() throws {
        var other = failure
        other.message = "and another"
        let all = [
            OperationResource(
                id: "1",
                status: .inProgress,
                version: 2,
                progress: [.init(step: "a"), .init(step: "b", detail: "c")]
            ),
            OperationResource(id: "1", status: .succeeded, version: 3),
            OperationResource(id: "1", status: .failed, version: 4, failure: failure, alsoFailed: [other]),
            OperationResource(id: "1", status: .canceled, version: 5, failure: failure),
        ]
        for resource in all {
            #expect(try OperationResource(json: JSON.parse(resource.json.text())) == resource)
        }
    }

    @Test("an error has the ARM form, and its diagnostics come back")
    func errors() throws {
        var other = failure
        other.message = "and another"
        let json = try JSON.parse(ErrorBody(failure, also: [other]).json.text())
        #expect(json["error"]?["code"]?.stringValue == failure.code.azureCode)
        #expect(json["error"]?["details"]?.arrayValue?.count == 1)
        #expect(ErrorBody.diagnostics(in: json) == [failure, other])
        #expect(ErrorBody.diagnostics(in: [:]) == [])
        #expect(ErrorBody.diagnostics(in: ["error": ["message": "x"]]).map(\.message) == ["x"])
    }
}

@Suite("ISO durations")
struct ISODurationTests {
    @Test("are written as a client can read them", arguments: [(0, "PT0S"), (5000, "PT5S"), (90_500, "PT90.500S")])
    func writes(milliseconds: Int, text: String) {
        #expect(ISODuration.text(.milliseconds(milliseconds)) == text)
        #expect(ISODuration.parse(text) == .milliseconds(milliseconds))
    }

    @Test(
        "are read in every form that ARM writes",
        arguments: [
            ("PT1M30S", 90_000), ("P1D", 86_400_000), ("PT1H", 3_600_000), ("PT0.5S", 500), ("P1DT1S", 86_401_000),
        ]
    )
    func reads(text: String, milliseconds: Int) {
        #expect(ISODuration.parse(text) == .milliseconds(milliseconds))
    }

    @Test("nonsense is none", arguments: ["", "5", "PT", "P", "PT5", "PTS", "P5S", "PT5X", "PT-5S", "PT1.2.3S", "T5S"])
    func refuses(text: String) {
        #expect(ISODuration.parse(text) == nil, "\(text)")
    }
}
