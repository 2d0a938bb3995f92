import BerthAPI
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
import BerthStore

/// Records of the store as ARM shows them.
enum ResourceJSON {
    static func subscription(_ record: SubscriptionRecord, tenant: String) -> JSON {
        [
            "id": .string("/subscriptions/\(record.id)"), "authorizationSource": "RoleBased",
            "managedByTenants": [], "subscriptionId": .string(record.id), "tenantId": .string(tenant),
            "displayName": .string(record.name), "state": "Enabled",
            "subscriptionPolicies": [
                "locationPlacementId": "Internal_2014-09-01", "quotaId": "Internal_2014-09-01", "spendingLimit": "Off",
            ],
        ]
    }

    static func group(_ record: ResourceGroupRecord) -> JSON {
        [
            "id": .string("/subscriptions/\(record.subscription)/resourceGroups/\(record.name)"),
            "name": .string(record.name), "type": "Microsoft.Resources/resourceGroups",
            "location": .string(record.location), "tags": record.tags,
            "properties": ["provisioningState": "Succeeded"],
        ]
    }

    static func workspace(_ record: WorkspaceRecord) throws(Diagnostic) -> WorkspaceResource {
        var resource = try WorkspaceResource(json: record.spec, scope: record.scope)
        resource.workspaceID = record.id
        resource.location = record.location
        resource.createdAt = Timestamp.text(record.createdAt)
        resource.modifiedAt = Timestamp.text(record.modifiedAt)
        return resource
    }

    static func identity(_ record: PrincipalRecord, tenant: String) -> JSON {
        [
            "id": .string(record.resourceID ?? ""), "name": .string(record.name),
            "type": "Microsoft.ManagedIdentity/userAssignedIdentities", "location": .string(record.location),
            "tags": record.tags,
            "properties": [
                "tenantId": .string(tenant), "principalId": .string(record.objectID),
                "clientId": .string(record.clientID),
            ],
        ]
    }

    static func servicePrincipal(_ record: PrincipalRecord, tenant: String) -> JSON {
        [
            "id": .string(record.objectID), "appId": .string(record.clientID), "displayName": .string(record.name),
            "servicePrincipalType": record.kind == .servicePrincipal ? "Application" : "ManagedIdentity",
            "appOwnerOrganizationId": .string(tenant), "createdDateTime": .string(Timestamp.text(record.createdAt)),
        ]
    }

    static func roleAssignment(_ assignment: RoleAssignment, subscription: String) -> JSON {
        let root = assignment.scope == "/" ? "" : assignment.scope
        return [
            "id": .string("\(root)/providers/Microsoft.Authorization/roleAssignments/\(assignment.id)"),
            "name": .string(assignment.id), "type": "Microsoft.Authorization/roleAssignments",
            "properties": [
                "roleDefinitionId": .string(roleDefinitionID(assignment.role, subscription)),
                "roleDefinitionName": .string(assignment.role.rawValue),
                "principalId": .string(assignment.principal), "principalType": "ServicePrincipal",
                "scope": .string(assignment.scope),
            ],
        ]
    }

    static func roleDefinition(_ role: Role, subscription: String) -> JSON {
        let (allowed, except) = role.actions
        return [
            "id": .string(roleDefinitionID(role, subscription)), "name": .string(role.id),
            "type": "Microsoft.Authorization/roleDefinitions",
            "properties": [
                "roleName": .string(role.rawValue), "type": "BuiltInRole", "description": .string(role.rawValue),
                "assignableScopes": ["/"],
                "permissions": [
                    [
                        "actions": JSON(allowed), "notActions": JSON(except), "dataActions": JSON(role.dataActions),
                        "notDataActions": [],
                    ]
                ],
            ],
        ]
    }

    private static func roleDefinitionID(_ role: Role, _ subscription: String) -> String {
        let root = subscription.isEmpty ? "" : "/subscriptions/\(subscription)"
        return "\(root)/providers/Microsoft.Authorization/roleDefinitions/\(role.id)"
    }
}

/// `$filter` of ARM lists: `name eq 'x' and resourceType eq 'y'`; what is not understood selects nothing away.
struct ListFilter {
    private let terms: [(name: String, value: String)]

    init(_ text: String?) {
        var terms: [(String, String)] = []
        for term in (text ?? "").replacing(" and ", with: "\n").split(separator: "\n") {
            let words = term.split(separator: " ", maxSplits: 2)
            guard words.count == 3, words[1].lowercased() == "eq" else { continue }
            terms.append((words[0].lowercased(), words[2].replacing("'", with: "").lowercased()))
        }
        self.terms = terms
    }

    /// Whether the field may have the value.
    func allows(_ name: String, _ value: String) -> Bool {
        terms.allSatisfy { $0.name != name.lowercased() || $0.value == value.lowercased() }
    }

    /// What the field must be.
    func value(_ name: String) -> String? { terms.first { $0.name == name.lowercased() }?.value }
}
