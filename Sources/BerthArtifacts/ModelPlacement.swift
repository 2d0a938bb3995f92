package import BerthDiagnostics
package import BerthModel
import Crypto
import Foundation

/// A model as an instance finds it.
package struct PlacedModel: Hashable, Sendable {
    /// What `AZUREML_MODEL_DIR` names.
    package var modelDirectory: String
    /// Absolute paths that must be readable for the links in it to work.
    package var readable: [String]
    package var files: Int
    package var bytes: Bytes
    /// SHA-256 of a single file up to the limit, lower-case hexadecimal.
    package var checksum: String?
}

/// Puts a local model under `AZUREML_MODEL_DIR` without copying it: folders are made, files are links to the user's.
///
/// A folder appears inside with its own name, a file directly. Source: the container contract of the service.
package struct ModelPlacement: Sendable {
    private let limits: ArtifactLimits

    package init(limits: ArtifactLimits = ArtifactLimits()) { self.limits = limits }

    /// Places `model` under `root` (`<instance>/azureml-models`). May be called again with the same result. Blocking.
    package func place(_ model: ModelSpec, under root: String) throws(Diagnostic) -> PlacedModel {
        let source = model.path
        var status = stat()
        guard stat(source, &status) == 0 else { throw missing(source) }
        let directory = directory(of: model, under: root)
        let leaf = (source as NSString).lastPathComponent
        do {
            try? FileManager.default.removeItem(atPath: directory)  // Absent at the first call, ours at the second.
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw CodeStore.writeFailure("placing the model", error)
        }
        var placed = PlacedModel(modelDirectory: directory, readable: [], files: 0, bytes: Bytes(0))
        if status.st_mode & S_IFMT == S_IFDIR {
            try link(folder: source, to: "\(directory)/\(leaf)", into: &placed)
            placed.readable.append(resolved(source))
        } else {
            try link(file: source, to: "\(directory)/\(leaf)", into: &placed)
            if status.st_size <= limits.checksumBytes.count { placed.checksum = try checksum(source) }
        }
        return placed
    }

    /// Where `place` puts `model`: the folder that `AZUREML_MODEL_DIR` names.
    package func directory(of model: ModelSpec, under root: String) -> String {
        "\(root)/\(model.name ?? anonymousName(of: model.path))/\(model.version ?? "1")"
    }

    private func link(folder: String, to target: String, into placed: inout PlacedModel) throws(Diagnostic) {
        var pending = [""]
        while let relative = pending.popLast() {
            let from = relative.isEmpty ? folder : "\(folder)/\(relative)"
            let to = relative.isEmpty ? target : "\(target)/\(relative)"
            let names: [String]
            do {
                names = try FileManager.default.contentsOfDirectory(atPath: from)
                try FileManager.default.createDirectory(atPath: to, withIntermediateDirectories: true)
            } catch {
                throw unreadable(from, error)
            }
            for name in names {
                var status = stat()
                guard stat("\(from)/\(name)", &status) == 0 else { continue }
                if status.st_mode & S_IFMT == S_IFDIR {
                    pending.append(relative.isEmpty ? name : "\(relative)/\(name)")
                } else {
                    try link(file: "\(from)/\(name)", to: "\(to)/\(name)", into: &placed)
                }
                guard placed.files + pending.count <= limits.modelFiles else {
                    throw Diagnostic(
                        .badArgument,
                        .specInvalid,
                        "the model folder `\(folder)` holds more than \(limits.modelFiles) files",
                        help: ["point `model.path` to the folder that holds the model only"]
                    )
                }
            }
        }
    }

    private func link(file: String, to target: String, into placed: inout PlacedModel) throws(Diagnostic) {
        let real = resolved(file)
        guard access(real, R_OK) == 0 else {
            throw Diagnostic(
                .artifactDownloadFailed,
                .artifactUnreadable,
                "the model file `\(file)` cannot be read",
                evidence: [Evidence("system", String(cString: strerror(errno)))],
                help: ["make it readable for the user who runs berth: chmod u+r '\(file)'"]
            )
        }
        guard symlink(real, target) == 0 || errno == EEXIST else {
            throw CodeStore.writeFailure(
                "placing the model",
                CocoaError(errno == ENOSPC ? .fileWriteOutOfSpace : .fileWriteUnknown)
            )
        }
        var status = stat()
        if stat(real, &status) == 0 { placed.bytes.count += Int(status.st_size) }
        placed.files += 1
        placed.readable.append(real)
    }

    private func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// Anonymous models get a name that no registered model has; the same path always gets the same one.
    private func anonymousName(of path: String) -> String {
        SHA256.hash(data: Data(path.utf8)).prefix(16).map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
    }

    private func checksum(_ path: String) throws(Diagnostic) -> String {
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
            return SHA256.hash(data: data).map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
        } catch {
            throw unreadable(path, error)
        }
    }

    private func missing(_ path: String) -> Diagnostic {
        let parent = (path as NSString).deletingLastPathComponent
        // Names for «did you mean» only; a folder that cannot be listed has none to offer.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        let near = nearestName(to: (path as NSString).lastPathComponent, among: names)
        return Diagnostic(
            .artifactDownloadFailed,
            .artifactNotFound,
            "the model `\(path)` does not exist",
            help: [near.map { "did you mean `\(parent)/\($0)`?" } ?? "correct `model.path` in the deployment's YAML"]
        )
    }

    private func unreadable(_ path: String, _ error: any Error) -> Diagnostic {
        Diagnostic(
            .artifactDownloadFailed,
            .artifactUnreadable,
            "`\(path)` cannot be read",
            evidence: [Evidence("system", CodeStore.words(error))],
            help: ["make it readable for the user who runs berth"]
        )
    }
}
