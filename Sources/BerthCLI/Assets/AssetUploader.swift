import BerthAPI
import BerthArtifacts
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthSpec

/// Brings what lies here to a server: code, models and environments that a deployment or a command names by a path.
struct AssetUploader: Sendable {
    let call: Invocation
    let session: ControlSession

    /// Uploads at once.
    private static let lanes = 4

    /// The deployment with everything that it brings registered in the workspace, and named by its id.
    func registered(_ spec: DeploymentSpec) async throws(CommandFailure) -> DeploymentSpec {
        var spec = spec
        if let code = spec.code, code.isLocal { spec.code?.code = try await registerCode(code.code) }
        if case .inline(let model) = spec.model { spec.model = .registered(try await register(model)) }
        if case .inline(let environment) = spec.environment {
            spec.environment = .registered(try await register(environment))
        }
        return spec
    }

    // MARK: Code

    /// The id of the code that this folder holds; uploaded only where the workspace does not have it.
    private func registerCode(_ folder: String) async throws(CommandFailure) -> String {
        let upload = try measured(folder, isCode: true)
        let codes = "\(session.workspace.path)/codes"
        let known = try await call.ask(
            session,
            "GET",
            "\(codes)/any/versions?hash=\(upload.digest)&hashVersion=202208"
        )
        if let id = known["value"]?.arrayValue?.first?["id"]?.stringValue { return id }
        let path = "\(codes)/\(RequestID.make())/versions/1"
        let pending = try await call.ask(session, "POST", "\(path)/startPendingUpload", body: [:])
        let place = try Self.place(pending)
        try await send(upload, below: "", at: place)
        let body: JSON = [
            "properties": [
                "codeUri": .string("\(place.url)/\(upload.leaf)"), "isAnonymous": true,
                "properties": ["hash_sha256": .string(upload.digest), "hash_version": "202208"],
            ]
        ]
        let made = try await call.ask(session, "PUT", path, body: body)
        return made["id"]?.stringValue ?? path
    }

    // MARK: Models

    /// Registers the model under its name, or as one without a name; the id of its version.
    func register(_ model: ModelSpec) async throws(CommandFailure) -> String {
        let (uri, digest) = try await uploaded(model)
        var spec = model
        let isAnonymous = model.name == nil
        // The same content gets the same name, so that it is registered once.
        spec.name = model.name ?? digest
        if spec.version == nil { spec.version = isAnonymous ? "1" : try await nextVersion("models", spec.name ?? "") }
        let path = "\(session.workspace.path)/models/\(spec.name ?? "")/versions/\(spec.version ?? "1")"
        let body = AssetBodies.model(spec, uri: uri, isAnonymous: isAnonymous)
        let made = try await call.ask(session, "PUT", path, body: ["properties": body])
        return made["id"]?.stringValue ?? path
    }

    /// The model's URI in the workspace's datastore, and a digest that stands for its content.
    private func uploaded(_ model: ModelSpec) async throws(CommandFailure) -> (uri: String, digest: String) {
        guard !model.path.contains("://"), !model.path.hasPrefix("runs:") else {
            return (model.path, String(model.path.hash8))
        }
        let upload = try measured(model.path, isCode: false)
        let folder = "LocalUpload/\(upload.digest)"
        try await send(upload, below: folder + "/", at: try await datastore())
        return ("\(datastoreURI)/\(folder)/\(upload.leaf)", upload.digest)
    }

    private var datastoreURI: String {
        let scope = session.workspace
        return "azureml://subscriptions/\(scope.subscription)/resourcegroups/\(scope.resourceGroup)"
            + "/workspaces/\(scope.workspace)/datastores/workspaceblobstore/paths"
    }

    // MARK: Environments

