import BerthAPI
import BerthModel
import BerthStore

/// Where the quota of a workspace is counted.
enum QuotaPlaces {
    /// nil: the workspace has no quota, as the built-in one of `--local`.
    static func place(of workspace: String, _ transaction: StoreTransaction) throws -> QuotaPlace? {
        guard workspace != WorkspaceScope.local.workspace, let record = try transaction.workspace(workspace) else {
            return nil
        }
        return QuotaPlace(subscription: record.subscription, region: record.location)
    }

    static func holder(_ key: DeploymentKey) -> ResourceHolder {
        ResourceHolder(workspace: key.workspace, endpoint: key.endpoint, deployment: key.name)
    }
}
