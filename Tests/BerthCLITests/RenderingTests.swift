import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthOutput
import BerthTesting
import Testing

@testable import BerthCLI

@Suite("What is printed")
struct RenderingTests {
    private var endpoint: EndpointResource {
        var spec = EndpointSpec(name: "diabetes")
        spec.description = "progression"
        spec.traffic = ["blue": 100]
        var resource = EndpointResource(scope: .local, spec: spec, state: .succeeded, location: "local")
        resource.scoringURI = "http://localhost:8100/score"
        resource.openapiURI = "http://localhost:8100/swagger.json"
        return resource
    }

    private func deployment(_ name: String) -> DeploymentResource {
        var spec = DeploymentSpec(name: name, endpointName: "diabetes")
        spec.code = CodeConfiguration(code: "/w/onlinescoring", scoringScript: "score.py")
        spec.model = .inline(ModelSpec(path: "/w/model.pkl"))
        spec.instanceType = "Standard_DS3_v2"
        var resource = DeploymentResource(scope: .local, spec: spec, state: .succeeded, location: "local")
        resource.readyInstances = 1
        return resource
    }

    @Test(
        "endpoints and deployments are shown with the keys of the files",
        arguments: [OutputFormat.json, .yaml, .table, .tsv]
    )
    func resources(format: OutputFormat) {
        let shown = endpoint.withAllShares([deployment("blue"), deployment("green")])
        let one = format.render(ResourceView.json(shown))
        #expect(Golden.difference(one, "output/endpoint-show.\(format.rawValue)") == nil)
        let list = format.render(
            .array([ResourceView.json(deployment("blue")), ResourceView.json(deployment("green"))])
        )
        #expect(Golden.difference(list, "output/deployment-list.\(format.rawValue)") == nil)
        let old = format.render(ResourceView.json(endpoint, deployments: [deployment("blue")]))
        #expect(Golden.difference(old, "output/endpoint-2021-show.\(format.rawValue)") == nil)
    }

    @Test(
        "an answer other than 200 is explained",
        arguments: [
            (424, "Model Error; original-code=500", "model", "{\"message\": \"boom\"}"),
            (
                404, "Not Found", "gateway",
                "{\"error\": {\"code\": \"NotFound\", \"message\": \"no deployment has traffic\"}}"
            ),
            (408, "Request Timeout", "gateway", "upstream request timeout"),
            (413, "Payload Too Large", "client", ""),
            (429, "Too many pending requests", "gateway", "{\"error\": {\"message\": \"2 of 2 in flight\"}}"),
        ]
    )
    func scoring(status: Int, reason: String, layer: String, body: String) {
        let answer = ScoringAnswer(
            status: status,
            reason: reason,
            headers: ["x-berth-layer": layer, "azureml-model-deployment": "blue", "x-ms-request-id": "r-1"],
            body: Array(body.utf8)
        )
        let failure = ScoringFailure(answer: answer, endpoint: "diabetes", program: "berth", localFlag: " --local")
        #expect(Golden.difference(failure.diagnostic.text(), "errors/scoring-\(status).txt") == nil)
    }

    @Test("values of environment variables are not traced")
    func secrets() {
        let body: JSON = ["properties": ["environmentVariables": ["TOKEN": "s3cret"], "model": "m"]]
        let lines = RequestTrace.lines(
            .request(method: "PUT", url: "/x", clientRequestID: "id-1", body: body),
            isDebug: true
        )
        #expect(lines.joined().contains("TOKEN"))
        #expect(!lines.joined().contains("s3cret"))
        #expect(lines.contains("debug:   x-ms-client-request-id: id-1"))
    }

    @Test("request ids are random UUIDs of version 4")
    func requestIDs() {
        let id = RequestID.make()
        #expect(id != RequestID.make())
        #expect(id.count == 36)
        #expect(id.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
        #expect(Array(id)[14] == "4")
    }

    @Test("a missing name is answered with the nearest one, or with all")
    func suggestions() {
        let missing = Diagnostic(.resourceNotFound, .endpointNotFound, "endpoint `diabets` does not exist")
        let near = ControlSession.suggesting(missing, "diabets", ["iris", "diabetes"], plural: "endpoints")
        #expect(near.help == ["did you mean `diabetes`?"])
        let far = ControlSession.suggesting(missing, "zzzzzzzz", ["iris", "diabetes"], plural: "endpoints")
        #expect(far.help == ["endpoints: `diabetes`, `iris`"])
    }

    @Test("several failures end with one JSON object for machines")
    func failures() {
        let first = Diagnostic(.containerCrashed, .userScriptImportError, "score.py imports `xgboost`")
        let second = Diagnostic(.notEnoughDisk, .diskFull, "the disk is full")
        let error = FailureReport.json(first, also: [second])["error"]
        #expect(error?["code"]?.stringValue == "ResourceNotReady")
        #expect(error?["diagnosis"]?["reason"]?.stringValue == "UserScriptImportError")
        #expect(error?["also"]?[0]?["code"]?.stringValue == "ERR_1350")
    }
}
