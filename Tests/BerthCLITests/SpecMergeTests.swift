import BerthModel
import Testing

@testable import BerthCLI

@Suite("Update with a file")
struct SpecMergeTests {
    private var current: DeploymentSpec {
        var spec = DeploymentSpec(name: "blue", endpointName: "e")
        spec.description = "old"
        spec.environmentVariables = ["A": "1", "B": "2"]
        spec.instanceCount = 3
        spec.requestSettings.requestTimeoutMs = 9000
        spec.code = CodeConfiguration(code: "/old", scoringScript: "score.py")
        return spec
    }

    @Test("keys that the file does not have stay as they are")
    func keeps() {
        let file = DeploymentSpec(name: "blue", endpointName: "e")
        #expect(SpecMerge.deployment(current, with: file) { _ in false } == current)
    }

    @Test("keys of the file replace, maps are merged")
    func replaces() {
        var file = DeploymentSpec(name: "blue", endpointName: "e")
        file.code = CodeConfiguration(code: "/new", scoringScript: "score.py")
        file.environmentVariables = ["B": "3"]
        file.instanceCount = 1
        let merged = SpecMerge.deployment(current, with: file) {
            ["code_configuration", "instance_count"].contains($0)
        }
        var expected = current
        expected.code = file.code
        expected.instanceCount = 1
        expected.environmentVariables = ["A": "1", "B": "3"]
        #expect(merged == expected)
    }

    @Test(
        "a dot in a key of tags or properties belongs to the key",
        arguments: [
            ("properties.berth.preset=a=b", "properties['berth.preset']=a=b"), ("tags.a=1", "tags.a=1"),
            ("properties['x.y']=1", "properties['x.y']=1"), ("request_settings.a.b=1", "request_settings.a.b=1"),
        ]
    )
    func dottedKeys(written: String, meant: String) {
        #expect(SpecInput.withWholeKey(written) == meant)
    }

    @Test("an endpoint keeps its traffic when the file has none")
    func endpoint() {
        var endpoint = EndpointSpec(name: "e")
        endpoint.traffic = ["blue": 100]
        endpoint.tags = ["a": "1"]
        var file = EndpointSpec(name: "e")
        file.description = "new"
        file.tags = ["b": "2"]
        let merged = SpecMerge.endpoint(endpoint, with: file) { ["description", "tags"].contains($0) }
        #expect(merged.traffic == ["blue": 100])
        #expect(merged.tags == ["a": "1", "b": "2"])
        #expect(merged.description == "new")
    }
}
