/// BerthAPI: the ARM wire types; used by server, control plane and client.
package import BerthDiagnostics
package import BerthJSON
package import BerthModel

/// An endpoint as the control plane shows it: what was asked for, and what is.
package struct EndpointResource: Hashable, Sendable {
    package var scope: WorkspaceScope
    package var spec: EndpointSpec
    package var state: ProvisioningState
    package var location: String
    package var scoringURI: String?
    package var openapiURI: String?
    /// Of the endpoint's own identity.
    package var principalID: String?
    package var tenantID: String?
    /// The user-assigned identities by ARM id, as far as they are known.
    package var assigned: [String: AssignedIdentity] = [:]
    package var createdAt: String?
    package var modifiedAt: String?
    /// Names this state, for `If-Match`.
    package var etag: String?
    /// What the user should know though nothing failed.
    package var warnings: [Diagnostic] = []

    package init(scope: WorkspaceScope, spec: EndpointSpec, state: ProvisioningState, location: String) {
        self.scope = scope
        self.spec = spec
        self.state = state
        self.location = location
    }

    package var id: String { scope.endpoint(spec.name) }
}

extension EndpointResource {
    /// The ARM body of a PUT and of its answer. Maps are never null: the SDK calls methods on them.
    package var json: JSON {
        var properties = JSONObject()
        properties["authMode"] = .string(spec.authMode.wireName)
        properties["provisioningState"] = .string(state.rawValue)
        properties["scoringUri"] = scoringURI.map(JSON.string)
        properties["swaggerUri"] = openapiURI.map(JSON.string)
        properties["description"] = spec.description.map(JSON.string)
        properties["compute"] = spec.compute.map(JSON.string)
        properties["traffic"] = .object(JSONObject(spec.traffic.sorted { $0.key < $1.key }.map { ($0, .integer($1)) }))
        properties["mirrorTraffic"] = .object(
            JSONObject(spec.mirrorTraffic.sorted { $0.key < $1.key }.map { ($0, .integer($1)) })
        )
        properties["publicNetworkAccess"] = spec.publicNetworkAccess ? "Enabled" : "Disabled"
        properties["properties"] = JSON(spec.properties)
        if !warnings.isEmpty { properties["berthWarnings"] = .array(warnings.map(\.json)) }
        var body = JSONObject([
            ("id", .string(id)),
            ("name", .string(spec.name)),
            ("type", "Microsoft.MachineLearningServices/workspaces/onlineEndpoints"),
            ("location", .string(location)),
            ("tags", JSON(spec.tags)),
            ("kind", "Managed"),
            ("identity", identityJSON),
            ("properties", .object(properties)),
        ])
        body["etag"] = etag.map(JSON.string)
        body["systemData"] = SystemData.json(createdAt: createdAt, modifiedAt: modifiedAt)
        return .object(body)
    }

    private var identityJSON: JSON {
        var identity = JSONObject()
        switch spec.identity {
        case .none: identity["type"] = "None"
        case .systemAssigned:
            identity["type"] = "SystemAssigned"
            identity["principalId"] = principalID.map(JSON.string)
            identity["tenantId"] = tenantID.map(JSON.string)
        case .userAssigned(let ids):
            identity["type"] = "UserAssigned"
            identity["userAssignedIdentities"] = .object(
                JSONObject(ids.map { ($0, assigned[$0]?.json ?? [:]) })
            )
        }
        return .object(identity)
    }

    /// The resource that an ARM body spells. `name` is that of the URL, where there is one: it wins.
    package init(json: JSON, scope: WorkspaceScope, name: String? = nil) throws(Diagnostic) {
        let body = WireReader(json, path: "")
        let properties = body.child("properties")
        var spec = EndpointSpec(name: try body.requiredString("name", unless: name))
        spec.description = try properties.string("description")
        spec.tags = try body.stringMap("tags")
        spec.properties = try properties.stringMap("properties").filter { !SystemData.echoedKeys.contains($0.key) }
        spec.compute = try properties.string("compute")
        if let text = try properties.string("authMode") {
            guard let mode = AuthMode(wireName: text) else {
                throw properties.invalid("authMode", "is `\(text)`", expected: "Key, AMLToken or AADToken")
            }
            spec.authMode = mode
        }
        spec.identity = try Self.identity(body.child("identity"))
        spec.traffic = try properties.intMap("traffic")
        spec.mirrorTraffic = try properties.intMap("mirrorTraffic")
        spec.publicNetworkAccess = try properties.string("publicNetworkAccess")?.lowercased() != "disabled"
        let stateName = try properties.string("provisioningState") ?? ""
        let state = ProvisioningState(rawValue: stateName) ?? .creating
        self.init(scope: scope, spec: spec, state: state, location: try body.string("location") ?? "local")
        scoringURI = try properties.string("scoringUri")
        openapiURI = try properties.string("swaggerUri")
        principalID = try body.child("identity").string("principalId")
        tenantID = try body.child("identity").string("tenantId")
        createdAt = try body.child("systemData").string("createdAt")
        modifiedAt = try body.child("systemData").string("lastModifiedAt")
        etag = try body.string("etag")
        warnings = (json["properties"]?["berthWarnings"]?.arrayValue ?? []).compactMap(Diagnostic.init(json:))
    }

    private static func identity(_ reader: WireReader) throws(Diagnostic) -> Identity {
        switch try reader.string("type")?.lowercased() {
        case nil, "systemassigned": return .systemAssigned
        case "none": return .none
        case "userassigned": return .userAssigned((reader.value["userAssignedIdentities"]?.objectValue?.keys) ?? [])
        case let other?:
            throw reader.invalid("type", "is `\(other)`", expected: "SystemAssigned, UserAssigned or None")
        }
    }
}

/// Who a user-assigned identity is.
package struct AssignedIdentity: Hashable, Sendable {
    package var principalID: String
    package var clientID: String

    package init(principalID: String, clientID: String) {
        self.principalID = principalID
        self.clientID = clientID
    }

    var json: JSON { ["principalId": .string(principalID), "clientId": .string(clientID)] }
}

extension AuthMode {
    package var wireName: String {
        switch self {
        case .key: "Key"
        case .amlToken: "AMLToken"
        case .aadToken: "AADToken"
        }
    }

    package init?(wireName: String) {
        guard let mode = Self.allCases.first(where: { $0.wireName.lowercased() == wireName.lowercased() }) else {
            return nil
        }
        self = mode
    }
}
