import BerthAPI
import BerthArtifacts
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel

/// Options of `storage blob`.
enum StorageOption {
    static let account = Option("account-name", nil, .value("NAME"), help: "the storage account")
    static let accountKey = Option("account-key", nil, .value("KEY"), help: "taken and not used: the login counts")
    static let authMode = Option("auth-mode", nil, .value("MODE"), choices: ["key", "login"], help: "the login counts")
    static let container = Option("container-name", "c", .value("NAME"), help: "the container")
    static let name = Option("name", "n", .value("NAME"), help: "the blob's name")
    static let file = Option("file", "f", .value("FILE"), help: "the file")
    static let source = Option("source", "s", .value("FOLDER"), help: "the folder whose files are uploaded")
    static let destination = Option("destination", "d", .value("CONTAINER"), help: "the container, or its URL")
    static let destinationPath = Option("destination-path", nil, .value("PATH"), help: "a folder in the container")
    static let overwrite = Option("overwrite", nil, .value("YES"), help: "replace a blob that is there")
    static let access = [account, accountKey, authMode]

    /// The container on the server, open for whoever is logged in.
    static func place(
        _ call: Invocation,
        _ session: ControlSession,
        _ server: String,
        container: String
    ) async throws(CommandFailure) -> BlobPlace {
        // Where the account's name was asked of a datastore, it holds a host and a path.
        let named = try call.required(account)
        let name = named.split(separator: "/").last.map(String.init) ?? named
        let token = try await orFail { () async throws(Diagnostic) in
            try await session.client.newToken(for: "https://storage.azure.com")
        }
        return BlobPlace(
            url: "\(server)/store/\(ControlClient.pathPart(name))/\(ControlClient.pathPart(container))",
            signature: Secret(""),
            token: Secret(token["access_token"]?.stringValue ?? "")
        )
    }

    static func isSet(_ call: Invocation, _ option: Option) -> Bool {
        ["true", "yes", "1"].contains((call.string(option) ?? "").lowercased())
    }
}

/// `storage blob exists`.
enum StorageBlobExists {
    static let command = Command(
        "storage blob exists",
        "whether a blob is there",
        options: [StorageOption.container.required, StorageOption.name.required] + StorageOption.access,
        run: { call async throws(CommandFailure) in
            try await call.withServer { session, login async throws(CommandFailure) in
                let container = try call.required(StorageOption.container)
                let name = try call.required(StorageOption.name)
                let place = try await StorageOption.place(call, session, login.server, container: container)
                let exists = try await orFail { () async throws(Diagnostic) in
                    try await session.client.hasBlob(name, at: place)
                }
                return .result(["exists": .bool(exists)])
            }
        }
    )
}

/// `storage blob upload`.
enum StorageBlobUpload {
    static let command = Command(
        "storage blob upload",
        "upload a file",
        options: [
            StorageOption.container.required, StorageOption.name, StorageOption.file.required, StorageOption.overwrite,
        ] + StorageOption.access,
        run: { call async throws(CommandFailure) in
            let path = AssetFlags.absolute(try call.required(StorageOption.file))
            let container = try call.required(StorageOption.container)
            let upload: LocalUpload
            do throws(Diagnostic) { upload = try LocalUpload(path: path, isCode: false) } catch { throw .failed(error) }
            guard let file = upload.files.first, file.name.isEmpty else {
                throw .usage(
                    Diagnostic(
                        .badArgument,
                        .argumentInvalid,
                        "`\(path)` is a folder",
                        help: ["upload all of it: \(call.program) storage blob upload-batch"]
                    )
                )
            }
            let name = call.string(StorageOption.name) ?? upload.leaf
            return try await call.withServer { session, login async throws(CommandFailure) in
                let place = try await StorageOption.place(call, session, login.server, container: container)
                let isNew = try await orFail { () async throws(Diagnostic) in
                    try await session.client.putBlob(
                        name,
                        from: file.path,
                        bytes: file.bytes,
                        at: place,
                        overwrite: StorageOption.isSet(call, StorageOption.overwrite)
                    )
                }
                guard isNew else {
                    throw .failed(
                        Diagnostic(
                            .conflict,
                            nil,
                            "the blob `\(name)` exists already",
                            help: ["replace it: add --overwrite true"]
                        )
                    )
                }
                return .result(["name": .string(name), "bytes": .integer(file.bytes.count)])
            }
        }
    )
}

/// `storage blob upload-batch`.
enum StorageBlobUploadBatch {
    static let command = Command(
        "storage blob upload-batch",
        "upload all files of a folder",
        options: [
            StorageOption.destination.required, StorageOption.source.required, StorageOption.destinationPath,
            StorageOption.overwrite,
        ] + StorageOption.access,
        run: { call async throws(CommandFailure) in
            let folder = AssetFlags.absolute(try call.required(StorageOption.source))
            let upload: LocalUpload
            do throws(Diagnostic) { upload = try LocalUpload(path: folder, isCode: false) } catch {
                throw .failed(error)
            }
            let target = try call.required(StorageOption.destination).split(separator: "/").map(String.init)
            guard let container = target.first(where: { !$0.hasSuffix(":") && !$0.contains(".blob.") }) else {
                throw .usage(Diagnostic(.badArgument, .argumentInvalid, "`--destination` names no container"))
            }
            let below =
                target.drop { $0 != container }.dropFirst()
                + [call.string(StorageOption.destinationPath)].compactMap { $0 }
            let lead = below.isEmpty ? "" : below.joined(separator: "/") + "/"
            return try await call.withServer { session, login async throws(CommandFailure) in
                let place = try await StorageOption.place(call, session, login.server, container: container)
                var sent: [JSON] = []
                for file in upload.files {
                    let name = lead + file.name
                    let isNew = try await orFail { () async throws(Diagnostic) in
                        try await session.client.putBlob(
                            name,
                            from: file.path,
                            bytes: file.bytes,
                            at: place,
                            overwrite: StorageOption.isSet(call, StorageOption.overwrite)
                        )
                    }
                    if !isNew { call.note("note: `\(name)` exists already and was left; --overwrite true replaces it") }
                    sent.append(["name": .string(name), "uploaded": .bool(isNew)])
                }
                return .result(.array(sent))
            }
        }
    )
}
