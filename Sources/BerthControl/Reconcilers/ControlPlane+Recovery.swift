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
        let deployments = try await world.store.read { try $0.deployments() }
        for revision in serving {
            let isCurrent = deployments.contains { $0.key == revision.key && $0.servingRevision == revision.number }
            if isCurrent {
                await adopt(revision)
            } else {
                await endRevision(revision)
            }
        }
        await publishRoutes()
        for revision in draining { await retire(revision.number) }
        try await endOrphans(resuming: operations)
        for operation in operations { await carryOut(operation) }
    }

    private func adopt(_ revision: RevisionRecord) async {
        do throws(Diagnostic) {
            guard let plan = revision.launch.flatMap(RevisionPlan.init(json:)) else { return }
            let key = revision.key
            let spec = try DeploymentResource(
                json: revision.spec,
                scope: .local,
                endpoint: key.endpoint,
                name: key.name
            ).spec
            try await runner(of: revision, spec: spec, plan: plan).start(serving: true)
        } catch {
            world.logger.error(
                "a deployment could not be taken up again",
                metadata: ["deployment": "\(revision.key.name)", "cause": "\(error.message)"]
            )
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
