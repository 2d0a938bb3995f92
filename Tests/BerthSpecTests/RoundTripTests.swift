import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthSpec
import BerthTesting
import Testing

/// Every key of the reference, with a value that is not its default.
private let wholeDeployment = """
    $schema: x
    name: blue
    endpoint_name: iris
    type: Managed
    description: 2021-11-02
    tags: {team: a, version: 3.10, on: yes}
    properties: {p: 1.0}
    model:
      name: iris
      version: 007
      path: model/model.pkl
      type: custom_model
      description: d
      tags: {a: b}
      properties: {azureml.unpack: True}
      flavors: {sklearn: {version: 1.0, flag: true, list: [1, x]}}
      stage: Production
      datastore: azureml:store
      system_metadata: {a: 1}
      default_deployment_template: {asset_id: x}
      allowed_deployment_templates: [{asset_id: y}]
    model_mount_path: /var/models
    code_configuration: {code: ./src/, scoring_script: score.py}
    environment:
      name: e
      version: 1
      description: d
      tags: {t: 1}
      properties: {p: 2}
      image: base
      conda_file: ./conda.yml
      os_type: Linux
      inference_config:
        liveness_route: {path: /live, port: 8080}
        readiness_route: {path: /ready, port: "8081"}
        scoring_route: {path: /score, port: 8082}
      datastore: store
    environment_variables: {WORKER_COUNT: 2, DEBUG: true, RATE: 0.50, EMPTY: "", TEXT: "null"}
    instance_type: standard_ds3_v2
    instance_count: "2"
    app_insights_enabled: Yes
    scale_settings: {type: Default, max_instances: 3}
    request_settings: {request_timeout_ms: 180000, max_concurrent_requests_per_instance: 4, max_queue_wait_ms: 100}
    liveness_probe: {initial_delay: 1, period: 2, timeout: 3, success_threshold: 1, failure_threshold: 5}
    readiness_probe: {initial_delay: 6, period: 7, timeout: 8, success_threshold: 9, failure_threshold: 10}
    data_collector:
      sampling_rate: 0.5
      rolling_rate: Day
      collections:
        request: {enabled: "True", sampling_rate: 0.1, client_id: c, data: {name: n, path: azureml://x, version: 2}}
        model_inputs: {enabled: false}
      request_logging: {capture_headers: [x-a, x-b]}
    egress_public_network_access: Disabled
    private_network_connection: true
    package_model: true
    id: ignored
    provisioning_state: Succeeded
    creation_context: {created_at: ignored}

    """

