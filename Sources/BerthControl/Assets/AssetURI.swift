package import BerthDiagnostics

/// Where an asset's content lies, as URIs of the service spell it.
package enum AssetURI: Hashable, Sendable {
    /// `azureml://[subscriptions/…/]datastores/<name>/paths/<path>`; `workspace` nil: the one that speaks.
    case datastore(workspace: String?, name: String, path: String)
    /// A blob or a folder of blobs. `account` nil: a spelling that lost it; containers have names of their own then.
    case blob(account: String?, container: String, path: String)

    /// Reads what models, codes and build contexts are registered with. Throws `ERR_1300` for places that this server
    /// cannot reach.
    package init(_ text: String) throws(Diagnostic) {
        let lower = text.lowercased()
        if lower.hasPrefix("azureml://") {
            self = try Self.datastore(text)
        } else if lower.hasPrefix("https://") || lower.hasPrefix("http://") {
            self = try Self.blob(text)
        } else {
            throw Self.unreachable(text, "it is no URI of a blob or a datastore")
        }
    }

    private static func datastore(_ text: String) throws(Diagnostic) -> AssetURI {
        let parts = text.dropFirst("azureml://".count).split(separator: "/", omittingEmptySubsequences: false)
        func place(of word: String) -> Int? { parts.firstIndex { $0.lowercased() == word } }
        guard let store = place(of: "datastores"), store + 3 < parts.count, parts[store + 2].lowercased() == "paths"
        else {
            throw unreachable(text, "only `azureml://…/datastores/<name>/paths/<path>` is known here")
        }
        let workspace = place(of: "workspaces").flatMap { $0 + 1 < store ? String(parts[$0 + 1]) : nil }
        let path = parts[(store + 3)...].joined(separator: "/")
        return .datastore(workspace: workspace, name: String(parts[store + 1]), path: trimmed(path))
    }

    private static func blob(_ text: String) throws(Diagnostic) -> AssetURI {
        let bare = text.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = bare.firstRange(of: "://") else { throw unreachable(text, "it is no URL") }
        var parts = bare[scheme.upperBound...].split(separator: "/").map(String.init)
        guard !parts.isEmpty else { throw unreachable(text, "it names no host") }
        let host = parts.removeFirst()
        let labels = host.lowercased().split(separator: ".")
        if labels.count > 2, labels[1] == "blob" {
            guard parts.count > 1 else { throw unreachable(text, "it names no container and path") }
            return .blob(
                account: String(labels[0]),
                container: parts[0],
                path: parts.dropFirst().joined(separator: "/")
            )
        }
        guard parts.count > 2, parts[0].lowercased() == "store" else {
            throw unreachable(text, "its host is no blob store of this server")
        }
        // Tools that join URLs drop the last part of the account's URL: the account is gone then.
        guard parts[1].contains("."), parts.count > 3 else {
            return .blob(account: nil, container: parts[1], path: parts.dropFirst(2).joined(separator: "/"))
        }
        let account = String(parts[1].prefix { $0 != "." }).lowercased()
        return .blob(account: account, container: parts[2], path: parts.dropFirst(3).joined(separator: "/"))
    }

    private static func trimmed(_ path: String) -> String {
        String(path.drop { $0 == "/" }.reversed().drop { $0 == "/" }.reversed())
    }

    private static func unreachable(_ text: String, _ why: String) -> Diagnostic {
        Diagnostic(
            .artifactDownloadFailed,
            .artifactNotFound,
            "`\(text.prefix(200))` cannot be fetched: \(why)",
            help: ["register the asset from a local path, or upload it to the datastore `workspaceblobstore`"]
        )
    }
}

/// How deployments name registered assets.
package enum AssetReference: Hashable, Sendable {
    package enum Version: Hashable, Sendable {
        case exact(String)
        case label(String)
    }

    /// `workspace` nil: the deployment's own.
    case workspace(String?, name: String, Version)
    case registry(String, name: String, Version)

    /// Reads `azureml:name:version`, `azureml:name@label`, `name:version`, `name@label`, an ARM id with or without
    /// `azureml:`, and `azureml://registries/…`. Throws `BadArgument`.
    package init(_ text: String, kind: String) throws(Diagnostic) {
        var rest = text[...]
        if rest.lowercased().hasPrefix("azureml:") { rest = rest.dropFirst("azureml:".count) }
        if rest.hasPrefix("/") {
            self = try Self.id(rest, text, kind)
            return
        }
        if let at = rest.lastIndex(of: "@"), at != rest.startIndex {
            self = .workspace(nil, name: String(rest[..<at]), .label(String(rest[rest.index(after: at)...])))
        } else if let colon = rest.lastIndex(of: ":"), colon != rest.startIndex {
            self = .workspace(nil, name: String(rest[..<colon]), .exact(String(rest[rest.index(after: colon)...])))
        } else {
            throw Self.malformed(text, kind)
        }
    }

    private static func id(_ rest: Substring, _ text: String, _ kind: String) throws(Diagnostic) -> AssetReference {
        let parts = rest.split(separator: "/").map(String.init)
        func value(after word: String) -> String? {
            guard let index = parts.firstIndex(where: { $0.lowercased() == word }), index + 1 < parts.count else {
                return nil
            }
            return parts[index + 1]
        }
        guard let name = value(after: kind + "s") else { throw malformed(text, kind) }
        let version: Version
        if let exact = value(after: "versions") {
            version = .exact(exact)
        } else if let label = value(after: "labels") {
            version = .label(label)
        } else {
            throw malformed(text, kind)
        }
        if let registry = value(after: "registries") { return .registry(registry, name: name, version) }
        return .workspace(value(after: "workspaces"), name: name, version)
    }

    private static func malformed(_ text: String, _ kind: String) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .specInvalid,
            "`\(text.prefix(200))` names no registered \(kind)",
            help: ["write azureml:<name>:<version>, azureml:<name>@latest, or the \(kind)'s full id"]
        )
    }
}
