import BerthAPI
import BerthArtifacts
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird

/// Models, codes and environments of a workspace: three kinds, one set of routes.
struct AssetRoutes: Sendable {
    let kind: AssetKind
    let assets: AssetWorld
    let control: ControlPlane
    let now: @Sendable () -> Double

    /// How long an upload may take: what a large model needs over a slow line.
    private static let uploadLife = 86_400.0

    private var assetsPath: RouterPath { "\(RoutePath.workspace)/\(kind.segment)" }
    private var assetPath: RouterPath { "\(assetsPath)/:asset" }
    private var versionsPath: RouterPath { "\(assetPath)/versions" }
    private var versionPath: RouterPath { "\(versionsPath)/:version" }

    func add(to router: Router<ControlRequestContext>) {
        router.get(assetsPath) { request, context in try await list(request, context) }
        router.get(assetPath) { _, context in
            let scope = try context.scope()
            let (record, latest, next) = try await assets.registry.asset(try context.asset(kind))
            return Response.json(AssetJSON.asset(record, latest, next, in: scope))
        }
        router.put(assetPath) { request, context in
            let body = try await request.json()
            let key = try context.asset(kind)
            let (_, isNew) = try await assets.registry.putAsset(body["properties"] ?? [:], key)
            let (record, latest, next) = try await assets.registry.asset(key)
            return Response.json(
                AssetJSON.asset(record, latest, next, in: try context.scope()),
                status: isNew ? .created : .ok
            )
        }
        router.get(versionsPath) { request, context in try await listVersions(request, context) }
        router.get(versionPath) { _, context in
            let found = try await assets.registry.version(try context.name("version"), of: try context.asset(kind))
            return Response.json(AssetJSON.version(found, in: try context.scope()))
        }
        router.put(versionPath) { request, context in
            let body = try await request.json()
            let (record, isNew) = try await assets.registry.put(
                body["properties"] ?? .null,
                version: try context.name("version"),
                of: try context.asset(kind)
            )
            return Response.json(
                AssetJSON.version(record, in: try context.scope()),
                status: isNew ? .created : .ok
            )
        }
        router.delete(versionPath) { _, context in
            try await delete(try context.asset(kind), version: try context.name("version"), context)
        }
        router.post("\(versionPath)/startPendingUpload") { _, context in try await startUpload(context) }
        guard kind == .model else { return }
        // Of the model service that came before; a documented script still calls it.
        router.delete("/api/:region/modelmanagement/:api\(RoutePath.workspace)/models/:model") { _, context in
            let id = try context.name("model")
            guard let colon = id.lastIndex(of: ":") else {
                throw Diagnostic(.badArgument, .argumentInvalid, "`\(id)` is no model: write NAME:VERSION")
            }
            let key = AssetKey(workspace: try context.registered(), kind: .model, name: String(id[..<colon]))
            let version = String(id[id.index(after: colon)...])
            let response = try await delete(key, version: version, context)
            guard response.status == .noContent else { return response }
            _ = try await assets.registry.version(version, of: key)
            return response
        }
    }

    // MARK: Lists

    private func list(_ request: Request, _ context: ControlRequestContext) async throws -> Response {
        let query = request.decodedQuery
        let limit = min(query["$top"].flatMap { Int($0) } ?? 1000, AssetRegistry.pageLimit)
        let found = try await assets.registry.assets(
            kind,
            in: try context.registered(),
            Self.view(query["listViewType"]),
            after: query["$skip"] ?? "",
            limit: limit
        )
        let scope = try context.scope()
        var body: JSON = ["value": .array(found.map { AssetJSON.asset($0.0, $0.latest, $0.next, in: scope) })]
        if found.count == limit, let last = found.last {
            body["nextLink"] = .string(Self.next(request, context, skip: last.0.key.name))
        }
        return Response.json(body)
    }

    private func listVersions(_ request: Request, _ context: ControlRequestContext) async throws -> Response {
        let query = request.decodedQuery
        let key = try context.asset(kind)
        let scope = try context.scope()
        if let hash = query["hash"] {
            // The name in the path is fresh each time: the content is looked for in the whole workspace.
            let found = try await assets.registry.versions(kind, in: key.workspace, contentHash: hash)
            return Response.json(["value": .array(found.map { AssetJSON.version($0, in: scope) })])
        }
        let limit = min(query["$top"].flatMap { Int($0) } ?? 200, AssetRegistry.pageLimit)
        let offset = query["$skip"].flatMap { Int($0) } ?? 0
        let found = try await assets.registry.versions(
            of: key,
            Self.view(query["listViewType"]),
            offset: offset,
            limit: limit
        )
        var body: JSON = ["value": .array(found.map { AssetJSON.version($0, in: scope) })]
        // A client that asked for so many does not want more.
        if found.count == limit, query["$top"] == nil {
            body["nextLink"] = .string(Self.next(request, context, skip: "\(offset + limit)"))
        }
        return Response.json(body)
    }

    private static func view(_ text: String?) throws(Diagnostic) -> AssetView {
        switch text?.lowercased() {
        case nil, "activeonly": return .active
        case "archivedonly": return .archived
        case "all": return .all
        case let other?:
            throw Diagnostic(
                .badArgument,
                .argumentInvalid,
                "`listViewType` is `\(other.prefix(40))`, expected ActiveOnly, ArchivedOnly or All"
            )
        }
    }

