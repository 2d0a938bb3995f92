import BerthAPI
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthStore

/// Owns `ERR_1300` and `ERR_1350` for registered assets: finds what the deployment names, fetches model and code from the
/// blob store with the deployment's identity, and pins what a label stands for.
struct ResolveAssets: Sendable {
    let put: DeploymentPut

    /// The spec with everything inline and local, and what the storage-initializer's log says about it.
    func run() async throws(Diagnostic) -> (DeploymentSpec, log: [String]) {
        var spec = put.spec
        var log: [String] = []
        if case .registered(let id) = spec.environment {
            await put.progress(.init(step: "looking up the environment"))
            spec.environment = .inline(try await environment(id))
            log.append("environment \(id)")
        }
        if case .registered(let id) = spec.model {
            await put.progress(.init(step: "fetching the model"))
            let (model, asset) = try await model(id)
            spec.model = .inline(model)
            log.append(asset.line("model \(model.name ?? ""):\(model.version ?? "")"))
        }
        if let code = spec.code, !code.isLocal {
            await put.progress(.init(step: "fetching the code"))
            let asset = try await fetchCode(code.code)
            spec.code?.code = asset.path
            log.append(asset.line("code"))
        }
        return (spec, log)
    }

    // MARK: Each kind

    private func environment(_ id: String) async throws(Diagnostic) -> EnvironmentSpec {
        let assets = try assets(for: "environment", id)
        // Of the service's own there is one list, whatever they are called by.
        let bare = id.lowercased().hasPrefix("azureml:") ? String(id.dropFirst("azureml:".count)) : id
        if bare.lowercased().hasPrefix("azureml-") {
            return try assets.curated.spec(named: String(bare.prefix { $0 != ":" && $0 != "@" }))
        }
        let registered: AssetVersionRecord
        switch try AssetReference(Self.registryForm(bare), kind: "environment") {
        case .registry(_, let name, _): return try assets.curated.spec(named: name)
        case .workspace(let other, let name, let version):
            registered = try await find(.environment, name, version, in: other, assets)
        }
        return try RegisteredAssets.environment(registered)
    }

    /// `azureml://registries/…` without its scheme, as an id.
    private static func registryForm(_ id: String) -> String {
        id.hasPrefix("//registries/") ? String(id.dropFirst()) : id
    }

    private func model(_ id: String) async throws(Diagnostic) -> (ModelSpec, FetchedAsset) {
        let assets = try assets(for: "model", id)
        guard case .workspace(let other, let name, let version) = try AssetReference(id, kind: "model") else {
            throw unreachable("model", id)
        }
        let registered = try await find(.model, name, version, in: other, assets)
        var spec = try RegisteredAssets.model(registered)
        let asset = try await fetch(spec.path, "model \(name):\(registered.version)", assets)
        spec.path = asset.path
        return (spec, asset)
    }

    private func fetchCode(_ id: String) async throws(Diagnostic) -> FetchedAsset {
        let assets = try assets(for: "code", id)
        guard case .workspace(let other, let name, let version) = try AssetReference(id, kind: "code") else {
            throw unreachable("code", id)
        }
        let registered = try await find(.code, name, version, in: other, assets)
        return try await fetch(registered.body["codeUri"]?.stringValue ?? "", "code \(name)", assets)
    }

    // MARK: Finding and fetching

    private func assets(for kind: String, _ id: String) throws(Diagnostic) -> AssetWorld {
        guard let assets = put.world.assets, put.operation.workspace != WorkspaceScope.local.workspace else {
            throw Diagnostic(
                .artifactDownloadFailed,
                .artifactNotFound,
                "the \(kind) `\(id)` is not registered in this workspace",
                help: ["with --local, give the \(kind) inline: a `path` instead of a registered name"]
            )
        }
        return assets
    }

    private func unreachable(_ kind: String, _ id: String) -> Diagnostic {
        Diagnostic(
            .artifactDownloadFailed,
            .artifactNotFound,
            "the \(kind) `\(id)` lies in a registry, which this server does not reach",
            help: ["download it there, and register it in this workspace"]
        )
    }

    private func find(
        _ kind: AssetKind,
        _ name: String,
        _ version: AssetReference.Version,
        in other: String?,
        _ assets: AssetWorld
    ) async throws(Diagnostic) -> AssetVersionRecord {
        let own = put.operation.workspace
        guard other == nil || other?.lowercased() == own.lowercased() else {
            throw Diagnostic(
                .artifactDownloadFailed,
                .artifactNotFound,
                "\(kind.rawValue) `\(name)` is of workspace `\(other ?? "")`, the deployment of `\(own)`",
                help: ["register it in workspace `\(own)`"]
            )
        }
        let key = AssetKey(workspace: own, kind: kind, name: name)
        do throws(Diagnostic) {
            switch version {
            case .exact(let version): return try await assets.registry.version(version, of: key)
            case .label(let label):
                guard label.lowercased() == "latest" else {
                    throw Diagnostic(
                        .badArgument,
                        .specInvalid,
                        "\(kind.rawValue) `\(name)` has no label `\(label)`",
                        help: ["use @latest, or a version"]
                    )
                }
                return try await assets.registry.latest(of: key)
            }
        } catch {
            guard error.code == .resourceNotFound else { throw error }
            var failure = error
            failure.code = .artifactDownloadFailed
            throw failure
        }
    }

