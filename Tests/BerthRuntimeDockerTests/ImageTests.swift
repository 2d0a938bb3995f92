import BerthDiagnostics
import BerthModel
import Foundation
import NIOCore
import Testing

@testable import BerthRuntimeDocker

@Suite("Images and registries")
struct ImageTests {
    @Test(
        "names are taken apart as engines do it",
        arguments: [
            ("python", "docker.io", "library/python", nil, "latest"),
            ("team/model:v7", "docker.io", "team/model", "v7", "v7"),
            ("localhost/x:1", "localhost", "x", "1", "1"),
            ("127.0.0.1:5000/a/b", "127.0.0.1:5000", "a/b", nil, "latest"),
            ("mcr.microsoft.com/azureml/minimal:latest", "mcr.microsoft.com", "azureml/minimal", "latest", "latest"),
            (
                "r.io/x@sha256:\(String(repeating: "a", count: 64))", "r.io", "x", nil,
                "sha256:\(String(repeating: "a", count: 64))"
            ),
        ] as [(String, String, String, String?, String)]
    )
    func names(text: String, registry: String, repository: String, tag: String?, wanted: String) throws {
        let reference = try #require(ImageReference(text))
        #expect(reference.registry == registry)
        #expect(reference.repository == repository)
        #expect(reference.tag == tag)
        #expect(reference.wanted == wanted)
    }

    @Test(
        "what is no name is refused",
        arguments: ["", "Upper/Case", "a b", "x:", "r.io//x", "x@sha256:12", "x:tag with"]
    )
    func noNames(text: String) { #expect(ImageReference(text) == nil) }

    @Test("only this machine's registries may speak plain http")
    func loopback() {
        #expect(ImageReference("localhost:5000/x")?.isOnLoopback == true)
        #expect(ImageReference("127.0.0.1:5000/x")?.isOnLoopback == true)
        #expect(ImageReference("localhost.example.com/x")?.isOnLoopback == false)
    }

    @Test("a challenge's parameters are read")
    func challenge() {
        let values = RegistryClient.parameters(#"realm="https://a/token?x=1",service="r",scope="repository:a:pull""#)
        #expect(values == ["realm": "https://a/token?x=1", "service": "r", "scope": "repository:a:pull"])
        #expect(RegistryClient.parameters("realm=plain, service=\"two\"") == ["realm": "plain", "service": "two"])
    }

    @Test(
        "each answer of a registry has a reason of its own",
        arguments: [
            (RegistryAnswer.noRepository, Reason.imageNotFound), (.noTag(others: ["v1"]), .imageNotFound),
            (.unauthorized(isAnonymous: true, words: "401"), .imagePullUnauthorized),
            (.unreachable(words: "refused"), .registryUnreachable),
            (.untrusted(words: "CERTIFICATE"), .registryUntrusted),
            (.present(platforms: ["linux/arm64"]), .imageArchitectureMismatch),
        ]
    )
    func answers(answer: RegistryAnswer, reason: Reason) throws {
        let reference = try #require(ImageReference("r.io/team/model:v2"))
        let found = RegistryWords.diagnostic(answer, reference, machine: "linux/amd64", identity: nil)
        #expect(found?.reason == reason)
        #expect(found?.code == .imageDownloadFailed)
        #expect(found?.help.isEmpty == false)
    }

    @Test("an image for this machine among others is no obstacle")
    func present() throws {
        let reference = try #require(ImageReference("r.io/team/model:v2"))
        for platforms in [[], ["linux/arm64", "linux/amd64"]] {
            #expect(
                RegistryWords.diagnostic(
                    .present(platforms: platforms),
                    reference,
                    machine: "linux/amd64",
                    identity: nil
                )
                    == nil
            )
        }
    }

    /// Recorded from dockerd 20.10.24.
    @Test(
        "what the engine says about a failed pull is told apart",
        arguments: [
            ("manifest for r.io/x:1 not found: manifest unknown", Reason.imageNotFound),
            (
                "pull access denied for r.io/x, repository does not exist or may require 'docker login': denied",
                .imagePullUnauthorized
            ),
            ("unauthorized: identity unknown", .imagePullUnauthorized),
            ("no basic auth credentials", .imagePullUnauthorized),
            ("dial tcp 127.0.0.1:1: connect: connection refused", .registryUnreachable),
            ("lookup h on 1.1.1.1: no such host", .registryUnreachable),
            ("x509: certificate signed by unknown authority", .registryUntrusted),
            ("no matching manifest for linux/amd64 in the manifest list entries", .imageArchitectureMismatch),
        ]
    )
    func pulls(message: String, reason: Reason) throws {
        #expect(RegistryWords.pullFailed(message, try #require(ImageReference("r.io/x:1"))).reason == reason)
    }

    @Test(
        ".dockerignore: the last rule that matches decides",
        arguments: [
            ("a.pyc", true), ("deep/er/a.pyc", true), ("keep.pyc", false), ("data/x", true), ("data/sub/y", true),
            ("src/data", false), ("README.md", true), ("src/README.md", false),
        ]
    )
    func ignore(path: String, isExcluded: Bool) {
        let rules = IgnoreRules(text: "# no\n**/*.pyc\n!keep.pyc\n/data\nREADME.md\n")
        #expect(rules.excludes(path) == isExcluded)
    }

    @Test("a context's digest is of names, modes and contents; its archive is read by tar")
    func context() async throws {
        let folder = "/tmp/berth-context-\(UUID().uuidString)"
        defer { removeFolder(folder) }
        let long = String(repeating: "long/", count: 30) + "file"
        try FileManager.default.createDirectory(
            atPath: folder + "/" + long.dropLast(5),
            withIntermediateDirectories: true
        )
        for (name, text) in [("Dockerfile", "FROM x\n"), ("a.txt", "one"), (long, "two"), (".dockerignore", "a.txt\n")]
        {
            try Data(text.utf8).write(to: URL(filePath: folder + "/" + name))
        }
        let context = try BuildContext(folder: folder, dockerfile: "Dockerfile")
        #expect(!context.entries.contains { $0.path == "a.txt" })
        let digest = try context.digest()
        try Data("other".utf8).write(to: URL(filePath: folder + "/a.txt"))
        #expect(try BuildContext(folder: folder, dockerfile: "Dockerfile").digest() == digest)
        try Data("three".utf8).write(to: URL(filePath: folder + "/" + long))
        #expect(try BuildContext(folder: folder, dockerfile: "Dockerfile").digest() != digest)
        var archive = Data()
        for await chunk in try BuildContext(folder: folder, dockerfile: "Dockerfile").archive() {
            archive.append(contentsOf: chunk.readableBytesView)
        }
        let file = folder + ".tar"
        defer { removeFolder(file) }
        try archive.write(to: URL(filePath: file))
        let tar = Process()
        tar.executableURL = URL(filePath: "/usr/bin/env")
        tar.arguments = ["tar", "-tf", file]
        let output = Pipe()
        tar.standardOutput = output
        try tar.run()
        let names = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
        #expect(names.split(separator: "\n").contains(Substring(long)))
    }

    private func removeFolder(_ path: String) {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("left behind: \(path)") }
    }
}
