import BerthDiagnostics
import BerthModel
import BerthSpec
import BerthTesting
import Testing

@Suite("Overrides")
struct OverrideTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch(deploymentFiles) }

    private func read(_ overrides: SpecOverrides, _ text: String = goodDeployment) throws -> Parsed<DeploymentSpec> {
        SpecReader.deployment(SpecSource(text: text, path: "blue.yml", folder: scratch.root), overrides)
    }

    @Test("values are set at any depth, before the check")
    func set() throws {
        let text = goodDeployment.replacingName(with: "<my-deployment>")
        let parsed = try read(
            SpecOverrides(set: [
                "name=green", "request_settings.request_timeout_ms=9000", "instance_count=3",
                "tags={\"team\": \"a\", \"year\": 2021}", "environment_variables['A.B']=1.0",
                "environment.tags.x=a=b", "description=yes",
            ]),
            text
        )
        let spec = try #require(parsed.spec, "\(shown(parsed.diagnostics))")
        #expect(spec.name == "green")
        #expect(spec.requestSettings.requestTimeoutMs == 9000)
        #expect(spec.instanceCount == 3)
        #expect(spec.tags == ["team": "a", "year": "2021"])
        #expect(spec.environmentVariables == ["A.B": "1.0"])
        #expect(spec.description == "yes")
        guard case .inline(let environment) = spec.environment else { return }
        #expect(environment.tags == ["x": "a=b"])
    }

    @Test("with forceString, what looks like JSON is a text")
    func forceString() throws {
        let overrides = SpecOverrides(set: ["description={\"a\": 1}", "instance_count=2"], forceString: true)
        let spec = try #require(try read(overrides).spec)
        #expect(spec.description == "{\"a\": 1}")
        #expect(spec.instanceCount == 2)
    }

    @Test("lists and mappings are added to, and removed from")
    func addAndRemove() throws {
        let text =
            goodDeployment + "tags: {a: 1, b: 2}\ndata_collector:\n  request_logging:\n    capture_headers: [x, y]\n"
        let parsed = try read(
            SpecOverrides(
                add: [
                    ["data_collector.request_logging.capture_headers", "z"], ["tags", "c=3"], ["properties", "p=q"],
                ],
                remove: [["tags.a"], ["data_collector.request_logging.capture_headers", "0"], ["instance_count"]]
            ),
            text
        )
        let spec = try #require(parsed.spec, "\(shown(parsed.diagnostics))")
        #expect(spec.tags == ["b": "2", "c": "3"])
        #expect(spec.properties == ["p": "q"])
        #expect(spec.dataCollector?.captureHeaders == ["y", "z"])
        #expect(spec.instanceCount == 1)
    }

    @Test("a list's element is found by index and by a key's value")
    func elements() throws {
        let text = "name: iris\nidentity:\n  type: user_assigned\n  user_assigned_identities:\n    - resource_id: a\n"
        let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
        for path in ["[0]", "[resource_id=a]"] {
            let overrides = SpecOverrides(set: ["identity.user_assigned_identities\(path).resource_id=\(id)"])
            let spec = SpecReader.endpoint(SpecSource(text: text), overrides).spec
            #expect(spec?.identity == .userAssigned([id]))
        }
    }

    @Test("a mistake names the argument")
    func mistakes() throws {
        let parsed = try read(
            SpecOverrides(
                set: [
                    "instance_count", "=1", "a..b=1", "instance_count=0", "name.first=x", "tags[0]=x",
                    "instance_typ=Standard_DS3_v2", "model.path=nowhere.pkl", "environment.image[3].x=1",
                ],
                add: [["tags"], ["name", "x"], ["environment", "[1]"]],
                remove: [["wheels"], ["tags", "x"], ["model.name"], []]
            )
        )
        #expect(parsed.spec == nil)
        #expect(Golden.difference(shown(parsed.diagnostics, scratch), "override-mistakes.txt") == nil)
    }

    @Test("a stored deployment is changed without its files")
    func stored() throws {
        let stored: DeploymentSpec
        do {
            let scratch = try Scratch(deploymentFiles)
            let source = SpecSource(text: goodDeployment, folder: scratch.root)
            stored = try #require(SpecReader.deployment(source).spec)
        }
        let json = SpecWriter.json(stored)
        let changed = SpecReader.deployment(
            json: json,
            SpecOverrides(set: ["request_settings.request_timeout_ms=9000"])
        )
        var expected = stored
        expected.requestSettings.requestTimeoutMs = 9000
        #expect(changed.spec == expected, "\(shown(changed.diagnostics))")
        let inline = SpecReader.deployment(
            json: json,
            SpecOverrides(set: ["environment.conda_file={\"dependencies\": [\"python=3.12\"]}"])
        )
        guard case .inline(let environment) = inline.spec?.environment else {
            Issue.record("\(shown(inline.diagnostics))")
            return
        }
        #expect(environment.condaFile == "dependencies:\n- \"python=3.12\"\n")
        #expect(environment.condaFilePath == nil)
        let wrong = SpecReader.deployment(json: json, SpecOverrides(set: ["instance_count=x", "model.path=/no/where"]))
        #expect(wrong.spec == nil)
        #expect(wrong.errors.map(\.location?.path) == ["--set instance_count=x", "--set model.path=/no/where"])
    }
}

extension String {
    fileprivate func replacingName(with name: String) -> String {
        split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0 == "name: blue" ? "name: \(name)" : String($0) }.joined(separator: "\n")
    }
}
