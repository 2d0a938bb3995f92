package import BerthAPI
package import BerthDiagnostics
import BerthIdentity
package import BerthJSON
import BerthModel
package import BerthStore

/// Subscriptions, resource groups and workspaces: what everything else belongs to.
package struct Accounts: Sendable {
    let store: Store
    let now: @Sendable () -> Double

    package init(store: Store, now: @escaping @Sendable () -> Double) {
        self.store = store
        self.now = now
    }

    // MARK: Subscriptions

    package func subscriptions() async throws(Diagnostic) -> [SubscriptionRecord] {
        try await store.read { try $0.subscriptions() }
    }

    package func subscription(_ id: String) async throws(Diagnostic) -> SubscriptionRecord {
        try await store.read { try AccountRules.subscription(id, $0) }
    }

    // MARK: Resource groups

    package func resourceGroups(in subscription: String) async throws(Diagnostic) -> [ResourceGroupRecord] {
        try await store.read { transaction in
            try transaction.resourceGroups(in: try AccountRules.subscription(subscription, transaction).id)
        }
    }

    package func resourceGroup(_ name: String, in subscription: String) async throws(Diagnostic)
        -> ResourceGroupRecord
    {
        try await store.read { try AccountRules.group(name, in: subscription, $0) }
    }

    /// Creates a group, or changes its tags.
    package func putResourceGroup(
        _ name: String,
        in subscription: String,
        location: String,
        tags: JSON
    ) async throws(Diagnostic) -> (ResourceGroupRecord, isNew: Bool) {
        try AccountRules.checkName(name, of: "resource group", length: 1...90)
        let time = now()
        return try await store.write { transaction in
            let owner = try AccountRules.subscription(subscription, transaction)
            if var known = try transaction.resourceGroup(name, in: owner.id) {
                known.tags = tags
                try transaction.save(known)
                return (known, false)
            }
            let record = ResourceGroupRecord(
                subscription: owner.id,
                name: name,
                location: location,
                tags: tags,
                createdAt: time
            )
            try transaction.save(record)
            return (record, true)
        }
    }

    /// Whether there was one. A group with workspaces in it is not deleted.
    package func deleteResourceGroup(_ name: String, in subscription: String) async throws(Diagnostic) -> Bool {
        try await store.write { transaction in
            guard let group = try transaction.resourceGroup(name, in: subscription) else { return false }
            let workspaces = try transaction.workspaces(in: group.subscription, group: group.name).map(\.name)
            guard workspaces.isEmpty else {
                throw Diagnostic(
                    .conflict,
                    nil,
                    "resource group `\(name)` holds \(workspaces.count) workspaces: "
                        + workspaces.prefix(5).map { "`\($0)`" }.joined(separator: ", "),
                    help: ["delete them first: berth workspace delete -n \(workspaces[0]) -g \(name) --yes"]
                )
            }
            try transaction.deleteRoleAssignments(
                on: "/subscriptions/\(group.subscription)/resourceGroups/\(group.name)"
            )
            try transaction.deleteResourceGroup(name, in: subscription)
            return true
        }
    }

    // MARK: Workspaces

    package func workspace(_ scope: WorkspaceScope) async throws(Diagnostic) -> WorkspaceRecord {
        try await store.read { try AccountRules.workspace(scope, $0) }
    }

    /// Of one group, or of a whole subscription.
    package func workspaces(in subscription: String, group: String?) async throws(Diagnostic) -> [WorkspaceRecord] {
        try await store.read { transaction in
            let owner = try AccountRules.subscription(subscription, transaction)
            if let group { _ = try AccountRules.group(group, in: owner.id, transaction) }
            return try transaction.workspaces(in: owner.id, group: group)
        }
    }

    /// Creates a workspace, or overwrites what is described of it. Its group must be there.
    package func putWorkspace(_ wanted: WorkspaceResource) async throws(Diagnostic)
        -> (WorkspaceRecord, isNew: Bool)
    {
        let scope = wanted.scope
        try AccountRules.checkName(scope.workspace, of: "workspace", length: 2...33)
        guard scope.workspace.lowercased() != WorkspaceScope.local.workspace else {
            throw Diagnostic(
                .badArgument,
                .argumentInvalid,
                "the workspace `local` is that of --local on every machine",
                help: ["choose another name"]
            )
        }
        let time = now()
        let id = Fresh.guid()
        return try await store.write { transaction in
            let group = try AccountRules.group(scope.resourceGroup, in: scope.subscription, transaction)
            var known = try transaction.workspace(scope.workspace)
            if let found = known {
                try AccountRules.checkSame(found, scope)
                known?.spec = wanted.json
                known?.modifiedAt = time
            }
            let record =
                known
                ?? WorkspaceRecord(
                    name: scope.workspace,
                    subscription: group.subscription,
                    resourceGroup: group.name,
                    id: id,
                    location: wanted.location.isEmpty ? group.location : wanted.location,
                    spec: wanted.json,
                    createdAt: time,
                    modifiedAt: time
                )
            try transaction.save(record)
            return (record, known == nil)
        }
    }

    /// Whether there was one. A workspace with endpoints in it is not deleted.
    package func deleteWorkspace(_ scope: WorkspaceScope) async throws(Diagnostic) -> Bool {
        try await store.write { transaction in
            guard let known = try transaction.workspace(scope.workspace) else { return false }
            try AccountRules.checkSame(known, scope)
            let endpoints = try transaction.endpoints(in: known.name).map(\.name)
            guard endpoints.isEmpty else {
                throw Diagnostic(
                    .conflict,
                    nil,
                    "workspace `\(known.name)` holds \(endpoints.count) endpoints: "
                        + endpoints.prefix(5).map { "`\($0)`" }.joined(separator: ", "),
                    help: ["delete them first: berth online-endpoint delete -n \(endpoints[0]) --yes"]
                )
            }
            try transaction.deleteRoleAssignments(on: scope.path)
            try transaction.deleteWorkspace(known.name)
            return true
        }
    }
}