    private func fetch(_ uri: String, _ what: String, _ assets: AssetWorld) async throws(Diagnostic) -> FetchedAsset {
        let world = put.world
        guard let workspace = try await world.store.read({ [put] in try $0.workspace(put.operation.workspace) }) else {
            throw Diagnostic(.resourceNotFound, nil, "workspace `\(put.operation.workspace)` is gone")
        }
        let disk = put.spec.instanceType.flatMap(InstanceType.named)?.temporaryDisk
        return try await assets.fetcher.fetch(uri, of: workspace, what: what, capacity: disk) {
            (container) async throws(Diagnostic) in
            try await self.checkReadable(container, workspace, what, assets)
        }
    }

    /// The endpoint's identity needs the role that reads blobs.
    private func checkReadable(
        _ container: ContainerKey,
        _ workspace: WorkspaceRecord,
        _ what: String,
        _ assets: AssetWorld
    ) async throws(Diagnostic) {
        guard let directory = put.world.service?.directory else { return }
        let scope = workspace.scope
        let record = try await put.world.store.read { [put] in
            try $0.endpoint(put.operation.endpoint, in: put.operation.workspace)
        }
        guard let record else { throw ControlPlane.deletedMeanwhile }
        let endpoint = try EndpointResource(json: record.spec, scope: scope, name: record.name).spec
        let ids: [String]
        switch endpoint.identity {
        case .none, .systemAssigned: ids = [scope.endpoint(record.name)]
        case .userAssigned(let assigned): ids = assigned
        }
        // Of the account that holds the container, which need not be the workspace's own.
        guard let account = try await assets.storage.accountID(container.account) else {
            throw Diagnostic(
                .artifactDownloadFailed,
                .artifactNotFound,
                "\(what) lies in storage account `\(container.account)`, which is not there"
            )
        }
        let access = Access(
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
            on: "\(account)/blobServices/default/containers/\(container.name)",
            isData: true
        )
        for id in ids {
            guard let identity = try await directory.identity(id) else { continue }
            do throws(Diagnostic) {
                try await directory.check(.principal(objectID: identity.objectID, name: identity.name), access)
                return
            } catch {
                guard error.code == .forbidden else { throw error }
            }
        }
        throw Diagnostic(
            .artifactDownloadFailed,
            .artifactUnreadable,
            "the endpoint's identity may not read \(what) from the blob store",
            evidence: [Evidence("identity", ids.joined(separator: ", ")), Evidence("container", container.name)],
            help: [
                "give it the role: berth role assignment create --assignee <its principal id> "
                    + "--role \"Storage Blob Data Reader\" --scope \(account)"
            ]
        )
    }
}

/// Registered assets as specs.
enum RegisteredAssets {
    static func model(_ record: AssetVersionRecord) throws(Diagnostic) -> ModelSpec {
        var spec = ModelSpec(path: record.body["modelUri"]?.stringValue ?? "")
        spec.name = record.key.name
        spec.version = record.version
        spec.kind = ModelSpec.Kind(rawValue: record.body["modelType"]?.stringValue ?? "") ?? .custom
        spec.flavors = record.body["flavors"]?.objectValue ?? spec.flavors
        return spec
    }

    static func environment(_ record: AssetVersionRecord) throws(Diagnostic) -> EnvironmentSpec {
        let body = record.body
        var spec = EnvironmentSpec()
        spec.name = record.key.name
        spec.version = record.version
        spec.image = body["image"]?.stringValue
        spec.condaFile = body["condaFile"]?.stringValue
        if let context = body["build"]?["contextUri"]?.stringValue {
            spec.build = EnvironmentSpec.Build(
                path: context,
                dockerfilePath: body["build"]?["dockerfilePath"]?.stringValue ?? "Dockerfile"
            )
        }
        if let routes = body["inferenceConfig"], let scoring = route(routes["scoringRoute"]) {
            spec.inferenceConfig = InferenceConfig(
                liveness: route(routes["livenessRoute"]) ?? scoring,
                readiness: route(routes["readinessRoute"]) ?? scoring,
                scoring: scoring
            )
        }
        return spec
    }

    private static func route(_ json: JSON?) -> InferenceConfig.Route? {
        guard let json, let path = json["path"]?.stringValue else { return nil }
        return InferenceConfig.Route(path: path, port: json["port"]?.intValue ?? 5001)
    }
}