    /// The same list from `skip` on.
    private static func next(_ request: Request, _ context: ControlRequestContext, skip: String) -> String {
        let kept = (request.uri.query ?? "").split(separator: "&").filter {
            !$0.lowercased().hasPrefix("$skip=") && !$0.lowercased().hasPrefix("%24skip=")
        }
        let query = (kept.map(String.init) + ["$skip=\(skip)"]).joined(separator: "&")
        return "\(context.baseURL)\(request.uri.path)?\(query)"
    }

    // MARK: Changes

    private func delete(
        _ key: AssetKey,
        version: String,
        _ context: ControlRequestContext
    ) async throws -> Response {
        let users = try await control.deployments(using: key, version: version)
        guard users.isEmpty else {
            throw Diagnostic(
                .conflict,
                nil,
                "\(key.kind.rawValue) `\(key.name)` version \(version) is in use by \(users.count) deployments: "
                    + users.prefix(5).map { "`\($0.endpoint)/\($0.name)`" }.joined(separator: ", "),
                help: [
                    "delete them first, or archive it: berth \(key.kind.rawValue) archive -n \(key.name) -v \(version)"
                ]
            )
        }
        let existed = try await assets.registry.delete(version: version, of: key)
        return Response(status: existed ? .ok : .noContent)
    }

    private func startUpload(_ context: ControlRequestContext) async throws -> Response {
        guard let workspace = context.workspace else { throw ControlRequestContext.noStorage }
        let id = Fresh.guid()
        do throws(BlobFailure) {
            let container = try await assets.storage.uploadContainer(of: workspace, id: id)
            let url = WorkspaceStorage.url(of: container, base: context.baseURL, suffix: MetadataRoutes.storageSuffix)
            let signature = assets.storage.signature(for: container, expiry: now() + Self.uploadLife)
            let account = WorkspaceResource(
                scope: workspace.scope,
                location: workspace.location,
                workspaceID: workspace.id
            )
            let reference: JSON = [
                "blobUri": .string(url),
                "storageAccountArmId": .string(account.storageAccountID),
                "credential": ["credentialType": "SAS", "sasUri": .string("\(url)?\(signature.reveal())")],
            ]
            return Response.json([
                "pendingUploadId": .string(id),
                "pendingUploadType": "TemporaryBlobReference",
                "blobReferenceForConsumption": reference,
            ])
        } catch {
            throw error.diagnostic("the upload cannot be prepared")
        }
    }
}

extension Request {
    /// The query's parameters, names decoded as well: clients write `%24top`.
    var decodedQuery: [String: String] {
        (uri.query ?? "").split(separator: "&").reduce(into: [:]) { found, pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(parts[0]) else { return }
            found[name] = PercentEncoding.decode(parts.count > 1 ? parts[1] : "", plusIsBlank: true) ?? ""
        }
    }
}

extension AssetKind {
    /// Its part of paths and ids.
    var segment: String {
        switch self {
        case .model: "models"
        case .code: "codes"
        case .environment: "environments"
        }
    }
}

extension ControlRequestContext {
    static let noStorage = Diagnostic(
        .badArgument,
        .argumentInvalid,
        "the workspace `local` has no registered assets",
        help: ["use a workspace of a server: berth serve"]
    )

    /// The name of the workspace, which must be one of a server.
    func registered() throws -> String {
        guard let workspace else { throw Self.noStorage }
        return workspace.name
    }

    func asset(_ kind: AssetKind) throws -> AssetKey {
        AssetKey(workspace: try registered(), kind: kind, name: try name("asset"))
    }
}

/// Registered assets as ARM shows them.
enum AssetJSON {
    static func version(_ record: AssetVersionRecord, in scope: WorkspaceScope) -> JSON {
        var properties = record.body
        properties["isArchived"] = .bool(record.isArchived)
        properties["isAnonymous"] = .bool(record.isAnonymous)
        properties["provisioningState"] = "Succeeded"
        let segment = record.key.kind.segment
        return [
            "id": .string("\(scope.path)/\(segment)/\(record.key.name)/versions/\(record.version)"),
            "name": .string(record.version),
            "type": .string("Microsoft.MachineLearningServices/workspaces/\(segment)/versions"),
            "properties": properties,
            "systemData": systemData(record.createdAt, record.modifiedAt),
        ]
    }

    static func asset(_ record: AssetRecord, _ latest: String?, _ next: String, in scope: WorkspaceScope) -> JSON {
        var properties = record.body
        for key in ["tags", "properties"] where properties[key] == nil { properties[key] = [:] }
        properties["isArchived"] = .bool(record.isArchived)
        properties["latestVersion"] = latest.map(JSON.string) ?? .null
        properties["nextVersion"] = .string(next)
        properties["provisioningState"] = "Succeeded"
        let segment = record.key.kind.segment
        return [
            "id": .string("\(scope.path)/\(segment)/\(record.key.name)"),
            "name": .string(record.key.name),
            "type": .string("Microsoft.MachineLearningServices/workspaces/\(segment)"),
            "properties": properties,
            "systemData": systemData(record.createdAt, record.modifiedAt),
        ]
    }

    private static func systemData(_ createdAt: Double, _ modifiedAt: Double) -> JSON {
        [
            "createdAt": .string(Timestamp.text(createdAt)), "createdBy": "", "createdByType": "User",
            "lastModifiedAt": .string(Timestamp.text(modifiedAt)), "lastModifiedBy": "",
            "lastModifiedByType": "User",
        ]
    }
}
