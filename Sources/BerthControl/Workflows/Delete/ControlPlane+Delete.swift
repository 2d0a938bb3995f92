import BerthAPI
import BerthDiagnostics
import BerthModel
import BerthRuntime
import BerthStore
import Logging

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ControlPlane {
    // MARK: Deployment

    func carryOutDelete(_ operation: OperationRecord) async {
        guard let name = operation.deployment else { return }
        let key = DeploymentKey(workspace: operation.workspace, endpoint: operation.endpoint, name: name)
        do throws(Diagnostic) {
            await operations.note(.init(step: "deleting deployment \(name)"), for: operation.id)
            try await remove(key)
            try await end(operation, .succeeded, [])
        } catch {
            await failDelete(operation, error)
        }
    }

    /// Takes a deployment's route, ends its instances, forgets it. Logs stay until its place in the history is used up.
    private func remove(_ key: DeploymentKey) async throws(Diagnostic) {
        let revisions = try await world.store.read { try $0.revisions(of: key) }
        try await world.store.write { transaction in
            guard var deployment = try transaction.deployment(key) else { return }
            deployment.servingRevision = nil
            try transaction.save(deployment)
        }
        await publishRoutes()
        for revision in revisions where revision.phase != .retired {
            await cancelPut(of: revision.number)
            await endRevision(revision)
        }
        try await world.store.write { transaction in
            try transaction.deleteDeployment(key)
            guard var endpoint = try transaction.endpoint(key.endpoint, in: key.workspace) else { return }
            var resource = try EndpointResource(json: endpoint.spec, scope: .local, name: key.endpoint)
            resource.spec.traffic[key.name] = nil
            resource.spec.mirrorTraffic[key.name] = nil
            endpoint.spec = resource.json
            try transaction.save(endpoint)
        }
        await publishRoutes()
        await trim(key)
    }

    /// Ends the task of a put whose operation was cancelled in the store; returns when it does nothing any more.
    private func cancelPut(of revision: Int) async {
        guard let id = puts[revision] else { return }
        let task = tasks[id]
        task?.cancel()
        // The put may wait for instances, or be starting them: a stopped runner does neither.
        await runners[revision]?.settle(.stopped)
        await task?.value
        await operations.end(id, status: .canceled, failures: [Self.deletedMeanwhile])
    }

    /// Ends the instances of a revision, whoever started them.
    func endRevision(_ revision: RevisionRecord) async {
        if let runner = runners.removeValue(forKey: revision.number) {
            await runner.stop(grace: world.settings.stopGrace)
        }
        do throws(Diagnostic) {
            // Instances of an earlier control plane that this one never adopted.
            let left = try await world.store.read { try $0.instances(of: revision.number) }.filter {
                $0.phase == .intended
            }
            for var instance in left {
                let folder = InstanceFolder(path: world.home.instancesFolder + "/" + instance.id)
                try await world.driver.stop(folder, grace: world.settings.stopGrace)
                instance.phase = .ended
                let ended = instance
                try await world.store.write { try $0.save(ended) }
            }
            var retired = revision
            retired.phase = .retired
            let saved = retired
            try await world.store.write { try $0.save(saved) }
            await capacityQueue.roomChanged()
        } catch {
            world.logger.error(
                "a revision could not be ended",
                metadata: ["revision": "\(revision.number)", "cause": "\(error.message)"]
            )
        }
    }

    // MARK: Endpoint

    func carryOutEndpointDelete(_ operation: OperationRecord) async {
        do throws(Diagnostic) {
            let keys = try await world.store.read { transaction in
                try transaction.deployments(of: operation.endpoint, in: operation.workspace).map(\.key)
            }
            await withTaskGroup(of: Void.self) { group in
                for key in keys {
                    group.addTask {
                        await self.operations.note(.init(step: "deleting deployment \(key.name)"), for: operation.id)
                        do throws(Diagnostic) {
                            try await self.remove(key)
                        } catch {
                            self.world.logger.error("deployment not deleted", metadata: ["cause": "\(error.message)"])
                        }
                    }
                }
            }
            try await world.store.write { transaction in
                try EndpointMaking.remove(operation.endpoint, in: operation.workspace, transaction)
                try transaction.deleteEndpoint(operation.endpoint, in: operation.workspace)
            }
            await world.service?.directory.forgetRoles()
            await publishRoutes()
            try await end(operation, .succeeded, [])
        } catch {
            await failDelete(operation, error)
        }
    }

    private func failDelete(_ operation: OperationRecord, _ diagnostic: Diagnostic) async {
        // The control plane is stopping: its next start goes on with this operation.
        guard !Task.isCancelled else { return }
        do throws(Diagnostic) {
            try await end(operation, .failed, [diagnostic])
        } catch {
            world.logger.error("a failed operation was not kept", metadata: ["cause": "\(error.message)"])
            await operations.end(operation.id, status: .failed, failures: [diagnostic])
        }
    }

    // MARK: Revisions that were replaced

    /// Lets a replaced revision answer what it has, then ends it. Owned by this actor; returns at once.
    func retire(_ number: Int) async {
        own("drain-\(number)") { await self.drain(number) }
    }

    private func drain(_ number: Int) async {
        do {
            guard let revision = try await world.store.read({ try $0.revision(number) }) else { return }
            let spec = try DeploymentResource(
                json: revision.spec,
                scope: .local,
                endpoint: revision.key.endpoint,
                name: revision.key.name
            ).spec
            let ids = try await world.store.read { try $0.instances(of: number) }.map(\.id)
            let patience = Duration.milliseconds(spec.requestSettings.requestTimeoutMs) + world.settings.drainMargin
            let deadline = ContinuousClock.now + patience
            while ContinuousClock.now < deadline {
                let busy = try await world.routes.inFlight()
                if ids.allSatisfy({ busy[$0, default: 0] == 0 }) { break }
                try await world.clock.sleep(for: world.settings.drainPoll)
            }
            await endRevision(revision)
            await trim(revision.key)
        } catch let diagnostic as Diagnostic {
            guard !Task.isCancelled else { return }
            world.logger.warning("drain cut short", metadata: ["cause": "\(diagnostic.message)"])
            // What could not be read now is ended at the next start, from its phase `draining`.
            if let revision = try? await world.store.read({ try $0.revision(number) }) { await endRevision(revision) }
        } catch {
            // Cancelled: the control plane is stopping; its next start drains again.
        }
    }

    /// Keeps the logs of the last revisions of a deployment and removes everything older.
    func trim(_ key: DeploymentKey) async {
        do throws(Diagnostic) {
            let ended = try await world.store.read { try $0.revisions(of: key) }
                .filter { $0.phase == .retired || $0.phase == .failed }
            for revision in ended {
                for instance in try await world.store.read({ try $0.instances(of: revision.number) }) {
                    shrink(instance.id)
                }
            }
            for revision in ended.dropLast(world.settings.revisionsKept) {
                for instance in try await world.store.read({ try $0.instances(of: revision.number) }) {
                    try InstanceFolder(path: world.home.instancesFolder + "/" + instance.id).remove()
                }
                erase(PrepareEnvironment.logFile(home: world.home, revision: revision.number))
                try await world.store.write { try $0.deleteRevision(revision.number) }
            }
        } catch {
            world.logger.warning("old revisions were not trimmed", metadata: ["cause": "\(error.message)"])
        }
    }

    /// Of an ended instance only logs and reports stay.
    private func shrink(_ id: String) {
        let folder = world.home.instancesFolder + "/" + id
        for name in ["scratch", "azureml-models", "launch.json"] { erase(folder + "/" + name) }
    }

    private func erase(_ path: String) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            world.logger.warning("not removed", metadata: ["path": "\(path)", "cause": "\(error)"])
        }
    }
}
