import BerthAPI
package import BerthDiagnostics
import BerthIdentity
package import BerthModel
package import BerthRuntime
import BerthStore

/// Tokens for instances, which prove that they belong to an endpoint with a word that only this server can make.
extension Directory {
    /// What an instance of the endpoint `<workspace>/<name>` sends along.
    nonisolated func instanceSecret(of endpoint: String) -> Secret {
        Secret("\(Base64URL.text(Array(endpoint.utf8))).\(box.tag("instance of \(endpoint)"))")
    }

    /// A token for `resource` in the name of the endpoint's identity; of several user-assigned ones that with the client
    /// id `clientID`.
    ///
    /// - Throws: `Unauthorized` for a wrong word, `BadArgument` where the endpoint has no such identity.
    package func instanceToken(
        secret: Secret,
        clientID: String?,
        resource: String
    ) async throws(Diagnostic) -> (IssuedToken, clientID: String) {
        let word = secret.reveal()
        let parts = word.split(separator: ".")
        guard parts.count == 2, let bytes = Base64URL.bytes(parts[0]),
            case let endpoint = String(decoding: bytes, as: UTF8.self),
            Digest.areEqual(word, instanceSecret(of: endpoint).reveal())
        else { throw Diagnostic(.unauthorized, nil, "the identity header is not that of an instance") }
        let names = endpoint.split(separator: "/").map(String.init)
        let found = try await store.read { transaction -> [PrincipalRecord] in
            guard names.count == 2, let owner = try transaction.workspace(names[0]),
                let record = try transaction.endpoint(names[1], in: owner.name)
            else { return [] }
            switch try EndpointResource(json: record.spec, scope: owner.scope, name: record.name).spec.identity {
            case .none: return []
            case .systemAssigned:
                return try transaction.principal(ofResource: owner.scope.endpoint(record.name)).map { [$0] } ?? []
            case .userAssigned(let ids): return try ids.compactMap { try transaction.principal(ofResource: $0) }
            }
        }
        let wanted = clientID?.lowercased()
        let fitting = found.filter { wanted == nil || $0.clientID == wanted || $0.objectID == wanted }
        guard let principal = fitting.first, fitting.count == 1 else {
            throw Diagnostic(
                .badArgument,
                .argumentInvalid,
                fitting.isEmpty
                    ? "endpoint `\(endpoint)` has no such identity"
                    : "endpoint `\(endpoint)` has \(fitting.count) identities: name one by its client id"
            )
        }
        return (try issue(to: principal, resource: resource), principal.clientID)
    }
}

/// The loopback port where instances ask for tokens. Kept over restarts, for those that go on running.
package enum InstancePort {
    /// Below the ports of `--local` endpoints and of clients' sockets.
    private static let range = 30_000...30_999

    /// The port that was used before, where it is free; else another one.
    package static func choose(_ home: BerthHome) throws(Diagnostic) -> Int {
        let file = home.runFolder + "/identity.port"
        var known: Int?
        do {
            known = try RegularFile.read(file, limit: 16).flatMap { Int(String(decoding: $0, as: UTF8.self)) }
        } catch {
            known = nil  // Then another port is chosen, as at the first start.
        }
        if let known, FreePort.first(in: known...known, except: []) != nil { return known }
        guard let port = FreePort.first(in: range, except: []) else {
            throw Diagnostic(
                .outOfCapacity,
                .portInUse,
                "no loopback port from \(range.lowerBound) to \(range.upperBound) is free for tokens of instances"
            )
        }
        do {
            try AtomicFile.write(Array("\(port)".utf8), to: file)
        } catch {
            throw Diagnostic(
                .internalError,
                .homeNotWritable,
                "the port for tokens of instances cannot be kept",
                evidence: [Evidence("file", file), Evidence("system", "\(error)")]
            )
        }
        return port
    }
}
