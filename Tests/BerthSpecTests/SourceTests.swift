import BerthDiagnostics
import BerthModel
import BerthSpec
import BerthTesting
import Foundation
import Testing

@Suite("Sources of specs")
struct SourceTests {
    private func message(_ scratch: Scratch, _ name: String) -> String {
        shown(SpecReader.endpoint(SpecSource(path: scratch.path(name))).diagnostics, scratch)
    }

    @Test("a missing file, a folder, an empty and a huge file are named as such")
    func files() throws {
        let scratch = try Scratch(["specs/endpoint.yml": "name: iris\n", "empty.yml": "", "specs/b.yml": "a: 1"])
        try scratch.write("huge.yml", Data(repeating: 0x20, count: SpecSource.maxBytes + 1))
        let names = ["specs/endpoints.yml", "spec/endpoint.yml", "specs/other.txt", "specs", "empty.yml", "huge.yml"]
        let text = names.map { message(scratch, $0) }.joined(separator: "\n\n")
        #expect(Golden.difference(text, "source-files.txt") == nil)
    }

    @Test("text in another encoding is refused with the place")
    func encodings() throws {
        let scratch = try Scratch()
        let utf16 = try #require("name: iris\n".data(using: .utf16))
        try scratch.write("utf16.yml", utf16)
        try scratch.write("latin1.yml", Data("name: iris\ndescription: caf".utf8) + Data([0xE9, 0x0A]))
        try scratch.write("nul.yml", Data("name: iris\ndescription: a\u{0}b\n".utf8))
        let text = ["utf16.yml", "latin1.yml", "nul.yml"].map { message(scratch, $0) }.joined(separator: "\n\n")
        #expect(Golden.difference(text, "source-encodings.txt") == nil)
    }

    @Test("`..` behind a symbolic link leads where the system says")
    func symbolicLink() throws {
        let scratch = try Scratch(["real/deep/x": "", "real/code/path.txt": "", "real/spec.yml": "path: ../real/code"])
        let link = scratch.path("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: scratch.path("real/deep"))
        let parsed = SpecReader.code(SpecSource(path: link + "/../spec.yml"))
        #expect(parsed.errors.isEmpty, "\(shown(parsed.diagnostics, scratch))")
    }

    @Test("a pipe is read, and paths in it start from the current folder")
    func pipe() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("name: iris\n".utf8))
        try pipe.fileHandleForWriting.close()
        let source = SpecSource(path: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
        #expect(source.folder == FileManager.default.currentDirectoryPath)
        #expect(SpecReader.kind(of: source) == .endpoint)
        #expect(SpecReader.endpoint(source).spec?.name == "iris")
    }

    @Test("a byte order mark and Windows line ends are accepted")
    func windows() throws {
        let scratch = try Scratch()
        try scratch.write("w.yml", Data([0xEF, 0xBB, 0xBF]) + Data("name: iris\r\nauth_mode: keys\r\n".utf8))
        let parsed = SpecReader.endpoint(SpecSource(path: scratch.path("w.yml")))
        #expect(parsed.diagnostics.map(\.location?.line) == [2])
        #expect(parsed.diagnostics.map(\.location?.column) == [12])
        #expect(parsed.diagnostics.map(\.sourceLine) == ["auth_mode: keys"])
    }

    @Test("columns count characters, also after wide signs")
    func columns() {
        let text = "name: iris\ntags: {\"👩‍👩‍👧 é\": [1]}\n"
        let parsed = SpecReader.endpoint(SpecSource(text: text))
        #expect(parsed.diagnostics.map(\.location?.column) == [15])
    }

    @Test("anchors and merge keys are followed, the file's own keys go first")
    func anchors() throws {
        let text = """
            name: iris
            tags: &base {team: a, stage: dev}
            properties:
              <<: *base
              stage: prod
            """
        let spec = try #require(SpecReader.endpoint(SpecSource(text: text)).spec)
        #expect(spec.properties == ["team": "a", "stage": "prod"])
        let several = "name: iris\ntags:\n  <<: [{a: 1}, {a: 2, b: 3}]\n"
        #expect(SpecReader.endpoint(SpecSource(text: several)).spec?.tags == ["a": "1", "b": "3"])
        let wrong = "name: iris\ntags:\n  <<: 3\n"
        #expect(SpecReader.endpoint(SpecSource(text: wrong)).diagnostics.count == 1)
    }

