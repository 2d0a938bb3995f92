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

    private func table() async throws(Diagnostic) -> RouteTable {
        // Revisions rise also over a restart of the control plane: the gateway ignores older tables.
        lastRevision = max(lastRevision + 1, Int(world.now() * 1000))
        let (endpoints, deployments) = try await world.store.read { transaction in
            (try transaction.endpoints(), try transaction.deployments())
        }
        var specs: [Int: RevisionRecord] = [:]
        for deployment in deployments {
            guard let number = deployment.servingRevision else { continue }
            specs[number] = try await world.store.read { try $0.revision(number) }
        }
        var table = RouteTable(revision: lastRevision)
        for endpoint in endpoints {
            let spec = try EndpointResource(json: endpoint.spec, scope: .local, name: endpoint.name).spec
            var entry = RouteTable.Endpoint(
                name: endpoint.name,
                workspace: endpoint.workspace,
                localPort: endpoint.localPort,
                limits: LimitProperties.limits(of: spec.properties).limits
            )
            let own = deployments.filter { $0.key.workspace == endpoint.workspace && $0.key.endpoint == endpoint.name }
            for deployment in own {
                guard let number = deployment.servingRevision, let revision = specs[number] else { continue }
                entry.deployments.append(try await route(deployment.key, revision))
            }
            entry.traffic = EffectiveTraffic.split(spec, deployments: own.map(\.key.name))
            entry.mirror = spec.mirrorTraffic
            table.endpoints.append(entry)
        }
        return table
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
            instances: await board.instances(of: revision.number)
        )
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
