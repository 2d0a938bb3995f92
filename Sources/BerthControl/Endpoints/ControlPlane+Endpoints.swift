package import BerthAPI
package import BerthDiagnostics
package import BerthModel
import BerthStore
import Logging

extension ControlPlane {
    /// Creates or overwrites an endpoint, with its keys and its identity. Its answer is final; the operation is kept for
    /// those who ask for one.
    ///
    /// Throws `BadArgument` for names and splits that cannot be, `Conflict` while it is being deleted or where another
    /// workspace has the name.
    package func putEndpoint(
        _ wanted: EndpointSpec,
        in scope: WorkspaceScope,
        location: String = "local",
        ifMatch: String? = nil,
        requestID: String = ""
    ) async throws(Diagnostic) -> (EndpointResource, isNew: Bool, operation: String) {
        touch()
        try EndpointRules.check(wanted)
        let now = world.now()
        let limits = world.settings.limits
        let ports = scope == .local ? world.settings.localPorts : nil
        let making = try await making(wanted, in: scope)
        let spec = EndpointResource(scope: scope, spec: wanted, state: .succeeded, location: location).json
        var operation = OperationRecord(
            id: newID(),
            kind: .putEndpoint,
            workspace: scope.workspace,
            endpoint: wanted.name,
            deployment: nil,
            revision: nil,
            requestID: requestID,
            createdAt: now
        )
        operation.status = .succeeded
        let done = operation
        let (record, isNew) = try await world.store.write { transaction in
            let existing = try EndpointRules.acceptable(wanted, in: scope, transaction)
            if existing == nil { try EndpointRules.checkCount(in: scope.workspace, transaction, limits) }
            try StateTag.check(ifMatch, existing?.modifiedAt, "endpoint `\(wanted.name)`")
            var port = existing?.localPort ?? 0
            if let ports, existing == nil {
                port = try EndpointRules.freePort(ports, for: wanted.name, transaction)
            }
            let record = EndpointRecord(
                workspace: scope.workspace,
                name: wanted.name,
                spec: spec,
                state: .succeeded,
                localPort: port,
                createdAt: existing?.createdAt ?? now,
                modifiedAt: now
            )
            try transaction.save(record)
            try making?.save(isNew: existing == nil, transaction)
            try transaction.save(done)
            return (record, existing == nil)
        }
        if let directory = world.service?.directory, making != nil { await directory.forgetRoles() }
        guard isNew, scope != .local else {
            return (try await shown(try await place(record), in: scope), isNew, operation.id)
        }
        // Nothing answers there yet either way: nobody has to wait until the gateway knows the name.
        own("routes with \(operation.id)") { await self.publishRoutes() }
        return (try await shown(record, in: scope), isNew, operation.id)
    }

    /// Publishes an endpoint; where its port was taken by another program meanwhile, takes the next one.
    private func place(_ record: EndpointRecord) async throws(Diagnostic) -> EndpointRecord {
        var record = record
        var refused: Set<Int> = []
        for _ in 0..<20 {
            let failed = try await routes.publish()
            guard record.localPort > 0, failed[record.name] != nil else { return record }
            refused.insert(record.localPort)
            let taken = refused
            let ports = world.settings.localPorts
            let current = record
            record = try await world.store.write { transaction in
                let used = taken.union(try transaction.endpoints().map(\.localPort))
                guard let port = FreePort.first(in: ports, except: used) else { return current }
                // Somebody may have changed it since: only the port is ours.
                guard var moved = try transaction.endpoint(current.name, in: current.workspace) else { return current }
                moved.localPort = port
                try transaction.save(moved)
                return moved
            }
        }
        throw Diagnostic(
            .containerStartFailed,
            .portInUse,
            "the loopback port \(record.localPort) of endpoint `\(record.name)` is in use by another program",
            help: ["find it with: ss -ltnp 'sport = :\(record.localPort)'"]
        )
    }

    package func endpoint(_ name: String, in scope: WorkspaceScope) async throws(Diagnostic) -> EndpointResource {
        touch()
        let workspace = scope.workspace
        let (found, names) = try await world.store.read { transaction in
            let found = try transaction.endpoint(name, in: workspace)
            return (found, found == nil ? try transaction.endpoints(in: workspace).map(\.name) : [])
        }
        guard let found else { throw EndpointRules.notFound(name, among: names) }
        return try await shown(found, in: scope)
    }

