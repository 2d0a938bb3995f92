import BerthArtifacts
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthStore
import Foundation
import Testing

@testable import BerthControl

@Suite("Registered assets")
struct AssetRegistryTests {
    private let registry: AssetRegistry
    private let key = AssetKey(workspace: "shop", kind: .model, name: "answers")

    init() throws { registry = AssetRegistry(store: try Store(path: nil)) { 1_700_000_000 } }

    private func model(_ uri: String, archived: Bool = false, anonymous: Bool = false) -> JSON {
        ["modelUri": .string(uri), "isArchived": .bool(archived), "isAnonymous": .bool(anonymous)]
    }

    @Test("a version keeps its content: the same again is the same, another is a conflict")
    func contentIsFixed() async throws {
        let (made, isNew) = try await registry.put(model("azureml://a/Paths/x"), version: "1", of: key)
        #expect(isNew && made.body["flavors"] == [:] && made.body["tags"] == [:])
        let (_, again) = try await registry.put(model("azureml://a/paths/x"), version: "1", of: key)
        #expect(!again)
        let refusal = await #expect(throws: Diagnostic.self) {
            try await registry.put(model("azureml://a/paths/y"), version: "1", of: key)
        }
        #expect(refusal?.code == .conflict)
        #expect(refusal?.message.hasPrefix("Asset paths cannot be updated") == true)
    }

    @Test("words about a version may change")
    func wordsChange() async throws {
        _ = try await registry.put(model("u"), version: "1", of: key)
        var body = model("u")
        body["description"] = "better"
        body["tags"] = ["a": 1, "b": .null]
        _ = try await registry.put(body, version: "1", of: key)
        let found = try await registry.version("1", of: key)
        #expect(found.body["description"] == "better" && found.body["tags"] == ["a": "1"])
    }

    @Test("the next version is one more than the highest number there was, also when that is gone")
    func nextVersion() async throws {
        for version in ["1", "7", "beta"] { _ = try await registry.put(model("u"), version: version, of: key) }
        #expect(try await registry.asset(key).next == "8")
        #expect(try await registry.asset(key).latest == "beta")
        #expect(try await registry.delete(version: "7", of: key))
        #expect(try await registry.delete(version: "7", of: key) == false)
        #expect(try await registry.asset(key).next == "8")
    }

    @Test("archived versions are neither listed nor the newest, and come back")
    func archive() async throws {
        for version in ["1", "2"] { _ = try await registry.put(model("u"), version: version, of: key) }
        _ = try await registry.put(model("u", archived: true), version: "2", of: key)
        func listed(_ view: AssetView) async throws -> [String] {
            try await registry.versions(of: key, view, offset: 0, limit: 10).map(\.version)
        }
        #expect(try await listed(.active) == ["1"])
        #expect(try await listed(.archived) == ["2"])
        #expect(try await listed(.all) == ["2", "1"])
        #expect(try await registry.latest(of: key).version == "1")
        _ = try await registry.put(model("u"), version: "2", of: key)
        #expect(try await registry.latest(of: key).version == "2")
    }

    @Test("code is found by its content in the whole workspace, and in no other")
    func hash() async throws {
        let code = AssetKey(workspace: "shop", kind: .code, name: "a")
        let body: JSON = ["codeUri": "https://x", "isAnonymous": true, "properties": ["hash_sha256": "ABC"]]
        _ = try await registry.put(body, version: "1", of: code)
        #expect(try await registry.versions(.code, in: "shop", contentHash: "abc").map(\.key.name) == ["a"])
        #expect(try await registry.versions(.code, in: "other", contentHash: "abc").isEmpty)
        #expect(try await registry.versions(.model, in: "shop", contentHash: "abc").isEmpty)
    }

    @Test("anonymous assets are not listed")
    func anonymous() async throws {
        _ = try await registry.put(model("u", anonymous: true), version: "1", of: key)
        #expect(try await registry.assets(.model, in: "shop", .all, after: "", limit: 10).isEmpty)
    }

    @Test(
        "bodies that are no asset are refused",
        arguments: [
            JSON.null, [:], ["modelUri": ""], ["modelUri": 1], ["modelUri": "u", "tags": []],
            ["modelUri": "u", "modelType": "other"], ["modelUri": "u", "isArchived": "yes"],
            ["modelUri": "u", "description": 1],
        ]
    )
    func badBodies(body: JSON) async throws {
        let refusal = await #expect(throws: Diagnostic.self) {
            try await registry.put(body, version: "1", of: key)
        }
        #expect(refusal?.code == .badArgument)
    }

    @Test("names that are none are refused", arguments: ["", "..", ".a", "a/b", "a b", "ü", "a\u{0}"])
    func badNames(name: String) async throws {
        let named = AssetKey(workspace: "shop", kind: .model, name: name)
        await #expect(throws: Diagnostic.self) { try await registry.put(model("u"), version: "1", of: named) }
        await #expect(throws: Diagnostic.self) { try await registry.put(model("u"), version: name, of: key) }
    }

    @Test("an environment has an image or a build, not both")
    func environments() async throws {
        let plain = AssetKey(workspace: "shop", kind: .environment, name: "plain")
        for body: JSON in [
            [:], ["image": "a", "build": ["contextUri": "u"]], ["build": [:]], ["image": "a", "condaFile": 1],
        ] {
            await #expect(throws: Diagnostic.self) { try await registry.put(body, version: "1", of: plain) }
        }
        _ = try await registry.put(["image": "a"], version: "1", of: plain)
        await #expect(throws: Diagnostic.self) { try await registry.put(["image": "b"], version: "1", of: plain) }
    }

    @Test("a missing one names its neighbours")
    func neighbours() async throws {
        _ = try await registry.put(model("u"), version: "1", of: key)
        let version = await #expect(throws: Diagnostic.self) { try await registry.version("3", of: key) }
        #expect(version?.evidence.first?.text == "1")
        let near = AssetKey(workspace: "shop", kind: .model, name: "answer")
        let name = await #expect(throws: Diagnostic.self) { try await registry.latest(of: near) }
        #expect(name?.help == ["did you mean `answers`?"])
    }
}

