import BerthDiagnostics
import BerthSpec
import BerthTesting
import Foundation
import Testing

/// A spec with mistakes, and the golden file that holds what is said about it.
struct MistakeCase: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    var testDescription: String { name }
}

private func changed(_ old: String, _ new: String, _ name: String) -> MistakeCase {
    MistakeCase(name: name, text: goodDeployment.replacingOccurrences(of: old, with: new))
}

private func added(_ lines: String, _ name: String) -> MistakeCase {
    MistakeCase(name: name, text: goodDeployment + lines + "\n")
}

private let deploymentCases: [MistakeCase] = [
    changed("instance_count: 1", "instance_cuont: 1\ninstanceType: x\nconda_file: a.yml\nwheels: 4", "unknown-keys"),
    changed(
        "instance_count: 1",
        "instance_count: two\nscale_settings: []\ntags: [a]\napp_insights_enabled: maybe",
        "types"
    ),
    changed("instance_count: 1", "instance_count: 0\nrequest_settings:\n  request_timeout_ms: 200000", "ranges"),
    changed("instance_count: 1", "instance_count: 010\nmodel_mount_path: var/model", "octal-and-mount"),
    changed("name: blue", "name: 1st_model", "bad-name"),
    changed("name: blue\nendpoint_name: iris", "name: <my-deployment>\nendpoint_name: ab", "placeholder-and-short"),
    changed("name: blue\nendpoint_name: iris\n", "", "missing-names"),
    changed("Standard_DS3_v2", "Standard_DS3v2", "instance-type"),
    changed("Standard_DS3_v2", "standard_ds2_v2", "small-instance-type"),
    changed("instance_type: Standard_DS3_v2\n", "", "no-instance-type"),
    changed("model/model.pkl", "modle/model.pkl", "missing-model"),
    changed("model/model.pkl", "model/weights.bin", "missing-model-file"),
    changed("scoring_script: score.py", "scoring_script: src/score.py", "script-with-folder"),
    changed("scoring_script: score.py", "scoring_script: scoer.py", "script-misspelt"),
    changed("scoring_script: score.py", "scoring_script: ../conda.yml", "script-outside"),
    changed("code: src", "code: src/score.py", "code-is-a-file"),
    changed("conda_file: conda.yml", "conda_file: conda.yaml", "missing-conda"),
    changed("  image: docker.io/library/base:1\n", "", "conda-without-image"),
    changed("conda_file: conda.yml", "build:\n    path: docker", "image-and-build"),
    changed("  image: docker.io/library/base:1\n  conda_file: conda.yml", "  name: mine\n  version: 3", "no-image"),
    changed(
        "conda_file: conda.yml",
        "inference_config:\n    scoring_route:\n      path: score\n      port: 99999\n    liveness_route:\n      path: /",
        "routes"
    ),
    changed("  path: model/model.pkl", "  path: mlflow\n  type: mlflow-model\n  flavour: x", "model-keys"),
    changed("model:\n  path: model/model.pkl", "model: model/model.pkl", "model-as-path"),
    changed("model:\n  path: model/model.pkl", "model: azureml:iris", "model-without-version"),
    changed("model:\n  path: model/model.pkl", "model:\n  name: iris\n  version: 2", "model-without-path"),
    changed("  path: model/model.pkl", "  path: src\n  type: mlflow_model", "no-mlflow-model"),
    changed("code_configuration:\n  code: src\n  scoring_script: score.py\n", "", "nothing-to-run"),
    changed("instance_count: 1", "instance_count: 1\ninstance_count: 2\nname: green", "doubled-keys"),
    changed("instance_count: 1", "environment_variables:\n  A:\n  B: ~\n  C=D: 1\n  E: [1]", "environment-variables"),
    added("liveness_probe:\n  success_threshold: 2\n  period: 0\n  initial_delays: 5\nreadiness_probe: 3", "probes"),
    added("request_settings:\n  max_queue_wait_ms: 1000", "queue-wait"),
    added("scale_settings:\n  type: target_utilization\nresources:\n  requests:\n    cpu: 1", "kubernetes-keys"),
    added(
        "data_collector:\n  sampling_rate: 1.5\n  rolling_rate: weekly\n  collections:\n    request: yes",
        "collector"
    ),
    added("egress_public_network_access: enable", "enum"),
    added("request_settings:\n  max_concurrent_requests_per_instance: 4", "workers"),
    added("- a list", "syntax-list"),
    added("description: a: b", "syntax-colon"),
    added("description: \"open", "syntax-quote"),
    added("tags:\n\tkey: value", "syntax-tab"),
    added("description: @home", "syntax-sign"),
    added("properties: *nothing", "syntax-alias"),
    added("--- \nname: second", "syntax-documents"),
    added("tags: {a: 1", "syntax-brace"),
    MistakeCase(name: "empty", text: "# nothing\n"),
    MistakeCase(name: "a-list", text: "- name: blue\n"),
    MistakeCase(name: "kind-endpoint", text: "$schema: x\nname: iris\nauth_mode: key\n"),
    MistakeCase(name: "kind-compute", text: "name: cpu\ntype: amlcompute\nsize: Standard_DS3_v2\n"),
    MistakeCase(name: "kind-conda", text: "name: env\nchannels: [conda-forge]\ndependencies: [python=3.11]\n"),
    MistakeCase(name: "kind-2021", text: "name: iris\ntype: online\ndeployments: []\n"),
]

