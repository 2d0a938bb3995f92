import BerthArtifacts
import BerthDiagnostics
import BerthModel
import Foundation
import Testing

@Suite("Assets laid out as files")
struct AssetLayoutTests {
    private final class Folder: Sendable {
        let path = "/tmp/bl-\(UUID().uuidString.prefix(8))"
        deinit { do { try FileManager.default.removeItem(atPath: path) } catch { print("left behind: \(path)") } }
    }

    private let folder = Folder()
    private let contents: ContentStore
    private let layout: AssetLayout

    init() throws {
        contents = ContentStore(root: folder.path, reserved: Bytes(0))
        try contents.create()
        layout = AssetLayout(root: folder.path + "/fetched", contents: contents)
    }

    private func item(_ name: String, _ text: String) throws -> AssetLayout.Item {
        let draft = try contents.draft()
        try Array(text.utf8).withUnsafeBytes { try draft.write($0) }
        let content = try draft.finish()
        try contents.keep(content)
        return AssetLayout.Item(name: name, digest: content.digest, bytes: content.bytes)
    }

    private func make(_ items: [AssetLayout.Item], leaf: String = "model") throws -> String {
        let key = layout.key(of: items, leaf: leaf)
        try layout.make(items, leaf: leaf, key: key, what: "model m:1")
        return "\(layout.root)/\(key)/\(leaf)"
    }

    private var drafts: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: layout.root).filter { $0.hasSuffix(".draft") }
        }
    }

    @Test("files lie under their names, and share the blob store's content")
    func files() throws {
        let path = try make([try item("a.txt", "a"), try item("sub/b.txt", "b")])
        #expect(try String(contentsOfFile: path + "/sub/b.txt", encoding: .utf8) == "b")
        let links = try FileManager.default.attributesOfItem(atPath: path + "/a.txt")[.referenceCount] as? Int
        #expect(links == 2)
        let single = try make([try item("", "one")], leaf: "model.pkl")
        #expect(try String(contentsOfFile: single, encoding: .utf8) == "one")
        #expect(try drafts.isEmpty)
    }

    @Test("the same again changes nothing")
    func twice() throws {
        let items = [try item("a", "a")]
        #expect(try make(items) == make(items))
        #expect(try drafts.isEmpty)
    }

    @Test("content that is not what was uploaded is refused, and nothing is left")
    func damage() throws {
        let good = try item("a", "good")
        let path = contents.path(of: good.digest)
        chmod(path, 0o600)
        try Data("evil".utf8).write(to: URL(filePath: path))
        let failure = #expect(throws: Diagnostic.self) { try make([good]) }
        #expect(failure?.code == .artifactDownloadFailed && failure?.message.contains("damaged") == true)
        #expect(try drafts.isEmpty)
        let gone = AssetLayout.Item(name: "b", digest: String(repeating: "0", count: 64), bytes: Bytes(1))
        #expect(throws: Diagnostic.self) { try make([gone]) }
    }

    @Test("a sweep keeps what is used")
    func sweep() throws {
        let kept = try make([try item("a", "a")])
        let other = try make([try item("a", "b")])
        let key = kept.split(separator: "/").dropLast().last.map(String.init) ?? ""
        try layout.sweep(keeping: [key])
        #expect(FileManager.default.fileExists(atPath: kept))
        #expect(!FileManager.default.fileExists(atPath: other))
    }
}
