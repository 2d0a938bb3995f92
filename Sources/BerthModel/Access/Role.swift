/// Azure's built-in roles, as far as this platform has something that they allow.
///
/// Source: the documentation of Azure's built-in roles; ids and actions are theirs, so that scripts go on working.
package enum Role: String, CaseIterable, Hashable, Sendable {
    case owner = "Owner"
    case contributor = "Contributor"
    case reader = "Reader"
    case userAccessAdministrator = "User Access Administrator"
    case dataScientist = "AzureML Data Scientist"
    case metricsWriter = "AzureML Metrics Writer (preview)"
    case managedIdentityOperator = "Managed Identity Operator"
    case acrPull = "AcrPull"
    case acrPush = "AcrPush"
    case blobDataReader = "Storage Blob Data Reader"
    case blobDataContributor = "Storage Blob Data Contributor"
    case blobDataOwner = "Storage Blob Data Owner"

    /// The GUID of the role's definition, the same in all of Azure.
    package var id: String {
        switch self {
        case .owner: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
        case .contributor: "b24988ac-6180-42a0-ab88-20f7382dd24c"
        case .reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7"
        case .userAccessAdministrator: "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
        case .dataScientist: "f6c7c914-8db3-469d-8ca1-694a8f32e121"
        case .metricsWriter: "635dd51f-9968-44d3-b7fb-6d9a6bd613ae"
        case .managedIdentityOperator: "f1a07417-d97a-45cb-824c-7a7467783830"
        case .acrPull: "7f951dda-4ed3-4680-a7ca-43fe172d538d"
        case .acrPush: "8311e382-0749-4cb8-b61a-304f252e45ec"
        case .blobDataReader: "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
        case .blobDataContributor: "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
        case .blobDataOwner: "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
        }
    }

    /// The role that `text` means: its name, its GUID, or an id that ends in the GUID.
    package init?(named text: String) {
        let last = text.split(separator: "/").last.map(String.init) ?? text
        let wanted = last.lowercased()
        guard let role = Self.allCases.first(where: { $0.id == wanted || $0.rawValue.lowercased() == wanted }) else {
            return nil
        }
        self = role
    }

    /// What it allows, with `*` for any text; then what it does not allow all the same.
    package var actions: (allowed: [String], except: [String]) {
        switch self {
        case .owner: (["*"], [])
        case .contributor:
            (
                ["*"],
                [
                    "Microsoft.Authorization/*/delete", "Microsoft.Authorization/*/write",
                    "Microsoft.Authorization/elevateAccess/action",
                ]
            )
        case .reader: (["*/read"], [])
        case .userAccessAdministrator: (["*/read", "Microsoft.Authorization/*"], [])
        case .dataScientist:
            (
                [
                    "\(Self.workspaces)/read", "\(Self.workspaces)/*/read", "\(Self.workspaces)/*/action",
                    "\(Self.workspaces)/*/delete", "\(Self.workspaces)/*/write",
                ],
                [
                    "\(Self.workspaces)/delete", "\(Self.workspaces)/write", "\(Self.workspaces)/computes/*/write",
                    "\(Self.workspaces)/computes/*/delete", "\(Self.workspaces)/computes/listKeys/action",
                    "\(Self.workspaces)/listKeys/action",
                ]
            )
        case .metricsWriter: (["\(Self.workspaces)/metrics/*/write"], [])
        case .managedIdentityOperator:
            (
                [
                    "Microsoft.ManagedIdentity/userAssignedIdentities/read",
                    "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
                ], []
            )
        case .acrPull: (["Microsoft.ContainerRegistry/registries/pull/read"], [])
        case .acrPush:
            (
                [
                    "Microsoft.ContainerRegistry/registries/pull/read",
                    "Microsoft.ContainerRegistry/registries/push/write",
                ], []
            )
        case .blobDataReader: (["\(Self.containers)/read"], [])
        case .blobDataContributor, .blobDataOwner:
            (["\(Self.containers)/read", "\(Self.containers)/write", "\(Self.containers)/delete"], [])
        }
    }

    /// What it allows with data, which no role for management includes.
    package var dataActions: [String] {
        switch self {
        case .blobDataReader: ["\(Self.containers)/blobs/read"]
        case .blobDataContributor:
            [
                "\(Self.containers)/blobs/read", "\(Self.containers)/blobs/write", "\(Self.containers)/blobs/delete",
                "\(Self.containers)/blobs/add/action",
            ]
        case .blobDataOwner: ["\(Self.containers)/blobs/*"]
        case .owner, .contributor, .reader, .userAccessAdministrator, .dataScientist, .metricsWriter,
            .managedIdentityOperator, .acrPull, .acrPush:
            []
        }
    }

    private static let workspaces = "Microsoft.MachineLearningServices/workspaces"
    private static let containers = "Microsoft.Storage/storageAccounts/blobServices/containers"
}

