import BerthAPI
package import BerthDiagnostics
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
    /// After a start: adopts what runs, resumes what was accepted, ends what nobody wants. Called once.
    package func recover() async throws(Diagnostic) {
        let (serving, draining, operations) = try await world.store.read { transaction in
            (
                try transaction.revisions(in: .serving), try transaction.revisions(in: .draining),
                try transaction.operationsInProgress()
            )
        }
        let current = Set(try await world.store.read { try $0.deploymentHeads() })
        let forgotten = world.now() - world.settings.operationsKept / .seconds(1)
        try await world.store.write { try $0.deleteOperations(endedBefore: forgotten) }
        var adopted: [RevisionRunner] = []
        for revision in serving {
            let isCurrent = current.contains(DeploymentHead(key: revision.key, servingRevision: revision.number))
            if isCurrent {
                if let runner = await adopt(revision) { adopted.append(runner) }
            } else {
                await endRevision(revision)
            }
        }
        await waitForReplay(adopted)
        await publishRoutes()
        for revision in draining { await retire(revision.number) }
        try await endOrphans(resuming: operations)
        for operation in operations { await carryOut(operation) }
    }

    /// What adopted instances told before is read again; a table published before that would take their routes away.
    private func waitForReplay(_ runners: [RevisionRunner]) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for runner in runners where !Task.isCancelled { _ = await runner.waitUntilReady() }
            }
            group.addTask { [world] in
                do { try await world.clock.sleep(for: world.settings.replayGrace) } catch { return }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// Returns the runner where all of its instances go on.
    private func adopt(_ revision: RevisionRecord) async -> RevisionRunner? {
        do throws(Diagnostic) {
            guard let plan = revision.launch.flatMap(RevisionPlan.init(json:)) else { return nil }
            let key = revision.key
            let spec = try DeploymentResource(
                json: revision.spec,
                scope: .local,
                endpoint: key.endpoint,
                name: key.name
            ).spec
            let runner = runner(of: revision, spec: spec, plan: plan)
            return try await runner.takeUp() ? runner : nil
        } catch {
            world.logger.error(
                "a deployment could not be taken up again",
                metadata: ["deployment": "\(revision.key.name)", "cause": "\(error.message)"]
            )
            return nil
        }
    }

    /// Revisions that were starting when the control plane died and whose operation is over, and folders of instances
    /// that no row names.
    private func endOrphans(resuming operations: [OperationRecord]) async throws(Diagnostic) {
        let resumed = Set(operations.compactMap(\.revision))
        for revision in try await world.store.read({ try $0.revisions(in: .starting) })
        where !resumed.contains(revision.number) {
            await endRevision(revision)
        }
        // A failed start whose instances could not be stopped then.
        for var instance in try await world.store.read({ try $0.instances(intendedIn: [.failed, .retired]) }) {
            let folder = InstanceFolder(path: world.home.instancesFolder + "/" + instance.id)
            try await world.driver.stop(folder, grace: world.settings.stopGrace)
            instance.phase = .ended
            let ended = instance
            try await world.store.write { try $0.save(ended) }
        }
        let known = Set(try await world.store.read { try $0.allInstances() }.map(\.id))
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: world.home.instancesFolder)
        } catch {
            return  // No folder: there was never an instance.
        }
        for name in names where !known.contains(name) && !name.hasPrefix(".") {
            let folder = InstanceFolder(path: world.home.instancesFolder + "/" + name)
            do throws(Diagnostic) {
                try await world.driver.stop(folder, grace: .seconds(1))
                try folder.remove()
            } catch {
                world.logger.warning("an orphan was not removed", metadata: ["instance": "\(name)"])
            }
        }
    }

    /// Brings the routes to a gateway that was started anew.
    package func gatewayStarted() async { await publishRoutes() }
}