    /// Up to `limit` endpoints by name, those behind the one named `name`.
    package func endpoints(
        in scope: WorkspaceScope,
        after name: String = "",
        limit: Int = Int(Int32.max)
    ) async throws(Diagnostic) -> [EndpointResource] {
        touch()
        let (records, identities) = try await world.store.read { transaction in
            let records = try transaction.endpoints(in: scope.workspace, after: name, limit: limit)
            var identities: [String: PrincipalRecord] = [:]
            for record in records where record.localPort == 0 {
                identities[record.name] = try transaction.principal(ofResource: scope.endpoint(record.name))
            }
            return (records, identities)
        }
        var resources: [EndpointResource] = []
        for record in records {
            resources.append(try await shown(record, in: scope, identity: identities[record.name]))
        }
        return resources
    }

    /// Deletes an endpoint with its deployments, in any state. Returns the operation's id, nil where there is none.
    package func deleteEndpoint(
        _ name: String,
        in scope: WorkspaceScope,
        ifMatch: String? = nil,
        requestID: String
    ) async throws(Diagnostic) -> String? {
        touch()
        let id = newID()
        let now = world.now()
        let workspace = scope.workspace
        let accepted = try await world.store.write { transaction -> OperationRecord? in
            guard var endpoint = try transaction.endpoint(name, in: workspace) else { return nil }
            try StateTag.check(ifMatch, endpoint.modifiedAt, "endpoint `\(name)`")
            for var running in try transaction.operationsInProgress(on: name, in: workspace) {
                if running.kind == .deleteEndpoint { return running }
                guard running.kind == .putDeployment else { continue }
                running.status = .canceled
                try transaction.save(running)
            }
            endpoint.state = .deleting
            try transaction.save(endpoint)
            let operation = OperationRecord(
                id: id,
                kind: .deleteEndpoint,
                workspace: workspace,
                endpoint: name,
                deployment: nil,
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

    /// The resource as users see it. `identity` is its own, where that is known already.
    func shown(
        _ record: EndpointRecord,
        in scope: WorkspaceScope,
        identity: PrincipalRecord? = nil
    ) async throws(Diagnostic) -> EndpointResource {
        var resource = try EndpointResource(json: record.spec, scope: scope, name: record.name)
        resource.state = record.state
        resource.createdAt = Timestamp.text(record.createdAt)
        resource.modifiedAt = Timestamp.text(record.modifiedAt)
        resource.etag = StateTag.text(record.modifiedAt)
        if record.localPort > 0 {
            resource.scoringURI = "http://localhost:\(record.localPort)/score"
            resource.openapiURI = "http://localhost:\(record.localPort)/swagger.json"
        } else if let service = world.service {
            let root = "\(service.gatewayURL)/api/v1/endpoint/\(record.name)"
            resource.scoringURI = "\(root)/score"
            resource.openapiURI = "\(root)/swagger.json"
            try await addIdentity(to: &resource, service.directory, known: identity)
        }
        return resource
    }
}

/// What an endpoint's spec may be.
enum EndpointRules {
    static func checkCount(in workspace: String, _ transaction: StoreTransaction, _ limits: PresetLimits) throws {
        guard let place = try QuotaPlaces.place(of: workspace, transaction) else { return }
        let inRegion = try transaction.endpoints().filter {
            try QuotaPlaces.place(of: $0.workspace, transaction) == place
        }
        guard inRegion.count >= limits.endpointsPerRegion else { return }
        throw Diagnostic(
            .notEnoughQuota,
            .quotaExceeded,
            "subscription \(place.subscription) has \(inRegion.count) endpoints in \(place.region), the limit is \(limits.endpointsPerRegion)",
            help: ["delete an endpoint that is not used: berth online-endpoint list"]
        )
    }

    static func check(_ spec: EndpointSpec) throws(Diagnostic) {
        guard NameRule.isWellFormed(spec.name), NameRule.endpointLength.contains(spec.name.count) else {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "`\(spec.name)` is no valid endpoint name",
                help: ["use 3 to 32 letters, digits and dashes, beginning with a letter"]
            )
        }
        if let problem = LimitProperties.limits(of: spec.properties).problems.first { throw problem }
        for (name, percent) in spec.traffic where !(0...100).contains(percent) {
            throw Diagnostic(.badArgument, .specInvalid, "the traffic of `\(name)` is \(percent), allowed are 0 to 100")
        }
        let sum = spec.traffic.values.reduce(0, +)
        guard sum == 0 || sum == 100 else {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "the traffic of endpoint `\(spec.name)` sums to \(sum)",
                help: ["let the percentages sum to 100, or to 0"]
            )
        }
        for (name, percent) in spec.mirrorTraffic where !(0...50).contains(percent) {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "the mirror traffic of `\(name)` is \(percent), allowed are 0 to 50"
            )
        }
    }

