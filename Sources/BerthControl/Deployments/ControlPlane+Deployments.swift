package import BerthAPI
package import BerthDiagnostics
package import BerthModel
import BerthRuntime
package import BerthStore

extension ControlPlane {
    /// Accepts a deployment: returns its resource and the operation that carries it out.
    ///
    /// Throws `ResourceNotFound` without the endpoint, `Conflict` while another change of the deployment runs.
    package func putDeployment(
        _ wanted: DeploymentSpec,
        in scope: WorkspaceScope,
        location: String = "local",
        ifMatch: String? = nil,
        requestID: String
    ) async throws(Diagnostic) -> (DeploymentResource, operation: String) {
        touch()
        try ValidateSpec(settings: world.settings).run(wanted)
        let key = DeploymentKey(workspace: scope.workspace, endpoint: wanted.endpointName, name: wanted.name)
        let id = newID()
        let now = world.now()
        let limits = world.settings.limits
        var resource = DeploymentResource(scope: scope, spec: wanted, state: .creating, location: location)
        let spec = resource.json
        let (record, operation) = try await world.store.write { transaction in
            try DeploymentRules.checkAcceptable(key, transaction: transaction, limits: limits)
            let existing = try transaction.deployment(key)
            try StateTag.check(ifMatch, existing?.modifiedAt, "deployment `\(key.name)`")
            var record = existing ?? DeploymentRecord(key: key, spec: spec, state: .creating, createdAt: now)
            record.state = existing?.servingRevision == nil ? .creating : .updating
            record.spec = spec
            record.modifiedAt = now
            let revision = try transaction.insertRevision(of: key, spec: spec, createdAt: now)
            let operation = OperationRecord(
                id: id,
                kind: .putDeployment,
                workspace: key.workspace,
                endpoint: key.endpoint,
                deployment: key.name,
                revision: revision.number,
                requestID: requestID,
                createdAt: now
            )
            try transaction.save(record)
            try transaction.save(operation)
            return (record, operation)
        }
        resource.state = record.state
        resource.createdAt = Timestamp.text(record.createdAt)
        resource.modifiedAt = Timestamp.text(record.modifiedAt)
        resource.etag = StateTag.text(record.modifiedAt)
        await carryOut(operation)
        return (resource, id)
    }

    package func deployment(_ key: DeploymentKey, in scope: WorkspaceScope) async throws(Diagnostic)
        -> DeploymentResource
    {
        touch()
        let record = try await world.store.read { transaction -> DeploymentRecord in
            guard let record = try transaction.deployment(key) else {
                throw try DeploymentRules.notFound(key, transaction: transaction)
            }
            return record
        }
        return try await resource(record, in: scope)
    }

    package func deployments(
        of endpoint: String,
        in scope: WorkspaceScope
    ) async throws(Diagnostic) -> [DeploymentResource] {
        touch()
        let workspace = scope.workspace
        let records = try await world.store.read { transaction -> [DeploymentRecord] in
            guard try transaction.endpoint(endpoint, in: workspace) != nil else {
                throw EndpointRules.notFound(endpoint, among: try transaction.endpoints(in: workspace).map(\.name))
            }
            return try transaction.deployments(of: endpoint, in: workspace)
        }
        var resources: [DeploymentResource] = []
        for record in records { resources.append(try await resource(record, in: scope)) }
        return resources
    }

    /// The last failure and further independent ones.
    package func diagnosis(of key: DeploymentKey) async throws(Diagnostic) -> [Diagnostic] {
        touch()
        return try await world.store.read { transaction -> [Diagnostic] in
            guard let record = try transaction.deployment(key) else {
                throw try DeploymentRules.notFound(key, transaction: transaction)
            }
            return record.failures.compactMap(Diagnostic.init(json:))
        }
    }

    /// Deletes a deployment in any state. Refused while it has live traffic. Returns the operation's id, nil where
    /// there is nothing to delete.
    package func deleteDeployment(
        _ key: DeploymentKey,
        in scope: WorkspaceScope,
        ifMatch: String? = nil,
        requestID: String
    ) async throws(Diagnostic) -> String? {
        touch()
        let id = newID()
        let now = world.now()
        let accepted = try await world.store.write { transaction -> OperationRecord? in
            guard var record = try transaction.deployment(key) else { return nil }
            try StateTag.check(ifMatch, record.modifiedAt, "deployment `\(key.name)`")
            if let endpoint = try transaction.endpoint(key.endpoint, in: key.workspace) {
                let spec = try EndpointResource(json: endpoint.spec, scope: scope, name: key.endpoint).spec
                try DeploymentRules.checkWithoutTraffic(key, spec)
            }
            for var running in try transaction.operationsInProgress(on: key.endpoint, in: key.workspace)
            where running.deployment == key.name {
                if running.kind == .deleteDeployment { return running }
                running.status = .canceled
                try transaction.save(running)
            }
            record.state = .deleting
            try transaction.save(record)
            let operation = OperationRecord(
                id: id,
                kind: .deleteDeployment,
                workspace: key.workspace,
                endpoint: key.endpoint,
                deployment: key.name,
                revision: nil,
                requestID: requestID,
                createdAt: now
            )
            try transaction.save(operation)
            return operation
        }
        guard let accepted else { return nil }
        if accepted.id == id { await carryOut(accepted) }
        return accepted.id
    }

