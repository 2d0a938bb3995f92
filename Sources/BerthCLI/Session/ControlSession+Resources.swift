import BerthAPI
import BerthClient
import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime

extension ControlSession {
    func endpoint(_ name: String) async throws(CommandFailure) -> EndpointResource {
        do {
            return try await client.endpoint(name, in: workspace)
        } catch {
            throw .failed(await withNearestEndpoint(error, name))
        }
    }

    /// nil where there is no such endpoint.
    func endpointIfPresent(_ name: String) async throws(CommandFailure) -> EndpointResource? {
        do {
            return try await client.endpoint(name, in: workspace)
        } catch {
            guard error.code == .resourceNotFound else { throw .failed(error) }
            return nil
        }
    }

    /// The id of the subscription with this id or name.
    func subscription(_ text: String) async throws(CommandFailure) -> String {
        let list = try await orFail { () async throws(Diagnostic) in
            try await client.call("GET", "/subscriptions?api-version=2022-12-01")
        }
        let known = list["value"]?.arrayValue ?? []
        let found = known.first {
            [$0["subscriptionId"], $0["displayName"]].contains { $0?.stringValue?.lowercased() == text.lowercased() }
        }
        if let id = found?["subscriptionId"]?.stringValue { return id }
        throw .failed(
            Self.suggesting(
                Diagnostic(.resourceNotFound, nil, "there is no subscription `\(text)`"),
                text,
                known.compactMap { $0["displayName"]?.stringValue },
                plural: "subscriptions"
            )
        )
    }

    func endpoints() async throws(CommandFailure) -> [EndpointResource] {
        do { return try await client.endpoints(in: workspace) } catch { throw .failed(error) }
    }

    func deployment(_ name: String, of endpoint: String) async throws(CommandFailure) -> DeploymentResource {
        do {
            return try await client.deployment(name, of: endpoint, in: workspace)
        } catch {
            throw .failed(await withNearestDeployment(error, name, endpoint))
        }
    }

    /// nil where there is no such deployment; an endpoint that does not exist is a failure.
    func deploymentIfPresent(
        _ name: String,
        of endpoint: String
    ) async throws(CommandFailure) -> DeploymentResource? {
        do {
            return try await client.deployment(name, of: endpoint, in: workspace)
        } catch {
            guard error.code == .resourceNotFound, error.reason != .endpointNotFound else { throw .failed(error) }
            return nil
        }
    }

    func deployments(of endpoint: String) async throws(CommandFailure) -> [DeploymentResource] {
        do { return try await client.deployments(of: endpoint, in: workspace) } catch { throw .failed(error) }
    }

    private func withNearestEndpoint(_ failure: Diagnostic, _ name: String) async -> Diagnostic {
        guard failure.code == .resourceNotFound else { return failure }
        // The look-up only improves the help; where it fails too, the first failure stands as it is.
        guard let names = try? await client.endpoints(in: workspace).map(\.spec.name) else { return failure }
        return Self.suggesting(failure, name, names, plural: "endpoints")
    }

    private func withNearestDeployment(
        _ failure: Diagnostic,
        _ name: String,
        _ endpoint: String
    ) async -> Diagnostic {
        guard failure.code == .resourceNotFound, failure.reason != .endpointNotFound else { return failure }
        // As above.
        guard let names = try? await client.deployments(of: endpoint, in: workspace).map(\.spec.name) else {
            return failure
        }
        return Self.suggesting(failure, name, names, plural: "deployments of `\(endpoint)`")
    }

    /// The failure with the name that was probably meant, or with all names.
    static func suggesting(
        _ failure: Diagnostic,
        _ name: String,
        _ names: [String],
        plural: String
    ) -> Diagnostic {
        var better = failure
        if let nearest = nearestName(to: name, among: names) {
            better.help = ["did you mean `\(nearest)`?"]
        } else if names.isEmpty {
            better.help = better.help.isEmpty ? ["there are no \(plural) yet"] : better.help
        } else {
            let shown = names.sorted().prefix(10).map { "`\($0)`" }.joined(separator: ", ")
            better.help = ["\(plural): \(shown)\(names.count > 10 ? ", …" : "")"]
        }
        return better
    }
}

extension EndpointResource {
    /// With a share for each of the deployments, 0 where it has none.
    func withAllShares(_ deployments: [DeploymentResource]) -> EndpointResource {
        var copy = self
        for deployment in deployments where copy.spec.traffic[deployment.spec.name] == nil {
            copy.spec.traffic[deployment.spec.name] = 0
        }
        return copy
    }
}