    @Test("aliases that grow without bound are refused at once", arguments: [true, false])
    func bomb(asKey: Bool) {
        var text = "name: iris\na: &a [x, x, x, x, x, x, x, x, x]\n"
        for (last, next) in zip("abcdefghij", "bcdefghijk") {
            let list = Array(repeating: "*\(last)", count: 9).joined(separator: ", ")
            text += "\(next): &\(next) [\(list)]\n"
        }
        text += asKey ? "? *k\n: 1\n" : "tags: *k\n"
        let parsed = SpecReader.endpoint(SpecSource(text: text))
        #expect(parsed.diagnostics.map(\.reason) == [.specUnreadable])
    }

    @Test("many uses of one anchor are no bomb")
    func manyAliases() {
        var text = "name: iris\ndescription: &d some text\nproperties:\n"
        for index in 0..<2000 { text += "  key\(index): *d\n" }
        #expect(SpecReader.endpoint(SpecSource(text: text)).spec?.properties.count == 2000)
    }

    @Test("nesting without end is refused")
    func nesting() {
        let deep = "name: iris\ntags: " + String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
        #expect(!SpecReader.endpoint(SpecSource(text: deep)).errors.isEmpty)
        let deeper = "name: iris\ntags: " + String(repeating: "[", count: 100_000)
        #expect(!SpecReader.endpoint(SpecSource(text: deeper)).errors.isEmpty)
    }

    @Test("long and wild values are quoted on one line, and not at full length")
    func wildValues() {
        let long = String(repeating: "x", count: 3000)
        let texts = [
            "name: \(long)\n", "name: \"a\\e[31m\\nb\"\n", "name: iris\nauth_mode: \(long)\n",
            "name: iris\n\(long): 1\n",
        ]
        for text in texts {
            let found = SpecReader.endpoint(SpecSource(text: text)).diagnostics
            #expect(found.count == 1)
            for diagnostic in found {
                #expect(diagnostic.message.count <= 600)
                #expect(!diagnostic.message.contains { $0 == "\u{1B}" || $0.isNewline })
            }
        }
    }

    enum Large: CaseIterable {
        case mergedKeys, unknownKeysOnOneLine, tags, longText

        var text: String {
            let numbers = 0..<20_000
            switch self {
            case .mergedKeys:
                let merged = numbers.map { "k\($0): 1" }.joined(separator: ", ")
                return "name: iris\n<<: {\(merged)}\n" + numbers.map { "k\($0): 2\n" }.joined()
            case .unknownKeysOnOneLine:
                return "{name: iris, " + numbers.map { "wrong\($0): 1" }.joined(separator: ", ") + "}"
            case .tags:
                return "name: iris\ntags: {" + numbers.map { "k\($0): 1" }.joined(separator: ", ") + "}\n"
            case .longText:
                return "name: iris\ndescription: |\n" + numbers.map { "  line \($0) é 👩‍👩‍👧\n" }.joined()
            }
        }
    }

    @Test("large files are read or refused without delay", arguments: Large.allCases)
    func large(file: Large) {
        let text = file.text
        let time = ContinuousClock().measure { _ = SpecReader.endpoint(SpecSource(text: text)) }
        // A bound on growth, not on speed: what is quadratic takes minutes here.
        #expect(time < .seconds(60))
    }

    @Test("more than a hundred mistakes are counted, not listed")
    func manyMistakes() {
        let text = "name: iris\n" + (0..<150).map { "wrong_key_\($0): 1\n" }.joined()
        let parsed = SpecReader.endpoint(SpecSource(text: text))
        #expect(parsed.diagnostics.count == 101)
        #expect(parsed.diagnostics.last?.message == "50 more mistakes are not shown")
    }
}

@Suite("Kinds of files")
struct KindTests {
    @Test(
        "a file is known by its keys",
        arguments: [
            ("name: a", SpecKind.endpoint), ("name: a\nauth_mode: key", .endpoint),
            ("name: a\nendpoint_name: b", .deployment), ("name: a\ndeployments: []", .endpoint2021),
            ("name: a\npath: x\ntype: custom_model", .model), ("name: a\nversion: 1\npath: x", .model),
            ("name: a\nimage: x", .environment), ("name: a\nconda_file: x", .environment),
            ("jobs: {}", .other("a pipeline job")), ("command: x", .other("a command job or component")),
            ("$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json", .deployment),
            ("apiVersion: v1\nkind: Pod", .other("a Kubernetes manifest")),
        ]
    )
    func kinds(text: String, kind: SpecKind) {
        #expect(SpecReader.kind(of: SpecSource(text: text)) == kind)
    }

    @Test("what cannot be read has no kind", arguments: ["", "- a", "a: [", "nothing: known"])
    func unknown(text: String) {
        #expect(SpecReader.kind(of: SpecSource(text: text)) == nil)
    }
}