    private func resource(_ record: DeploymentRecord, in scope: WorkspaceScope) async throws(Diagnostic)
        -> DeploymentResource
    {
        var resource = try DeploymentResource(
            json: record.spec,
            scope: scope,
            endpoint: record.key.endpoint,
            name: record.key.name
        )
        resource.state = record.state
        resource.createdAt = Timestamp.text(record.createdAt)
        resource.modifiedAt = Timestamp.text(record.modifiedAt)
        resource.etag = StateTag.text(record.modifiedAt)
        resource.warnings = record.warnings.compactMap(Diagnostic.init(json:))
        resource.failure = record.failures.first.flatMap(Diagnostic.init(json:))
        if let revision = record.servingRevision {
            resource.readyInstances = await board.instances(of: revision).count
        }
        return resource
    }
}

/// When a change of a deployment is accepted.
enum DeploymentRules {
    static func checkAcceptable(_ key: DeploymentKey, transaction: StoreTransaction, limits: PresetLimits) throws {
        guard let endpoint = try transaction.endpoint(key.endpoint, in: key.workspace) else {
            let names = try transaction.endpoints(in: key.workspace).map(\.name)
            var missing = EndpointRules.notFound(key.endpoint, among: names)
            missing.help.append("create it first: berth online-endpoint create -n \(key.endpoint) --local")
            throw missing
        }
        if endpoint.state == .deleting { throw EndpointRules.beingDeleted(key.endpoint) }
        let running = try transaction.operationsInProgress(on: key.endpoint, in: key.workspace)
        if running.contains(where: { $0.deployment == key.name }) {
            throw Diagnostic(
                .conflict,
                .operationInProgress,
                "another operation on deployment `\(key.name)` is in progress",
                help: [
                    "see how it goes: berth online-deployment show -n \(key.name) -e \(key.endpoint) --local",
                    "or end it: berth online-deployment delete -n \(key.name) -e \(key.endpoint) --local --yes",
                ]
            )
        }
        let deployments = try transaction.deployments(of: key.endpoint, in: key.workspace).map(\.key)
        guard !deployments.contains(key) else { return }
        guard deployments.count < limits.deploymentsPerEndpoint else {
            throw tooMany(
                "endpoint `\(key.endpoint)` has \(deployments.count) deployments",
                limits.deploymentsPerEndpoint
            )
        }
        guard let place = try QuotaPlaces.place(of: key.workspace, transaction) else { return }
        let inRegion = try transaction.deployments().filter {
            try QuotaPlaces.place(of: $0.key.workspace, transaction) == place
        }
        guard inRegion.count < limits.deploymentsPerRegion else {
            throw tooMany(
                "subscription \(place.subscription) has \(inRegion.count) deployments in \(place.region)",
                limits.deploymentsPerRegion
            )
        }
    }

    private static func tooMany(_ words: String, _ limit: Int) -> Diagnostic {
        Diagnostic(
            .notEnoughQuota,
            .quotaExceeded,
            "\(words), the limit is \(limit)",
            help: ["delete a deployment that is not used"]
        )
    }

    static func checkWithoutTraffic(_ key: DeploymentKey, _ endpoint: EndpointSpec) throws(Diagnostic) {
        guard let percent = endpoint.traffic[key.name], percent > 0 else { return }
        throw Diagnostic(
            .badArgument,
            .deploymentHasTraffic,
            "deployment `\(key.name)` has live traffic: \(percent) percent of endpoint `\(key.endpoint)`",
            help: [
                "set it to 0 first: berth online-endpoint update -n \(key.endpoint) --traffic \"\(key.name)=0\" --local"
            ]
        )
    }

    static func notFound(_ key: DeploymentKey, transaction: StoreTransaction) throws -> Diagnostic {
        guard try transaction.endpoint(key.endpoint, in: key.workspace) != nil else {
            return EndpointRules.notFound(key.endpoint, among: try transaction.endpoints(in: key.workspace).map(\.name))
        }
        let names = try transaction.deployments(of: key.endpoint, in: key.workspace).map(\.key.name)
        let near = nearestName(to: key.name, among: names)
        return Diagnostic(
            .resourceNotFound,
            .deploymentNotFound,
            "endpoint `\(key.endpoint)` has no deployment `\(key.name)`",
            help: [
                near.map { "did you mean `\($0)`?" }
                    ?? "see what there is: berth online-deployment list -e \(key.endpoint) --local"
            ]
        )
    }
}
