package import BerthAPI
package import BerthDiagnostics
import BerthModel
import BerthStore
import Logging

extension ControlPlane {
    /// The operation with its progress after `version`; waits for news for `wait` at most. With a workspace, only where
    /// it belongs to that.
    package func operation(
        _ id: String,
        in workspace: String? = nil,
        after version: Int,
        wait: Duration
    ) async throws(Diagnostic) -> OperationResource {
        touch()
        let known = try await world.store.read { try $0.operation(id) }
        guard let known, workspace == nil || known.workspace == workspace else {
            throw Diagnostic(.resourceNotFound, nil, "there is no operation `\(id)`")
        }
        if let live = await operations.read(id, after: version, wait: wait) { return live }
        guard let record = try await world.store.read({ try $0.operation(id) }) else {
            throw Diagnostic(.resourceNotFound, nil, "there is no operation `\(id)`")
        }
        let failures = record.failures.compactMap(Diagnostic.init(json:))
        return OperationResource(
            id: id,
            status: OperationResource.Status(rawValue: record.status.rawValue) ?? .inProgress,
            version: version,
            failure: failures.first,
            alsoFailed: Array(failures.dropFirst())
        )
    }

    /// Starts the task of an accepted operation. Called once when it is accepted, and once after a restart.
    func carryOut(_ operation: OperationRecord) async {
        await operations.begin(operation.id)
        if let revision = operation.revision { puts[revision] = operation.id }
        own(operation.id) {
            switch operation.kind {
            case .putEndpoint: break
            case .putDeployment: await self.carryOutPut(operation)
            case .deleteDeployment: await self.carryOutDelete(operation)
            case .deleteEndpoint: await self.carryOutEndpointDelete(operation)
            }
        }
    }

    // MARK: Put

    private func carryOutPut(_ operation: OperationRecord) async {
        guard let name = operation.deployment, let number = operation.revision else { return }
        let key = DeploymentKey(workspace: operation.workspace, endpoint: operation.endpoint, name: name)
        defer { puts[number] = nil }
        do {
            // A delete may have been accepted before this task began.
            let accepted = try await world.store.read { try $0.operation(operation.id) }
            guard accepted?.status == .inProgress else { throw Self.deletedMeanwhile }
            guard let revision = try await world.store.read({ try $0.revision(number) }) else {
                throw Diagnostic(.internalError, .platformFault, "revision \(number) of deployment `\(name)` is gone")
            }
            let spec = try DeploymentResource(json: revision.spec, scope: .local, endpoint: key.endpoint, name: name)
                .spec
            let put = DeploymentPut(
                world: world,
                operation: operation,
                revision: revision,
                spec: spec,
                capacity: capacityQueue,
                progress: { await self.operations.note($0, for: operation.id) }
            )
            let (prepared, plan) = try await put.prepare()
            try Task.checkCancellation()
            let runner = runner(of: prepared.revision, spec: prepared.spec, plan: plan)
            try await prepared.bringUp(runner)
            try await publish(prepared.revision, plan: plan, runner: runner, operation: operation, put: prepared)
        } catch {
            // Cancelled: the control plane is stopping, and the operation resumes at its next start; or the deployment
            // is being deleted, and that operation cleans up. Whatever was thrown on the way is of no interest then.
            guard !Task.isCancelled else { return }
            let causes = (error as? FailedPut)?.diagnostics ?? (error as? Diagnostic).map { [$0] } ?? []
            await failPut(operation, key: key, revision: number, causes)
        }
    }

    static var deletedMeanwhile: Diagnostic {
        Diagnostic(.operationCanceled, nil, "the deployment was deleted meanwhile")
    }

