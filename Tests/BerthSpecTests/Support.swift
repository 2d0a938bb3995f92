import BerthDiagnostics
import BerthJSON
import BerthSpec
import Foundation

/// The root of the repository.
let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

/// A folder of its own with some files, removed when the value goes.
final class Scratch {
    private let folder: URL
    var root: String { folder.path }
    var name: String { folder.lastPathComponent }

    init(_ files: [String: String] = [:]) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("berth-spec-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in files { try write(name, Data(text.utf8)) }
    }

    func write(_ name: String, _ bytes: [UInt8]) throws { try write(name, Data(bytes)) }

    func write(_ name: String, _ data: Data) throws {
        let file = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    deinit {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            print("scratch folder \(folder.path) stays: \(error)")
        }
    }
}

/// The files that a deployment spec of the tests names.
let deploymentFiles = [
    "model/model.pkl": "x",
    "src/score.py": "def init(): ...\n",
    "conda.yml": "dependencies:\n  - python=3.11\n",
    "docker/Dockerfile": "FROM scratch\n",
    "mlflow/MLmodel": "flavors: {}\n",
]

/// A deployment that is right. Tests change a line of it.
let goodDeployment = """
    name: blue
    endpoint_name: iris
    model:
      path: model/model.pkl
    code_configuration:
      code: src
      scoring_script: score.py
    environment:
      image: docker.io/library/base:1
      conda_file: conda.yml
    instance_type: Standard_DS3_v2
    instance_count: 1

    """

/// All diagnostics as people see them, without the scratch folder's name.
func shown(_ diagnostics: [Diagnostic], _ scratch: Scratch? = nil) -> String {
    let text = diagnostics.map { $0.text() }.joined(separator: "\n\n")
    guard let scratch else { return text }
    return text.replacingOccurrences(of: scratch.root, with: "<folder>")
        .replacingOccurrences(of: scratch.name, with: "<name>")
}