/// What somebody wants to do, and with what.
package struct Access: Hashable, Sendable {
    /// As `Microsoft.MachineLearningServices/workspaces/onlineEndpoints/write`.
    package var action: String
    /// The id of the resource, or of that which holds it; `/` is everything.
    package var scope: String
    /// Whether it is about data (blobs), which roles for management do not allow.
    package var isData: Bool

    package init(_ action: String, on scope: String, isData: Bool = false) {
        self.action = action
        self.scope = scope
        self.isData = isData
    }
}

/// A role that somebody has on a scope and on everything below it.
package struct RoleAssignment: Hashable, Sendable {
    /// A GUID.
    package var id: String
    /// The object id of who has it.
    package var principal: String
    package var role: Role
    /// As it was given; compared without regard to case.
    package var scope: String

    package init(id: String, principal: String, role: Role, scope: String) {
        self.id = id
        self.principal = principal
        self.role = role
        self.scope = scope
    }
}

/// Who may do what: the one rule.
package enum RoleRule {
    /// Whether one of `assignments`, all of them of the same principal, allows `access`.
    package static func allows(_ access: Access, _ assignments: some Sequence<RoleAssignment>) -> Bool {
        assignments.contains { covers($0.scope, access.scope) && allows(access, $0.role) }
    }

    /// Whether `role`, on the right scope, allows `access`.
    package static func allows(_ access: Access, _ role: Role) -> Bool {
        guard !access.isData else { return role.dataActions.contains { matches(access.action, $0) } }
        let (allowed, except) = role.actions
        return allowed.contains { matches(access.action, $0) } && !except.contains { matches(access.action, $0) }
    }

    /// Whether `inner` is `outer` or lies below it.
    package static func covers(_ outer: String, _ inner: String) -> Bool {
        let outerParts = outer.lowercased().split(separator: "/")
        let innerParts = inner.lowercased().split(separator: "/")
        return innerParts.starts(with: outerParts)
    }

    /// Whether `action` is what `pattern` describes, `*` standing for any text, without regard to case.
    package static func matches(_ action: String, _ pattern: String) -> Bool {
        let text = Array(action.lowercased().utf8)
        let parts = pattern.lowercased().utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.last, parts.count > 1 else {
            return text.elementsEqual(pattern.lowercased().utf8)
        }
        guard text.starts(with: first), text.count >= first.count + last.count,
            text.suffix(last.count).elementsEqual(last)
        else { return false }
        var rest = text[first.count..<(text.count - last.count)]
        for part in parts.dropFirst().dropLast() {
            guard let end = end(of: part, in: rest) else { return false }
            rest = rest[end...]
        }
        return true
    }

    /// Where the first occurrence of `part` in `text` ends.
    private static func end(of part: Substring.UTF8View.SubSequence, in text: ArraySlice<UInt8>) -> Int? {
        let needle = Array(part)
        guard !needle.isEmpty else { return text.startIndex }
        var start = text.startIndex
        while start + needle.count <= text.endIndex {
            if text[start..<(start + needle.count)].elementsEqual(needle) { return start + needle.count }
            start += 1
        }
        return nil
    }
}