@Suite("Round trips")
struct RoundTripTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch(deploymentFiles) }

    private func deployment(_ text: String) throws -> DeploymentSpec {
        let parsed = SpecReader.deployment(SpecSource(text: text, path: "blue.yml", folder: scratch.root))
        return try #require(parsed.spec, "\(shown(parsed.diagnostics, scratch))")
    }

    @Test("a deployment with every key is written as JSON with the YAML's keys, and read back")
    func deployment() throws {
        let spec = try deployment(wholeDeployment)
        let json = SpecWriter.json(spec)
        #expect(SpecReader.deployment(json: json, .none).spec == spec)
        let text = json.text(.indented).replacing(scratch.root, with: "<folder>")
        #expect(Golden.difference(text, "whole-deployment.json") == nil)
    }

    @Test("texts keep their spelling where they look like numbers or truth values")
    func spelling() throws {
        let spec = try deployment(wholeDeployment)
        #expect(spec.tags == ["team": "a", "version": "3.10", "on": "yes"])
        #expect(
            spec.environmentVariables
                == ["WORKER_COUNT": "2", "DEBUG": "true", "RATE": "0.50", "EMPTY": "", "TEXT": "null"]
        )
        guard case .inline(let model) = spec.model else { return }
        #expect(model.version == "007")
        #expect(spec.description == "2021-11-02")
    }

    @Test("a Kubernetes deployment is read back")
    func kubernetes() throws {
        let text = """
            $schema: https://azuremlschemas.azureedge.net/latest/kubernetesOnlineDeployment.schema.json
            name: blue
            endpoint_name: iris
            model: azureml:/subscriptions/s/resourceGroups/g/providers/x/models/m/versions/1
            environment: azureml://registries/azureml/environments/base/labels/latest
            code_configuration: {code: "azureml:code:1", scoring_script: score.py}
            instance_type: small
            scale_settings: {type: TargetUtilization, min_instances: 2, max_instances: 5}
            resources:
              requests: {cpu: "0.1", memory: 200Mi, nvidia.com/gpu: 1}
              limits: {cpu: 1}
            """
        let spec = try deployment(text)
        #expect(spec.computeType == .kubernetes)
        #expect(spec.model == .registered("/subscriptions/s/resourceGroups/g/providers/x/models/m/versions/1"))
        #expect(SpecReader.deployment(json: SpecWriter.json(spec), .none).spec == spec)
    }

    @Test("an endpoint with every key is written and read back")
    func endpoint() throws {
        let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
        let text = """
            name: iris
            description: d
            tags: {a: 1}
            properties: {berth.preset: azure-2021}
            auth_mode: AADToken
            identity: {type: UserAssigned, user_assigned_identities: [{resource_id: \(id), client_id: c}]}
            traffic: {blue: 100, green: 0}
            mirror_traffic: {green: 10}
            public_network_access: Disabled
            scoring_uri: ignored
            """
        let parsed = SpecReader.endpoint(SpecSource(text: text))
        let spec = try #require(parsed.spec, "\(shown(parsed.diagnostics))")
        #expect(spec.identity == .userAssigned([id]))
        #expect(spec.authMode == .aadToken)
        let json = SpecWriter.json(spec)
        #expect(SpecReader.endpoint(json: json, .none).spec == spec)
        #expect(Golden.difference(json.text(.indented), "whole-endpoint.json") == nil)
    }

    @Test("models, environments and code of their own files are read back")
    func assets() throws {
        let model = "name: m\nversion: 2\npath: mlflow\ntype: mlflow_model\n"
        let first = try #require(SpecReader.model(SpecSource(text: model, folder: scratch.root)).spec)
        #expect(SpecReader.model(json: SpecWriter.json(first), .none).spec == first)
        let environment = "name: e\nbuild: {path: docker}\n"
        let second = try #require(SpecReader.environment(SpecSource(text: environment, folder: scratch.root)).spec)
        #expect(SpecReader.environment(json: SpecWriter.json(second), .none).spec == second)
        #expect(second.build?.path == scratch.path("docker"))
        let code = try #require(SpecReader.code(SpecSource(text: "path: src", folder: scratch.root)).spec)
        #expect(code.path == scratch.path("src"))
        let named = SpecReader.model(SpecSource(text: "path: src", folder: scratch.root), name: "n", version: "3")
        #expect(named.spec?.name == "n")
        #expect(named.spec?.version == "3")
        let old = "name: m\nversion: 1\nlocal_path: model/model.pkl\n"
        #expect(
            SpecReader.model(SpecSource(text: old, folder: scratch.root)).spec?.path == scratch.path("model/model.pkl")
        )
    }

    @Test("a conda file inside of the spec becomes the text of one, with its own spelling")
    func inlineConda() throws {
        let inline = """
            conda_file:
                channels: [conda-forge]
                dependencies:
                  - python=3.10
                  - pip: [numpy==1.20, "a: b"]
                variables: {A: 1.10, B: "yes"}
            """
        let spec = try deployment(goodDeployment.replacing("conda_file: conda.yml", with: inline))
        guard case .inline(let environment) = spec.environment else { return }
        #expect(environment.condaFilePath == nil)
        #expect(Golden.difference(environment.condaFile ?? "", "inline-conda.txt") == nil)
        #expect(SpecReader.deployment(json: SpecWriter.json(spec), .none).spec == spec)
    }

    @Test("a broken conda file is shown in its own lines")
    func brokenConda() throws {
        try scratch.write("conda.yml", Array("dependencies:\n  - pip:\n\t- x\n".utf8))
        let parsed = SpecReader.deployment(SpecSource(text: goodDeployment, path: "blue.yml", folder: scratch.root))
        #expect(Golden.difference(shown(parsed.diagnostics, scratch), "broken-conda.txt") == nil)
        try scratch.write("conda.yml", Array("numpy\nscipy\n".utf8))
        let list = SpecReader.deployment(SpecSource(text: goodDeployment, path: "blue.yml", folder: scratch.root))
        #expect(list.errors.map(\.location?.path) == ["conda.yml"])
    }
}