    /// Registers the environment under its name, or as one without a name; the id of its version.
    func register(_ environment: EnvironmentSpec) async throws(CommandFailure) -> String {
        var spec = environment
        if let build = spec.build, !build.path.contains("://") {
            let upload = try measured(build.path, isCode: true)
            let folder = "LocalUpload/\(upload.digest)"
            try await send(upload, below: folder + "/", at: try await datastore())
            spec.build?.path = "\(datastoreURI)/\(folder)/\(upload.leaf)"
        }
        let isAnonymous = spec.name == nil
        let body = AssetBodies.environment(spec, isAnonymous: isAnonymous)
        if isAnonymous {
            spec.name = "CliV2AnonymousEnvironment"
            spec.version = body.text().hash8 + "\(body.text().utf8.count)"
        }
        if spec.version == nil { spec.version = try await nextVersion("environments", spec.name ?? "") }
        let path = "\(session.workspace.path)/environments/\(spec.name ?? "")/versions/\(spec.version ?? "1")"
        let made = try await call.ask(session, "PUT", path, body: ["properties": body])
        return made["id"]?.stringValue ?? path
    }

    private func nextVersion(_ segment: String, _ name: String) async throws(CommandFailure) -> String {
        do throws(Diagnostic) {
            let path = "\(session.workspace.path)/\(segment)/\(ControlClient.pathPart(name))"
            return try await session.client.call("GET", path)["properties"]?["nextVersion"]?.stringValue ?? "1"
        } catch {
            guard error.code == .resourceNotFound else { throw .failed(error) }
            return "1"
        }
    }

    // MARK: Bytes

    private func measured(_ path: String, isCode: Bool) throws(CommandFailure) -> LocalUpload {
        do { return try LocalUpload(path: path, isCode: isCode) } catch { throw .failed(error) }
    }

    /// The workspace's datastore, open for this command.
    func datastore() async throws(CommandFailure) -> BlobPlace {
        let path = "\(session.workspace.path)/datastores/workspaceblobstore"
        let shown = try await call.ask(session, "GET", path)
        let secret = try await call.ask(session, "POST", "\(path)/listSecrets", body: ["expireAfterHours": 24])
        guard let account = shown["properties"]?["accountName"]?.stringValue,
            let suffix = shown["properties"]?["endpoint"]?.stringValue,
            let container = shown["properties"]?["containerName"]?.stringValue,
            let token = secret["sasToken"]?.stringValue
        else {
            throw .failed(Diagnostic(.internalError, .platformFault, "the server shows no datastore"))
        }
        return BlobPlace(
            url: "https://\(account).blob.\(suffix)/\(container)",
            signature: Secret(String(token.drop { $0 == "?" }))
        )
    }

    private static func place(_ pending: JSON) throws(CommandFailure) -> BlobPlace {
        let reference = pending["blobReferenceForConsumption"]
        guard let uri = reference?["blobUri"]?.stringValue,
            let signed = reference?["credential"]?["sasUri"]?.stringValue
        else {
            throw .failed(Diagnostic(.internalError, .platformFault, "the server offers no place for the upload"))
        }
        return BlobPlace(url: uri, signature: Secret(String(signed.drop { $0 != "?" }.dropFirst())))
    }

    /// Sends all files; those that are there already stay.
    private func send(
        _ upload: LocalUpload,
        below folder: String,
        at place: BlobPlace
    ) async throws(CommandFailure) {
        call.note("uploading `\(upload.leaf)`: \(upload.files.count) files, \(upload.bytes.text)")
        let client = session.client
        let failure = await withTaskGroup(of: Diagnostic?.self) { group -> Diagnostic? in
            var waiting = upload.files[...]
            var failure: Diagnostic?
            func start(_ file: LocalUpload.File) {
                let name = folder + upload.leaf + (file.name.isEmpty ? "" : "/" + file.name)
                group.addTask {
                    do throws(Diagnostic) {
                        _ = try await client.putBlob(name, from: file.path, bytes: file.bytes, at: place)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            for _ in 0..<Self.lanes { if let file = waiting.popFirst() { start(file) } }
            while let ended = await group.next() {
                if let ended { failure = failure ?? ended }
                if failure == nil, let file = waiting.popFirst() { start(file) }
            }
            return failure
        }
        if let failure { throw .failed(failure) }
    }
}

extension String {
    /// Sixteen digits that stand for this text where no secret hangs on it: FNV-1a.
    fileprivate var hash8: String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
