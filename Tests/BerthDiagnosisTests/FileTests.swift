import BerthDiagnostics
import BerthJSON
import Foundation
import Testing

@testable import BerthDiagnosis

@Suite("What files tell")
struct FileTests {
    private func missing(_ path: String, files: [String: String]) throws -> Sample {
        var sample = Sample()
        try sample.files(files)
        let full = (sample.folder?.path ?? "") + "/model/" + path
        sample.add("init-failed", "FileNotFoundError", "no such file: '\(full)'", more: [("path", .string(full))])
        return sample
    }

    @Test(
        "a wrong path is told with the right one",
        arguments: ["model.pkl", "models/model.pkl", "deep/modle.pkl", "deep/model.joblib"]
    )
    func wrongPath(path: String) throws {
        let found = try missing(path, files: ["model/deep/model.pkl": "x"]).first
        #expect(found?.reason == .modelFileNotFound)
        #expect(found?.message.contains("$AZUREML_MODEL_DIR/deep/model.pkl") ?? false)
    }

    @Test("a link that leads out of the code folder is not read")
    func links() throws {
        let folder = try ScratchFolder()
        try folder.write("secret.txt", "hidden")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/code/score.py",
            withDestinationPath: folder.path + "/secret.txt"
        )
        #expect(BoundedFiles.text(folder.path + "/code/score.py", inside: folder.path + "/code") == nil)
        #expect(BoundedFiles.tree(of: folder.path + "/code").map(\.bytes) == [0])
        #expect(BoundedFiles.tree(of: folder.path + "/code", followsFileLinks: true).map(\.bytes) == [6])
    }

    @Test("a tree has an end")
    func bound() throws {
        let folder = try ScratchFolder()
        for index in 0..<(BoundedFiles.maxEntries + 5) { try folder.write("model/\(index)", "") }
        #expect(BoundedFiles.tree(of: folder.path + "/model").count == BoundedFiles.maxEntries)
    }

    @Test("bytes tell what a file is")
    func natures() {
        #expect(FileNature([], isWhole: true) == .empty)
        #expect(
            FileNature(Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n".utf8), isWhole: true)
                == .lfsPointer(bytes: 12)
        )
        #expect(FileNature(Array("\n<!DOCTYPE html>".utf8), isWhole: true) == .html)
        #expect(FileNature([0x80, 4, 0x2E], isWhole: true) == .pickle(isComplete: true))
        #expect(FileNature([0x80, 4, 0x4B], isWhole: true) == .pickle(isComplete: false))
        #expect(FileNature([0x50, 0x4B, 3, 4], isWhole: true) == .zip)
    }

    @Test("an exception about something else is not blamed on a broken file")
    func innocentFile() throws {
        var sample = Sample()
        try sample.files(["model/.keep": "", "code/score.py": "def init():\n    a = 1\n    b = table[3]\n"])
        sample.add("init-failed", "IndexError", "list index out of range", text: "b = table[3]")
        #expect(sample.first?.reason == .userScriptInitFailed)
    }

    @Test("a package is added after the last of the pip section, and named by its line")
    func conda() throws {
        let text = "name: e\ndependencies:\n  - python=3.11\n  - pip:\n      - numpy==1.26\n      - pandas\n"
        let file = try #require(CondaFile(text))
        #expect(file.pipPlace == CondaFile.Place(line: 6, text: "- pandas", hasPip: true))
        #expect(file.line(of: "NumPy")?.number == 5)
        let bare = try #require(CondaFile("dependencies:\n  - python=3.11\n"))
        #expect(bare.pipPlace?.hasPip == false)
    }

    @Test("logical lines join brackets, texts and backslashes")
    func logicalLines() {
        let source = PythonSource(
            "import a, b # c\nx = [\n  1,\n]\n\"\"\"text\ndef no(): pass\n\"\"\"\ndef f():\n    global m\n    m = 1\n    try:\n        n = 2\n    except E: pass\n"
        )
        #expect(source.imports.map(\.module) == ["a", "b"])
        #expect(
            source.topLevelNames.contains("x") && source.topLevelNames.contains("f")
                && !source.topLevelNames.contains("no")
        )
        #expect(source.localBinding(of: "m", in: "f") == nil)
        #expect(source.localBinding(of: "n", in: "f") == 12)
        #expect(source.body(of: "f").first { $0.line == 12 }?.isGuarded == true)
    }

    @Test("init and run are missed only where nothing can bind them")
    func missingFunctions() {
        #expect(Preflight.missingFunctions(inScript: "def init(): pass\nasync def run(x): pass\n").isEmpty)
        #expect(Preflight.missingFunctions(inScript: "from a import init, go as run\n").isEmpty)
        #expect(Preflight.missingFunctions(inScript: "from a import *\n").isEmpty)
        #expect(Preflight.missingFunctions(inScript: "try:\n    def init(): pass\nfinally:\n    pass\n") == ["run"])
    }

    @Test("tracebacks of a log are read with their chain")
    func traceback() {
        let lines = """
            x Traceback (most recent call last):
              File "/code/score.py", line 3, in init
                open(p)
            FileNotFoundError: [Errno 2] No such file or directory: 'p'

            During handling of the above exception, another exception occurred:

            Traceback (most recent call last):
              File "/code/score.py", line 5, in init
                raise RuntimeError("no model")
            RuntimeError: no model
            """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let chain = LogTraceback.last(
            in: lines.map { $0.hasPrefix("x ") ? String($0.dropFirst(2)) : $0 },
            codeFolder: "/code"
        )
        #expect(chain.map(\.type) == ["RuntimeError", "FileNotFoundError"])
        #expect(RaisedError(phase: .initializing, chain: chain).root.type == "FileNotFoundError")
    }
}
