import BerthDiagnostics
import BerthModel
import BerthSpec

/// What is to be done so that an endpoint and its deployments become what a single file says. Facts in, steps out.
///
/// New deployments come first, then the traffic, then the deletions: no request is refused on the way, since what loses
/// its traffic runs until it has none.
struct EndpointPlan: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case endpoint(EndpointSpec)
        case create(DeploymentSpec)
        case update(DeploymentSpec)
        case traffic(EndpointSpec)
        case delete(String)
    }

    let steps: [Step]

    /// The steps from what there is to what `file` says.
    ///
    /// - Parameters:
    ///   - file: the file's endpoint, deployments and traffic.
    ///   - current: the endpoint that there is, if any.
    ///   - deployments: names of the deployments that there are.
    ///   - isDeclarative: whether deployments that the file does not name are deleted.
    ///   - written: whether the file has a key.
    /// - Throws: `deploymentHasTraffic` where a deployment would have to be deleted that keeps its traffic.
    init(
        file: Endpoint2021,
        current: EndpointSpec?,
        deployments: [String],
        isDeclarative: Bool,
        written: (String) -> Bool
    ) throws(Diagnostic) {
        var endpoint = file.endpoint
        if let current {
            endpoint =
                isDeclarative ? SpecMerge.endpoint(current, with: file.endpoint, written: written) : file.endpoint
            // Applied below, when the deployments exist.
            endpoint.traffic = current.traffic
            if !written("mirror_traffic") { endpoint.mirrorTraffic = current.mirrorTraffic }
        }
        var steps: [Step] = [.endpoint(endpoint)]
        for deployment in file.deployments {
            steps.append(deployments.contains(deployment.name) ? .update(deployment) : .create(deployment))
        }
        let named = Set(file.deployments.map(\.name))
        let missing = isDeclarative && written("deployments") ? deployments.filter { !named.contains($0) } : []
        var split = endpoint
        if written("traffic") { split.traffic = file.traffic }
        for name in missing {
            guard let share = split.traffic[name], share > 0 else { continue }
            throw Diagnostic(
                .conflict,
                .deploymentHasTraffic,
                "deployment `\(name)` is not in the file, but has live traffic and cannot be deleted",
                evidence: [Evidence("traffic", "\(name): \(share) %")],
                help: ["write `traffic` into the file, with shares of the deployments that stay"]
            )
        }
        // The copies of a deployment that goes end with it.
        for name in missing { split.mirrorTraffic[name] = nil }
        if split != endpoint { steps.append(.traffic(split)) }
        steps += missing.map(Step.delete)
        self.steps = steps
    }
}
