import BerthDiagnostics
import BerthModel
import BerthSpec
import Testing

@Suite("Deployment specs")
struct DeploymentTests {
    private func source(_ text: String, _ scratch: Scratch) -> SpecSource {
        SpecSource(text: text, path: "blue.yml", folder: scratch.root)
    }

    @Test("the example is read without a word")
    func example() throws {
        let folder = repository + "/examples/diabetes"
        let parsed = SpecReader.deployment(SpecSource(path: folder + "/blue-deployment.yml"))
        #expect(shown(parsed.diagnostics) == "")
        let spec = try #require(parsed.spec)
        #expect(spec.name == "blue")
        #expect(spec.endpointName == "diabetes")
        #expect(spec.code == CodeConfiguration(code: folder + "/onlinescoring", scoringScript: "score.py"))
        guard case .inline(let environment) = spec.environment, case .inline(let model) = spec.model else {
            Issue.record("model and environment are inline")
            return
        }
        #expect(model.path == folder + "/model/sklearn_regression_model.pkl")
        #expect(environment.condaFilePath == folder + "/environment/conda.yml")
        #expect(environment.condaFile?.contains("python=3.11") == true)
        #expect(parsed.positions["environment.conda_file"]?.line == 12)
        #expect(SpecReader.endpoint(SpecSource(path: folder + "/endpoint.yml")).spec?.name == "diabetes")
    }

    @Test("what is not written has the documented default")
    func defaults() throws {
        let scratch = try Scratch(deploymentFiles)
        let spec = try #require(SpecReader.deployment(source(goodDeployment, scratch)).spec)
        #expect(spec.requestSettings.requestTimeoutMs == 5000)
        #expect(spec.requestSettings.maxConcurrentRequestsPerInstance == 1)
        #expect(spec.livenessProbe.initialDelay == .seconds(10))
        #expect(spec.readinessProbe.failureThreshold == 30)
        #expect(!spec.appInsightsEnabled)
        #expect(spec.egressPublicNetworkAccess)
        #expect(spec.scaleSettings == .default)
    }

    @Test("a flag goes before the file's value")
    func flags() throws {
        let scratch = try Scratch(deploymentFiles)
        let parsed = SpecReader.deployment(source(goodDeployment, scratch), name: "green", endpointName: "other")
        #expect(parsed.spec?.name == "green")
        #expect(parsed.spec?.endpointName == "other")
    }
}