    /// Throws where traffic names a deployment that does not exist, or live and mirrored at once, or where more than one
    /// gets copies.
    static func check(_ spec: EndpointSpec, deployments: [String]) throws {
        for name in spec.traffic.keys.sorted() + spec.mirrorTraffic.keys.sorted() where !deployments.contains(name) {
            if spec.traffic[name] ?? 0 == 0, spec.mirrorTraffic[name] ?? 0 == 0 { continue }
            let near = nearestName(to: name, among: deployments)
            throw Diagnostic(
                .badArgument,
                .deploymentNotFound,
                "endpoint `\(spec.name)` has no deployment `\(name)` to send traffic to",
                help: [near.map { "did you mean `\($0)`?" } ?? "create the deployment first, then set its traffic"]
            )
        }
        let mirrored = spec.mirrorTraffic.filter { $0.value > 0 }.keys.sorted()
        guard mirrored.count <= 1 else {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "endpoint `\(spec.name)` has mirror traffic to \(mirrored.joined(separator: ", "))",
                help: ["give mirror traffic to one deployment only"]
            )
        }
        for name in spec.mirrorTraffic.keys where (spec.mirrorTraffic[name] ?? 0) > 0 && (spec.traffic[name] ?? 0) > 0 {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "deployment `\(name)` has live and mirror traffic",
                help: ["give it one of both"]
            )
        }
    }

    /// The endpoint that is there, where a change of it can be accepted.
    static func acceptable(
        _ wanted: EndpointSpec,
        in scope: WorkspaceScope,
        _ transaction: StoreTransaction
    ) throws -> EndpointRecord? {
        if scope != .local { _ = try AccountRules.workspace(scope, transaction) }
        let existing = try transaction.endpoint(wanted.name, in: scope.workspace)
        if existing?.state == .deleting { throw beingDeleted(wanted.name) }
        if existing == nil, scope != .local, let other = try transaction.endpoints(named: wanted.name).first {
            throw Diagnostic(
                .conflict,
                .endpointAlreadyExists,
                "the endpoint name `\(wanted.name)` is taken in workspace `\(other.workspace)`",
                help: ["choose another name: names of endpoints are unique on a server, as in a region of Azure"]
            )
        }
        // One that is being deleted takes no traffic any more.
        let deployments = try transaction.deployments(of: wanted.name, in: scope.workspace)
            .filter { $0.state != .deleting }.map(\.key.name)
        try check(wanted, deployments: deployments)
        return existing
    }

    static func freePort(_ ports: ClosedRange<Int>, for name: String, _ transaction: StoreTransaction) throws -> Int {
        let taken = Set(try transaction.endpoints().map(\.localPort))
        if let port = FreePort.first(in: ports, except: taken) { return port }
        throw Diagnostic(
            .outOfCapacity,
            .portInUse,
            "no loopback port from \(ports.lowerBound) to \(ports.upperBound) is free for endpoint `\(name)`",
            help: ["delete an endpoint that is not used: berth online-endpoint list --local"]
        )
    }

    static func notFound(_ name: String, among names: [String]) -> Diagnostic {
        let near = nearestName(to: name, among: names)
        return Diagnostic(
            .resourceNotFound,
            .endpointNotFound,
            "endpoint `\(name)` does not exist",
            help: [near.map { "did you mean `\($0)`?" } ?? "see what there is: berth online-endpoint list --local"]
        )
    }

    static func beingDeleted(_ name: String) -> Diagnostic {
        Diagnostic(
            .conflict,
            .operationInProgress,
            "endpoint `\(name)` is being deleted",
            help: ["run the command again when it is gone: berth online-endpoint show -n \(name) --local"]
        )
    }
}
