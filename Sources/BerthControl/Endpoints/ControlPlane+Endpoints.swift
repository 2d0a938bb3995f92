package import BerthAPI
package import BerthDiagnostics
package import BerthModel
import BerthStore
import Logging

extension ControlPlane {
    /// Creates or overwrites an endpoint. Its answer is final: no operation is needed.
    ///
    /// Throws `BadArgument` for names and splits that cannot be, `Conflict` while it is being deleted.
    package func putEndpoint(_ wanted: EndpointSpec, in scope: WorkspaceScope) async throws(Diagnostic)
        -> EndpointResource
    {
        touch()
        try EndpointRules.check(wanted)
        let workspace = scope.workspace
        let now = world.now()
        let ports = world.settings.localPorts
        let record = try await world.store.write { transaction in
            let existing = try transaction.endpoint(wanted.name, in: workspace)
            if existing?.state == .deleting { throw EndpointRules.beingDeleted(wanted.name) }
            // One that is being deleted takes no traffic any more.
            let deployments = try transaction.deployments(of: wanted.name, in: workspace)
                .filter { $0.state != .deleting }.map(\.key.name)
            try EndpointRules.check(wanted, deployments: deployments)
            let taken = Set(try transaction.endpoints().map(\.localPort))
            guard let port = existing?.localPort ?? FreePort.first(in: ports, except: taken) else {
                throw Diagnostic(
                    .outOfCapacity,
                    .portInUse,
                    "no loopback port from \(ports.lowerBound) to \(ports.upperBound) is free for endpoint `\(wanted.name)`",
                    help: ["delete an endpoint that is not used: berth online-endpoint list --local"]
                )
            }
            let record = EndpointRecord(
                workspace: workspace,
                name: wanted.name,
                spec: EndpointResource(scope: scope, spec: wanted, state: .succeeded, location: "local").json,
                state: .succeeded,
                localPort: port,
                createdAt: existing?.createdAt ?? now,
                modifiedAt: now
            )
            try transaction.save(record)
            return record
        }
        let placed = try await place(record)
        return try resource(placed, in: scope)
    }

    /// Publishes an endpoint; where its port was taken by another program meanwhile, takes the next one.
    private func place(_ record: EndpointRecord) async throws(Diagnostic) -> EndpointRecord {
        var record = record
        var refused: Set<Int> = []
        for _ in 0..<20 {
            let failed = try await routes.publish()
            guard failed[record.name] != nil else { return record }
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
            (try transaction.endpoint(name, in: workspace), try transaction.endpoints(in: workspace).map(\.name))
        }
        guard let found else { throw EndpointRules.notFound(name, among: names) }
        return try resource(found, in: scope)
    }

    package func endpoints(in scope: WorkspaceScope) async throws(Diagnostic) -> [EndpointResource] {
        touch()
        let workspace = scope.workspace
        let records = try await world.store.read { try $0.endpoints(in: workspace) }
        var resources: [EndpointResource] = []
        for record in records { resources.append(try resource(record, in: scope)) }
        return resources
    }

    /// Deletes an endpoint with its deployments, in any state. Returns the operation's id, nil where there is none.
    package func deleteEndpoint(
        _ name: String,
        in scope: WorkspaceScope,
        requestID: String
    ) async throws(Diagnostic) -> String? {
        touch()
        let id = newID()
        let now = world.now()
        let workspace = scope.workspace
        let accepted = try await world.store.write { transaction -> OperationRecord? in
            guard var endpoint = try transaction.endpoint(name, in: workspace) else { return nil }
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

    func resource(_ record: EndpointRecord, in scope: WorkspaceScope) throws(Diagnostic) -> EndpointResource {
        var resource = try EndpointResource(json: record.spec, scope: scope, name: record.name)
        resource.state = record.state
        resource.createdAt = Timestamp.text(record.createdAt)
        resource.modifiedAt = Timestamp.text(record.modifiedAt)
        if record.localPort > 0 {
            resource.scoringURI = "http://localhost:\(record.localPort)/score"
            resource.openapiURI = "http://localhost:\(record.localPort)/swagger.json"
        }
        return resource
    }
}

/// What an endpoint's spec may be.
enum EndpointRules {
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