/// What subscriptions, groups and workspaces must be.
enum AccountRules {
    static func checkName(_ name: String, of kind: String, length: ClosedRange<Int>) throws(Diagnostic) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "("), UInt8(ascii: ")"):
                true
            default: false
            }
        }
        guard isPlain, length.contains(name.utf8.count), name.last != ".", name.first != "." else {
            throw Diagnostic(
                .badArgument,
                .argumentInvalid,
                "`\(name)` is no name of a \(kind)",
                help: [
                    "use \(length.lowerBound) to \(length.upperBound) letters, digits, dashes, underscores and dots"
                ]
            )
        }
    }

    static func subscription(_ id: String, _ transaction: StoreTransaction) throws -> SubscriptionRecord {
        if let found = try transaction.subscription(id) { return found }
        throw Diagnostic(
            .resourceNotFound,
            nil,
            "there is no subscription `\(id)`",
            help: ["see which there are: berth account list"]
        )
    }

    static func group(
        _ name: String,
        in subscription: String,
        _ transaction: StoreTransaction
    ) throws -> ResourceGroupRecord {
        let owner = try Self.subscription(subscription, transaction)
        if let found = try transaction.resourceGroup(name, in: owner.id) { return found }
        let names = try transaction.resourceGroups(in: owner.id).map(\.name)
        throw Diagnostic(
            .resourceNotFound,
            nil,
            "there is no resource group `\(name)`",
            help: [
                nearestName(to: name, among: names).map { "did you mean `\($0)`?" }
                    ?? "create it: berth group create -n \(name) -l local"
            ]
        )
    }

    static func workspace(_ scope: WorkspaceScope, _ transaction: StoreTransaction) throws -> WorkspaceRecord {
        if let found = try transaction.workspace(scope.workspace), isSame(found, scope) { return found }
        let group = try group(scope.resourceGroup, in: scope.subscription, transaction)
        let names = try transaction.workspaces(in: group.subscription, group: group.name).map(\.name)
        throw Diagnostic(
            .resourceNotFound,
            nil,
            "resource group `\(group.name)` has no workspace `\(scope.workspace)`",
            help: [
                nearestName(to: scope.workspace, among: names).map { "did you mean `\($0)`?" }
                    ?? "create it: berth workspace create -n \(scope.workspace) -g \(group.name)"
            ]
        )
    }

    static func isSame(_ record: WorkspaceRecord, _ scope: WorkspaceScope) -> Bool {
        record.subscription.lowercased() == scope.subscription.lowercased()
            && record.resourceGroup.lowercased() == scope.resourceGroup.lowercased()
    }

    static func checkSame(_ record: WorkspaceRecord, _ scope: WorkspaceScope) throws(Diagnostic) {
        guard !isSame(record, scope) else { return }
        throw Diagnostic(
            .conflict,
            nil,
            "the workspace name `\(scope.workspace)` is taken in resource group `\(record.resourceGroup)`",
            help: ["choose another name: names of workspaces are unique on a server"]
        )
    }
}

extension WorkspaceRecord {
    /// Whose it is, as ids spell it.
    package var scope: WorkspaceScope {
        WorkspaceScope(subscription: subscription, resourceGroup: resourceGroup, workspace: name)
    }
}
