import BerthDiagnostics
import BerthModel
import BerthSpec
import BerthTesting
import Testing

@Suite("Specs of 2021")
struct Endpoint2021Tests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch(deploymentFiles) }

    private func read(_ text: String) -> Parsed<Endpoint2021> {
        SpecReader.endpoint2021(SpecSource(text: text, path: "endpoint.yml", folder: scratch.root))
    }

    @Test("the example of the 2021 form says the same as the files of today")
    func example() throws {
        let folder = repository + "/examples/diabetes"
        let parsed = SpecReader.endpoint2021(SpecSource(path: folder + "/endpoint-2021.yml"))
        let spec = try #require(parsed.spec, "\(shown(parsed.diagnostics))")
        let today = try #require(SpecReader.deployment(SpecSource(path: folder + "/blue-deployment.yml")).spec)
        var deployment = try #require(spec.deployments.first)
        #expect(deployment.reservedInstanceCount == 1)
        deployment.reservedInstanceCount = nil
        guard case .inline(var model) = deployment.model, case .inline(var environment) = deployment.environment else {
            Issue.record("model and environment are inline")
            return
        }
        #expect(model.name == "diabetes-regression")
        #expect(model.version == "1")
        (model.name, model.version, environment.name, environment.version) = (nil, nil, nil, nil)
        deployment.model = .inline(model)
        deployment.environment = .inline(environment)
        #expect(deployment == today)
        #expect(spec.traffic == ["blue": 100])
        #expect(spec.endpoint.traffic.isEmpty)
        #expect(parsed.positions["deployments[0].code_configuration.scoring_script"]?.line == 17)
    }

    @Test("the map form of December 2020 is read")
    func mapForm() throws {
        let text = """
            name: iris
            auth_mode: AMLToken
            allow_public_access: no
            traffic: {blue: 90, green: 10}
            deployments:
              blue:
                model:
                  name: iris
                  version: 1
                  asset_path: model/model.pkl
                code_configuration:
                  code: {directory: src}
                  scoring_script: score.py
                environment:
                  path: .
                  conda_file: file:conda.yml
                  docker: {image: base}
                sku: Standard_F4s_v2
                scale_settings: {scale_type: Manual, instance_count: 2, min_instances: 1, max_instances: 4}
                liveness_probe: {initial_delay_seconds: 30, period_seconds: 5, timeout_seconds: 3}
              green:
                model: azureml:iris:2
                code_configuration:
                  code: {local_path: file:src}
                  scoring_script: score.py
                environment: azureml:base:1
                sku: Standard_F4s_v2
                scale_settings: {scale_type: manual, instance_count: 1}
            """
        let parsed = read(text)
        let spec = try #require(parsed.spec, "\(shown(parsed.diagnostics, scratch))")
        #expect(spec.endpoint.authMode == .amlToken)
        #expect(!spec.endpoint.publicNetworkAccess)
        #expect(spec.deployments.map(\.name) == ["blue", "green"])
        let blue = spec.deployments[0]
        #expect(blue.endpointName == "iris")
        #expect(blue.instanceType == "Standard_F4s_v2")
        #expect(blue.instanceCount == 2)
        #expect(blue.reservedInstanceCount == 4)
        #expect(blue.livenessProbe.initialDelay == .seconds(30))
        #expect(blue.livenessProbe.period == .seconds(5))
        #expect(blue.code?.code == scratch.path("src"))
        #expect(spec.deployments[1].code?.code == scratch.path("src"))
        #expect(spec.deployments[1].model == .registered("iris:2"))
        #expect(spec.deployments[1].environment == .registered("base:1"))
    }

    @Test("files that are named with `file:` are read in their own folder")
    func nestedFiles() throws {
        let nested = try Scratch(
            deploymentFiles.merging([
                "assets/env.yml": "name: e\nversion: 1\nconda_file: file:../conda.yml\ndocker: {image: base}\n",
                "assets/code.yml": "name: c\nversion: 1\nlocal_path: ../src\n",
                "assets/model.yml": "name: m\nversion: 1\nlocal_path: ../model/modle.pkl\n",
            ]) { $1 }
        )
        let text = """
            name: iris
            deployments:
              - name: blue
                model: file:assets/model.yml
                code_configuration: {code: "file:assets/code.yml", scoring_script: score.py}
                environment: file:./assets/env.yml
                instance_type: Standard_F4s_v2
            """
        let source = SpecSource(text: text, path: "endpoint.yml", folder: nested.root)
        let parsed = SpecReader.endpoint2021(source)
        #expect(Golden.difference(shown(parsed.diagnostics, nested), "2021-nested-file.txt") == nil)
        try nested.write("model/modle.pkl", [])
        let spec = try #require(SpecReader.endpoint2021(source).spec)
        #expect(spec.deployments.first?.code?.code == nested.path("src"))
    }

    @Test("AKS: target, resources and automatic scale become those of Kubernetes")
    func kubernetes() throws {
        let text = """
            name: iris
            target: azureml:cluster
            deployments:
              - name: blue
                model: azureml:iris:2
                environment: azureml:base:1
                code_configuration: {code: "azureml:code:3", scoring_script: score.py}
                scale_settings: {scale_type: auto, min_instances: 1, max_instances: 3, polling_interval: 5}
                resource_requirements: {cpu: 1.5, memory_in_gb: 0.5, gpu: 1, cpu_cores_limit: 2}
            """
        let parsed = read(text)
        let spec = try #require(parsed.spec, "\(shown(parsed.diagnostics, scratch))")
        #expect(spec.endpoint.compute == "azureml:cluster")
        let blue = spec.deployments[0]
        #expect(blue.computeType == .kubernetes)
        #expect(blue.code?.code == "code:3")
        #expect(blue.resources?.requests == ["cpu": "1.5", "memory": "0.5Gi", "nvidia.com/gpu": "1"])
        #expect(blue.resources?.limits == ["cpu": "2"])
        let scale = ScaleSettings.targetUtilization(minInstances: 1, maxInstances: 3, percent: 70, pollingInterval: 5)
        #expect(blue.scaleSettings == scale)
    }

    @Test("a deployment file of that time is read as a deployment")
    func deploymentFile() throws {
        let text = """
            name: green
            endpoint_name: iris
            model: {name: m, version: 1, path: a/b, datastore: azureml:store}
            code_configuration: {code: {local_path: src}, scoring_script: score.py}
            environment: {name: e, version: 1, docker: {build: {dockerfile: "file:docker/Dockerfile"}}, inference_config: {
              liveness_route: {path: /, port: 80}, readiness_route: {path: /, port: 80},
              scoring_route: {path: /score, port: 80}}}
            instance_type: Standard_F4s_v2
            scale_settings: {scale_type: manual, instance_count: 1}
            """
        let parsed = SpecReader.deployment(SpecSource(text: text, folder: scratch.root))
        let spec = try #require(parsed.spec, "\(shown(parsed.diagnostics, scratch))")
        guard case .inline(let environment) = spec.environment, case .inline(let model) = spec.model else { return }
        #expect(environment.build == .init(path: scratch.path("docker"), dockerfilePath: "Dockerfile"))
        #expect(model.path == "azureml://datastores/store/paths/a/b")
    }

    @Test("mistakes are shown where they were written")
    func mistakes() {
        let text = """
            name: iris
            type: online
            traffic: {blue: 60, gren: 40}
            deployment_list: []
            deployments:
              - name: blue
                model: {name: m, version: 1, local_path: model/modle.pkl}
                code_configuration: {code: {local_path: srcs}, scoring_script: score.py}
                environment: {name: e, version: 1, docker: {build: {dockerfile: FROM x}}}
                scale_settings: {scale_type: manual, min_instances: 3, max_instances: 2}
                liveness_probe: {periods: 3}
              - name: blue
                model: azureml:m:1
                environment: azureml:e:1
                instance_type: Standard_F4
                scale_settings: {scale_type: auto, instance_count: 1}
              - model: azureml:m:1
                environment: azureml:e:1
                instance_type: Standard_F4s_v2
            """
        let parsed = read(text)
        #expect(parsed.spec == nil)
        #expect(Golden.difference(shown(parsed.diagnostics, scratch), "2021-mistakes.txt") == nil)
    }

    @Test("a file of today without deployments is accepted, a batch endpoint is not")
    func otherForms() throws {
        #expect(read("name: iris\nauth_mode: key\n").spec?.deployments.isEmpty == true)
        #expect(read("name: iris\ntype: batch\n").spec == nil)
        #expect(read(goodDeployment).errors.count == 1)
        let named = SpecReader.endpoint2021(SpecSource(text: "auth_mode: key"), name: "given")
        #expect(named.spec?.endpoint.name == "given")
    }
}