    /// The new revision takes the route; the one before it is drained in a task of its own.
    private func publish(
        _ revision: RevisionRecord,
        plan: RevisionPlan,
        runner: RevisionRunner,
        operation: OperationRecord,
        put: DeploymentPut
    ) async throws {
        await put.progress(.init(step: "publishing the route"))
        let now = world.now()
        var warnings = plan.environment.warnings
        if let clipped = InstanceSize.warning(of: put.spec, machine: world.machine) { warnings.append(clipped) }
        let gaps = await runner.fenceGaps()
        if !gaps.isEmpty {
            warnings.append(
                Diagnostic(
                    .containerStartFailed,
                    "this machine could not enforce all of the fence",
                    severity: .warning,
                    evidence: gaps.map { Evidence("fence", $0) }
                )
            )
        }
        let kept = warnings.map(\.json)
        let number = revision.number
        let previous = try await world.store.write { transaction -> Int? in
            guard var deployment = try transaction.deployment(revision.key),
                let current = try transaction.operation(operation.id), current.status == .inProgress
            else { throw Self.deletedMeanwhile }
            let previous = deployment.servingRevision
            deployment.servingRevision = number
            deployment.state = .succeeded
            deployment.failures = []
            deployment.warnings = kept
            deployment.modifiedAt = now
            try transaction.save(deployment)
            var serving = revision
            serving.phase = .serving
            serving.launch = plan.json
            try transaction.save(serving)
            if let previous, previous != number, var old = try transaction.revision(previous) {
                old.phase = .draining
                try transaction.save(old)
            }
            return previous
        }
        await runner.promote()
        do throws(Diagnostic) {
            try await routes.publish()
        } catch {
            await giveBack(revision, to: previous)
            // The reply may be what was lost: the gateway must not go on with a table that names what ends now.
            await publishRoutes()
            throw error
        }
        if let previous, previous != number { await retire(previous) }
        try await end(operation, .succeeded, [])
    }

    /// The route of a revision that could not be published belongs to the one before it again.
    private func giveBack(_ revision: RevisionRecord, to previous: Int?) async {
        // Itself, where an operation was resumed after it had the route: then there is nothing to go back to.
        let previous = previous == revision.number ? nil : previous
        do throws(Diagnostic) {
            try await world.store.write { transaction in
                guard var deployment = try transaction.deployment(revision.key),
                    deployment.servingRevision == revision.number
                else { return }
                deployment.servingRevision = previous
                try transaction.save(deployment)
                guard let previous, var old = try transaction.revision(previous), old.phase == .draining else { return }
                old.phase = .serving
                try transaction.save(old)
            }
        } catch {
            world.logger.error("a route was not given back", metadata: ["cause": "\(error.message)"])
        }
    }

    private func failPut(
        _ operation: OperationRecord,
        key: DeploymentKey,
        revision number: Int,
        _ diagnostics: [Diagnostic]
    ) async {
        let located = diagnostics.map { diagnostic in
            var copy = diagnostic
            copy.requestID = operation.requestID
            return copy
        }
        if let runner = runners.removeValue(forKey: number) { await runner.stop(grace: .seconds(1)) }
        let now = world.now()
        do throws(Diagnostic) {
            try await world.store.write { transaction in
                if var revision = try transaction.revision(number) {
                    revision.phase = .failed
                    try transaction.save(revision)
                }
                guard let current = try transaction.operation(operation.id), current.status == .inProgress,
                    var deployment = try transaction.deployment(key)
                else { return }
                // The old revision, where there is one, goes on serving; the state tells of the last change.
                deployment.state = .failed
                deployment.failures = located.map(\.json)
                deployment.modifiedAt = now
                try transaction.save(deployment)
            }
            await capacityQueue.roomChanged()
            try await end(operation, .failed, located)
        } catch {
            guard !Task.isCancelled else { return }
            world.logger.error("a failed operation was not kept", metadata: ["cause": "\(error.message)"])
            await operations.end(operation.id, status: .failed, failures: located)
        }
        await trim(key)
    }

    /// Writes how an operation ended, then tells those who wait.
    func end(
        _ operation: OperationRecord,
        _ status: OperationRecord.Status,
        _ diagnostics: [Diagnostic]
    ) async throws(Diagnostic) {
        let failures = diagnostics.map(\.json)
        let final = try await world.store.write { transaction -> OperationRecord.Status in
            guard var record = try transaction.operation(operation.id) else { return status }
            // One that was cancelled by a delete stays so.
            if record.status == .inProgress { record.status = status }
            record.failures = failures
            try transaction.save(record)
            return record.status
        }
        let shown = OperationResource.Status(rawValue: final.rawValue) ?? .failed
        await operations.end(operation.id, status: shown, failures: diagnostics)
        world.logger.info(
            "operation ended",
            metadata: [
                "operation": "\(operation.id)", "kind": "\(operation.kind.rawValue)", "status": "\(final.rawValue)",
            ]
        )
    }
}
