import BerthAPI
import BerthDiagnostics
import BerthModel
import BerthStore
import Logging

/// Keeps the gateway's route table equal to what the store intends and what answers.
actor RouteReconciler {
    private let world: ControlWorld
    private let board: ReadyBoard
    private var lastRevision = 0
    private var current: Task<[String: String], any Error>?
    private var next: Task<[String: String], any Error>?

    init(world: ControlWorld, board: ReadyBoard) {
        self.world = world
        self.board = board
    }

    /// Publishes the table as it is now; returns when the gateway serves it. Calls that arrive while one is under way
    /// share the one that follows. The result: endpoints whose port could not be opened, with the reason.
    @discardableResult
    func publish() async throws(Diagnostic) -> [String: String] {
        let task: Task<[String: String], any Error>
        if let next {
            task = next
        } else if let current {
            task = Task {
                // The outcome of the earlier one is its caller's; here it only has to be over.
                _ = try? await current.value
                return try await self.begin().value
            }
            next = task
        } else {
            task = begin()
        }
        do {
            return try await task.value
        } catch let diagnostic as Diagnostic {
            throw diagnostic
        } catch {
            throw Diagnostic(.operationCanceled, nil, "publishing the routes was cancelled")
        }
    }

    private func begin() -> Task<[String: String], any Error> {
        next = nil
        let task = Task { try await self.publishOnce() }
        current = task
        return task
    }

    private func publishOnce() async throws -> [String: String] {
        defer { current = nil }
        let table = try await table()
        return try await world.routes.publish(table)
    }

    /// All that a table is made of, from one moment.
    private struct Facts: Sendable {
        var endpoints: [EndpointRecord]
        /// By `workspace/endpoint`.
        var deployments: [String: [DeploymentHead]]
        var revisions: [Int: RevisionRecord]
        /// By the prefix of the endpoint's secrets.
        var keys: [String: [SecretRecord]]
        var workspaces: [String: WorkspaceRecord]
        var roles: [RoleAssignment]
    }

    private func facts() async throws(Diagnostic) -> Facts {
        try await world.store.read { transaction in
            let serving = try transaction.revisions(in: .serving) + transaction.revisions(in: .draining)
            return Facts(
                endpoints: try transaction.endpoints(),
                deployments: Dictionary(grouping: try transaction.deploymentHeads()) {
                    "\($0.key.workspace)/\($0.key.endpoint)"
                },
                revisions: Dictionary(uniqueKeysWithValues: serving.map { ($0.number, $0) }),
                keys: Dictionary(grouping: try transaction.secrets(prefix: "endpoint/")) { secret in
                    String(secret.name[...(secret.name.lastIndex(of: "/") ?? secret.name.startIndex)])
                },
                workspaces: Dictionary(uniqueKeysWithValues: try transaction.workspaces().map { ($0.name, $0) }),
                roles: try transaction.roleAssignments()
            )
        }
    }

    private func table() async throws(Diagnostic) -> RouteTable {
        // Revisions rise also over a restart of the control plane: the gateway ignores older tables.
        lastRevision = max(lastRevision + 1, Int(world.now() * 1000))
        let facts = try await facts()
        var table = RouteTable(revision: lastRevision)
        for endpoint in facts.endpoints {
            let spec = try EndpointResource(json: endpoint.spec, scope: .local, name: endpoint.name).spec
            var entry = RouteTable.Endpoint(
                name: endpoint.name,
                workspace: endpoint.workspace,
                localPort: endpoint.localPort,
                auth: Self.auth(endpoint, spec, facts),
                limits: LimitProperties.limits(of: spec.properties).limits
            )
            let own = facts.deployments["\(endpoint.workspace)/\(endpoint.name)"] ?? []
            for deployment in own {
                guard let number = deployment.servingRevision, let revision = facts.revisions[number] else { continue }
                entry.deployments.append(try await route(deployment.key, revision))
            }
            entry.traffic =
                endpoint.localPort > 0 ? EffectiveTraffic.split(spec, deployments: own.map(\.key.name)) : spec.traffic
            entry.mirror = spec.mirrorTraffic
            table.endpoints.append(entry)
        }
        if let directory = world.service?.directory {
            table.tokenIssuers = [directory.routeIssuer]
            table.workspaces = facts.workspaces.values.sorted { $0.name < $1.name }.map {
                RouteTable.Workspace(
                    name: $0.name,
                    id: $0.id,
                    subscriptionID: $0.subscription,
                    location: $0.location
                )
            }
        }
        return table
    }

    /// How callers of an endpoint prove who they are; `--local` asks for nothing.
    private static func auth(_ endpoint: EndpointRecord, _ spec: EndpointSpec, _ facts: Facts) -> RouteTable.Auth {
        guard endpoint.localPort == 0 else { return .none }
        switch spec.authMode {
        case .key:
            let own = facts.keys[EndpointKeys.prefix(endpoint.workspace, endpoint.name)] ?? []
            return .keys(sha256: own.map(\.sha256))
        case .amlToken: return .amlToken
        case .aadToken:
            guard let id = facts.workspaces[endpoint.workspace]?.scope.endpoint(endpoint.name) else {
                return .aadToken(scorers: [])
            }
            let access = Access(EndpointKeys.scoreAction, on: id)
            let scorers = Set(facts.roles.filter { RoleRule.allows(access, [$0]) }.map(\.principal))
            return .aadToken(scorers: scorers.sorted())
        }
    }

    private func route(
        _ key: DeploymentKey,
        _ revision: RevisionRecord
    ) async throws(Diagnostic) -> RouteTable.Deployment {
        let spec = try DeploymentResource(
            json: revision.spec,
            scope: .local,
            endpoint: key.endpoint,
            name: key.name
        ).spec
        return RouteTable.Deployment(
            name: key.name,
            requestTimeoutMs: spec.requestSettings.requestTimeoutMs,
            maxConcurrentRequestsPerInstance: spec.requestSettings.maxConcurrentRequestsPerInstance,
            instanceCount: spec.instanceCount,
            scoringPath: Self.routes(of: spec)?.scoring.path ?? "/score",
            passesEveryPath: Self.routes(of: spec) != nil,
            instances: await board.instances(of: revision.number)
        )
    }
}

extension RouteReconciler {
    /// The routes of an image's own server.
    private static func routes(of spec: DeploymentSpec) -> InferenceConfig? {
        guard case .inline(let environment) = spec.environment else { return nil }
        return environment.inferenceConfig
    }
}

/// The split that is in force.
enum EffectiveTraffic {
    /// A lone deployment of an endpoint whose traffic was never set gets all of it: what `--local` users expect. A
    /// traffic that was set, also to zeros, holds.
    static func split(_ spec: EndpointSpec, deployments: [String]) -> [String: Int] {
        guard spec.traffic.isEmpty, deployments.count == 1, let only = deployments.first else { return spec.traffic }
        return [only: 100]
    }
}
