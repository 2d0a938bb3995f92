package import BerthAPI
package import BerthDiagnostics
import BerthJSON
package import BerthModel
package import BerthStore

extension ControlPlane {
    /// Deployments of the workspace that name this version of an asset by its number.
    package func deployments(using key: AssetKey, version: String) async throws(Diagnostic) -> [DeploymentKey] {
        try await world.store.read { transaction in
            try transaction.deployments(in: key.workspace).filter { record in
                let properties = record.spec["properties"]
                let text =
                    switch key.kind {
                    case .model: properties?["model"]?.stringValue
                    case .code: properties?["codeConfiguration"]?["codeId"]?.stringValue
                    case .environment: properties?["environmentId"]?.stringValue
                    }
                guard let text else { return false }
                do {
                    let reference = try AssetReference(text, kind: key.kind.rawValue)
                    return reference == .workspace(nil, name: key.name, .exact(version))
                        || reference == .workspace(key.workspace, name: key.name, .exact(version))
                } catch {
                    // What names no registered asset does not use one.
                    return false
                }
            }.map(\.key)
        }
    }
}

extension DeploymentSpec {
    /// With registered assets of the workspace named by their full ids, as ARM shows them. What names none stays as it
    /// is, and is refused when it is looked up.
    package func namingAssets(in scope: WorkspaceScope) -> DeploymentSpec {
        var spec = self
        if case .registered(let text) = model { spec.model = .registered(Self.id(text, "model", scope)) }
        if case .registered(let text) = environment {
            spec.environment = .registered(Self.id(text, "environment", scope))
        }
        if let code, !code.isLocal { spec.code?.code = Self.id(code.code, "code", scope) }
        return spec
    }

    private static func id(_ text: String, _ kind: String, _ scope: WorkspaceScope) -> String {
        guard !text.lowercased().hasPrefix("azureml-"), !text.contains("//") else { return text }
        do throws(Diagnostic) {
            guard case .workspace(nil, let name, let version) = try AssetReference(text, kind: kind) else {
                // An id already; without the prefix that only short forms need.
                return text.lowercased().hasPrefix("azureml:/") ? String(text.dropFirst("azureml:".count)) : text
            }
            guard !name.lowercased().hasPrefix("azureml-") else { return text }
            switch version {
            case .exact(let version): return "\(scope.path)/\(kind)s/\(name)/versions/\(version)"
            case .label(let label): return "\(scope.path)/\(kind)s/\(name)/labels/\(label)"
            }
        } catch {
            return text
        }
    }
}