private let endpointCases: [MistakeCase] = [
    MistakeCase(name: "endpoint-auth", text: "name: iris\nauth_mode: keys\nauth-mode: key\n"),
    MistakeCase(name: "endpoint-traffic-150", text: "name: iris\ntraffic:\n  blue: 90\n  green: 60\n"),
    MistakeCase(name: "endpoint-traffic-50", text: "name: iris\ntraffic: {blue: 50, x: 0}\n"),
    MistakeCase(name: "endpoint-traffic-types", text: "name: iris\ntraffic:\n  blue: 101\n  green: ten\n  red: -1\n"),
    MistakeCase(
        name: "endpoint-mirror",
        text: "name: iris\ntraffic: {blue: 100}\nmirror_traffic:\n  blue: 10\n  green: 60\n"
    ),
    MistakeCase(name: "endpoint-identity", text: "name: iris\nidentity:\n  type: user_assigned\n  principal: x\n"),
    MistakeCase(
        name: "endpoint-identity-ids",
        text: "name: iris\nidentity:\n  user_assigned_identities:\n    - resource_id: me\n    - id: x\n"
    ),
    MistakeCase(
        name: "endpoint-kubernetes",
        text: "name: iris\ncompute: cluster\nauth_mode: AADToken\npublic_network_access: disabled\n"
    ),
    MistakeCase(name: "endpoint-kind", text: goodDeployment),
    MistakeCase(name: "endpoint-name", text: "name: an_endpoint_with_a_name_that_is_too_long\n"),
]

@Suite("Diagnostics of specs")
struct GoldenDiagnosticsTests {
    @Test("each mistake in a deployment is shown with its line and what to do", arguments: deploymentCases)
    func deployment(mistake: MistakeCase) throws {
        let scratch = try Scratch(deploymentFiles)
        let source = SpecSource(text: mistake.text, path: "blue.yml", folder: scratch.root)
        let parsed = SpecReader.deployment(source)
        #expect(!parsed.diagnostics.isEmpty)
        #expect((parsed.spec == nil) == !parsed.errors.isEmpty)
        #expect(Golden.difference(shown(parsed.diagnostics, scratch), "\(mistake.name).txt") == nil)
    }

    @Test("each mistake in an endpoint is shown with its line and what to do", arguments: endpointCases)
    func endpoint(mistake: MistakeCase) {
        let parsed = SpecReader.endpoint(SpecSource(text: mistake.text, path: "endpoint.yml"))
        #expect(parsed.spec == nil)
        #expect(Golden.difference(shown(parsed.diagnostics), "\(mistake.name).txt") == nil)
    }
}