@Suite("Where assets lie")
struct AssetURITests {
    @Test(
        "all spellings of a blob and of a datastore are read",
        arguments: [
            (
                "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/workspaceblobstore/paths/a/b/",
                AssetURI.datastore(workspace: "w", name: "workspaceblobstore", path: "a/b")
            ),
            ("azureml://datastores/d/paths/a", .datastore(workspace: nil, name: "d", path: "a")),
            ("https://st1.blob.core.windows.net/c/a/b", .blob(account: "st1", container: "c", path: "a/b")),
            ("https://h:1/store/st1.blob.x.y/c/a?sig=1", .blob(account: "st1", container: "c", path: "a")),
            ("https://h:1/store/c/LocalUpload/a", .blob(account: nil, container: "c", path: "LocalUpload/a")),
        ]
    )
    func read(text: String, uri: AssetURI) throws { #expect(try AssetURI(text) == uri) }

    @Test(
        "what this server cannot reach is refused",
        arguments: [
            "", "runs:/r/model", "/etc/passwd", "file:///etc", "https://example.com/a", "azureml://jobs/j/outputs/o",
        ]
    )
    func refuse(text: String) {
        #expect(throws: Diagnostic.self) { try AssetURI(text) }
    }

    @Test(
        "all spellings of a reference are read",
        arguments: [
            ("azureml:m:1", AssetReference.workspace(nil, name: "m", .exact("1"))),
            ("m@latest", .workspace(nil, name: "m", .label("latest"))),
            (
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/models/m/versions/2",
                .workspace("w", name: "m", .exact("2"))
            ),
            (
                "azureml:/subscriptions/s/workspaces/w/models/m/labels/latest",
                .workspace("w", name: "m", .label("latest"))
            ),
            ("/registries/r/models/m/versions/2", .registry("r", name: "m", .exact("2"))),
        ]
    )
    func reference(text: String, reference: AssetReference) throws {
        #expect(try AssetReference(text, kind: "model") == reference)
    }

    @Test("what is no reference is refused", arguments: ["", "m", ":", "@latest", "/subscriptions/s", "/models/m"])
    func noReference(text: String) {
        #expect(throws: Diagnostic.self) { try AssetReference(text, kind: "model") }
    }
}

@Suite("Curated environments")
struct CuratedEnvironmentTests {
    @Test("an administrator's rows come on top of the built-in ones")
    func rows() throws {
        let file = "/tmp/bc-curated-\(UUID().uuidString.prefix(8)).json"
        try Data(#"{"ours": {"image": "registry/ours:1"}, "sklearn-1.5": {"image": "x", "conda_file": "y"}}"#.utf8)
            .write(to: URL(filePath: file))
        defer { unlink(file) }
        let table = try CuratedEnvironments(file: file)
        #expect(try table.spec(named: "Ours").image == "registry/ours:1")
        #expect(try table.spec(named: "sklearn-1.5").condaFile == "y")
        #expect(try table.spec(named: "minimal-py312-inference").condaFile?.contains("python=3.12") == true)
        let unknown = #expect(throws: Diagnostic.self) { try table.spec(named: "sklearn-1.6") }
        #expect(unknown?.help.first?.hasPrefix("did you mean `sklearn-1.") == true)
        try Data("{".utf8).write(to: URL(filePath: file))
        #expect(throws: Diagnostic.self) { try CuratedEnvironments(file: file) }
    }
}
