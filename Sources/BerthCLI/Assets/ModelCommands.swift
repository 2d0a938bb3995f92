import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthSpec

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `model create`.
enum ModelCreate {
    static let command = Command(
        "model create",
        "register a model: upload it, and give it a name and a version",
        options: [
            CommonOption.file, AssetOption.name, AssetOption.version, AssetOption.path, AssetOption.type,
            AssetOption.description, AssetOption.tags, AssetOption.datastore, CommonOption.set,
            CommonOption.forceString, CommonOption.noWait,
        ],
        examples: [Example("a file as version 1", "model create --name iris --version 1 --path model/iris.pkl")],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let input = SpecInput(call: call)
        var changes = input.overrides
        changes.set = AssetFlags.set(call, [AssetOption.type, AssetOption.description]) + changes.set
        changes.set += call.strings(AssetOption.tags).map { "tags.\($0)" }.map(SpecInput.withWholeKey)
        let spec: ModelSpec
        if let file = call.string(CommonOption.file) {
            changes.set = AssetFlags.set(call, [AssetOption.path]) + changes.set
            spec = try input.checked(
                SpecReader.model(
                    SpecSource(path: file),
                    changes,
                    name: call.string(AssetOption.name),
                    version: call.string(AssetOption.version)
                )
            )
        } else {
            let words: JSON = [
                "name": .string(try call.required(AssetOption.name)),
                "path": .string(AssetFlags.absolute(try call.required(AssetOption.path))),
            ]
            var given = try input.checked(SpecReader.model(json: words, changes))
            given.version = call.string(AssetOption.version)
            spec = given
        }
        return try await call.withServer { session, _ async throws(CommandFailure) in
            let id = try await AssetUploader(call: call, session: session).register(spec)
            return .result(AssetBodies.shown(try await call.ask(session, "GET", id)))
        }
    }
}

/// What the flags of asset commands put over a file.
enum AssetFlags {
    /// As `--set` writes them.
    static func set(_ call: Invocation, _ options: [Option]) -> [String] {
        options.compactMap { option in call.string(option).map { "\(option.name)=\($0)" } }
    }

    /// From the current folder; a URI stays as it is.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), !path.contains("://"), !path.hasPrefix("runs:") else { return path }
        return FileManager.default.currentDirectoryPath + "/" + path
    }
}

/// `model download`.
enum ModelDownload {
    static let command = Command(
        "model download",
        "download a model's files to `<folder>/<model>/…`",
        options: [
            AssetOption.name.required, AssetOption.version.required, AssetOption.downloadPath,
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let name = try call.required(AssetOption.name)
        let folder = AssetFlags.absolute(call.string(AssetOption.downloadPath) ?? ".") + "/" + name
        return try await call.withServer { session, _ async throws(CommandFailure) in
            let found = try await AssetNoun.model.find(call, session)
            let uri = found["properties"]?["modelUri"]?.stringValue ?? ""
            guard let start = uri.firstRange(of: "/datastores/workspaceblobstore/paths/") else {
                throw .failed(
                    Diagnostic(
                        .badArgument,
                        .artifactNotFound,
                        "model `\(name)` does not lie in the datastore `workspaceblobstore`",
                        evidence: [Evidence("uri", uri)]
                    )
                )
            }
            let path = String(uri[start.upperBound...])
            let place = try await AssetUploader(call: call, session: session).datastore()
            let count = try await download(path, to: folder, session, place)
            call.note("\(count) files are in \(folder)")
            return .nothing
        }
    }

    private static func download(
        _ path: String,
        to folder: String,
        _ session: ControlSession,
        _ place: BlobPlace
    ) async throws(CommandFailure) -> Int {
        try await orFail { () async throws(Diagnostic) in
            let names = try await session.client.blobs(path, at: place).filter {
                $0 == path || $0.hasPrefix(path + "/")
            }
            let above = path.split(separator: "/").dropLast().joined(separator: "/")
            guard !names.isEmpty else {
                throw Diagnostic(.resourceNotFound, .artifactNotFound, "the model's files are gone: `\(path)`")
            }
            for blob in names {
                let below = blob.dropFirst(above.isEmpty ? 0 : above.count + 1)
                // The server takes no such names; files are written only below the folder whatever it says.
                guard !below.split(separator: "/").contains("..") else { continue }
                let target = "\(folder)/\(below)"
                do {
                    try FileManager.default.createDirectory(
                        atPath: String(target.prefix(upTo: target.lastIndex(of: "/") ?? target.endIndex)),
                        withIntermediateDirectories: true
                    )
                } catch {
                    throw Diagnostic(.badArgument, .argumentInvalid, "`\(folder)` cannot be written")
                }
                try await session.client.getBlob(blob, to: target, at: place)
            }
            return names.count
        }
    }
}

/// `environment create`.
enum EnvironmentCreate {
    static let command = Command(
        "environment create",
        "register an environment",
        options: [
            CommonOption.file, AssetOption.name, AssetOption.version, AssetOption.image, AssetOption.condaFile,
            AssetOption.buildContext, AssetOption.dockerfile, AssetOption.osType, AssetOption.description,
            AssetOption.tags, AssetOption.datastore, CommonOption.set, CommonOption.forceString, CommonOption.noWait,
        ],
        examples: [
            Example("an image with packages", "environment create --name vision --image IMAGE --conda-file conda.yml")
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let input = SpecInput(call: call)
        var changes = input.overrides
        changes.set = AssetFlags.set(call, [AssetOption.image, AssetOption.description]) + changes.set
        if let conda = call.string(AssetOption.condaFile) {
            changes.set.append("conda_file=\(AssetFlags.absolute(conda))")
        }
        if let build = call.string(AssetOption.buildContext) {
            changes.set.append("build.path=\(AssetFlags.absolute(build))")
        }
        if let dockerfile = call.string(AssetOption.dockerfile), call.string(AssetOption.buildContext) != nil {
            changes.set.append("build.dockerfile_path=\(dockerfile)")
        }
        if let system = call.string(AssetOption.osType) { changes.set.append("os_type=\(system)") }
        changes.set += call.strings(AssetOption.tags).map { "tags.\($0)" }.map(SpecInput.withWholeKey)
        let spec: EnvironmentSpec
        if let file = call.string(CommonOption.file) {
            spec = try input.checked(
                SpecReader.environment(
                    SpecSource(path: file),
                    changes,
                    name: call.string(AssetOption.name),
                    version: call.string(AssetOption.version)
                )
            )
        } else {
            let name = JSON.string(try call.required(AssetOption.name))
            var given = try input.checked(SpecReader.environment(json: ["name": name], changes))
            given.version = call.string(AssetOption.version)
            spec = given
        }
        return try await call.withServer { session, _ async throws(CommandFailure) in
            let id = try await AssetUploader(call: call, session: session).register(spec)
            return .result(AssetBodies.shown(try await call.ask(session, "GET", id)))
        }
    }
}
