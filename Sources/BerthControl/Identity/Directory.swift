package import BerthDiagnostics
package import BerthIdentity
import BerthJSON
package import BerthModel
package import BerthStore

/// Who is who, and who may do what: principals, tokens and roles of one server.
package actor Directory {
    /// A token lasts this long, in seconds. Source: the identity platform's usual hour.
    package static let tokenLifetime = 3600.0
    /// Tokens whose signature was checked before, at most.
    private static let verifiedKept = 4096

    nonisolated let store: Store
    nonisolated let box: SecretBox
    nonisolated let now: @Sendable () -> Double
    /// The tenant's GUID.
    package nonisolated let tenant: String
    package nonisolated let key: SigningKey
    private var verified: [String: (caller: Caller, audience: TokenAudience, expiry: Double)] = [:]
    private var assignments: [String: [RoleAssignment]]?
    /// Rises with every change of roles.
    private var generation = 0

    /// Reads the key that signs tokens and the tenant's id, or makes them.
    package init(store: Store, box: SecretBox, now: @escaping @Sendable () -> Double) async throws(Diagnostic) {
        self.store = store
        self.box = box
        self.now = now
        key = try SigningKey(try await Self.kept("signing-key", in: store, box) { SigningKey().text })
        tenant = try await Self.kept("tenant", in: store, box) { Secret(Fresh.guid()) }.reveal()
    }

    /// The secret `name`, made where there is none yet.
    private static func kept(
        _ name: String,
        in store: Store,
        _ box: SecretBox,
        make: () -> Secret
    ) async throws(Diagnostic) -> Secret {
        let fresh = make()
        let sealed = SecretRecord(name: name, sealed: try box.seal(fresh, name: name), sha256: "")
        let record = try await store.write { transaction -> SecretRecord in
            if let known = try transaction.secret(name) { return known }
            try transaction.save(sealed)
            return sealed
        }
        return try box.open(record.sealed, name: name)
    }

    /// The claim `iss` of all tokens.
    package nonisolated var issuer: String { "https://sts.berth.local/\(tenant)/" }

    // MARK: Tokens

    /// A token for somebody who proves with a secret who they are.
    ///
    /// - Throws: `Unauthorized` where id or secret are wrong, without saying which.
    package func token(clientID: String, secret: Secret, resource: String) async throws(Diagnostic) -> IssuedToken {
        let sha256 = Digest.hex(secret.reveal())
        let time = now()
        let found = try await store.read { transaction -> PrincipalRecord? in
            guard let principal = try transaction.principal(clientID) else { return nil }
            let matches = try transaction.credentials(of: principal.objectID).filter {
                $0.expiresAt > time && Digest.areEqual($0.sha256, sha256)
            }
            return matches.isEmpty ? nil : principal
        }
        guard let found else {
            throw Diagnostic(
                .unauthorized,
                nil,
                "client id or client secret are wrong, or the secret has expired",
                evidence: [Evidence("client id", clientID)],
                help: ["see the owner's credential on the server: berth sdk-env"]
            )
        }
        return try issue(to: found, resource: resource)
    }

    /// A token for `principal`, who has proved who they are.
    func issue(to principal: PrincipalRecord, resource: String) throws(Diagnostic) -> IssuedToken {
        guard TokenAudience(resource: resource) != .endpoint else {
            throw Diagnostic(.badArgument, .argumentInvalid, "tokens of endpoints come from the endpoint")
        }
        let time = now()
        let expiry = (time + Self.tokenLifetime).rounded(.down)
        let claims: JSON = [
            "iss": .string(issuer),
            "aud": .string(resource),
            "oid": .string(principal.objectID),
            "sub": .string(principal.objectID),
            "appid": .string(principal.clientID),
            "tid": .string(tenant),
            "idtyp": "app",
            "name": .string(principal.name),
            "iat": .integer(Int(time)),
            "nbf": .integer(Int(time)),
            "exp": .integer(Int(expiry)),
            "ver": "1.0",
        ]
        return IssuedToken(text: try key.sign(claims), resource: resource, issuedAt: time, expiresAt: expiry)
    }

    /// Who has sent `token`, which must be meant for `audience`.
    package func caller(token: String, for audience: TokenAudience) throws(Diagnostic) -> Caller {
        let time = now()
        let fingerprint = Digest.hex(token)
        if let known = verified[fingerprint], known.expiry > time {
            guard known.audience == audience else { throw Self.refused("it is meant for another service") }
            return known.caller
        }
        let claims: JSON
        do {
            claims = try key.claims(of: token, now: time)
        } catch {
            switch error {
            case .expired: throw Self.refused("it has expired")
            case .notYetValid: throw Self.refused("it is not valid yet")
            case .unknownKey, .wrongSignature: throw Self.refused("it was not signed here")
            case .malformed: throw Self.refused("it is no token of this server")
            }
        }
        guard let objectID = claims["oid"]?.stringValue, let resource = claims["aud"]?.stringValue,
            claims["tid"]?.stringValue == tenant, let expiry = claims["exp"]?.doubleValue
        else { throw Self.refused("it names nobody") }
        let caller = Caller.principal(objectID: objectID, name: claims["name"]?.stringValue ?? "")
        let meant = TokenAudience(resource: resource)
        if verified.count >= Self.verifiedKept { verified = verified.filter { $0.value.expiry > time } }
        if verified.count >= Self.verifiedKept { verified.removeAll() }
        verified[fingerprint] = (caller, meant, expiry)
        guard meant == audience else { throw Self.refused("it is meant for another service") }
        return caller
    }

    private static func refused(_ why: String) -> Diagnostic {
        Diagnostic(
            .unauthorized,
            nil,
            "the token is refused: \(why)",
            help: ["get a new one: berth account get-access-token"]
        )
    }

    // MARK: Roles

    /// Throws `Forbidden` unless `caller` has a role that allows `access`.
    package func check(_ caller: Caller, _ access: Access) async throws(Diagnostic) {
        let objectID: String
        switch caller {
        case .machineOwner: return
        case .nobody: throw Self.refused("there is none")
        case .principal(let id, _): objectID = id
        }
        guard !RoleRule.allows(access, try await roles(of: objectID)) else { return }
        throw Diagnostic(
            .forbidden,
            nil,
            "`\(caller.name)` may not do `\(access.action)` on `\(access.scope)`",
            help: [
                "ask the server's owner for a role: berth role assignment create --assignee \(objectID) --role Contributor"
                    + " --scope \(access.scope)"
            ]
        )
    }

    /// Whether `caller` may see something on or below `scope`.
    package func sees(_ caller: Caller, _ scope: String) async throws(Diagnostic) -> Bool {
        guard case .principal(let objectID, _) = caller else { return caller == .machineOwner }
        return try await roles(of: objectID).contains {
            RoleRule.covers($0.scope, scope) || RoleRule.covers(scope, $0.scope)
        }
    }

    /// The roles of one principal, from memory.
    func roles(of objectID: String) async throws(Diagnostic) -> [RoleAssignment] {
        if let assignments { return assignments[objectID] ?? [] }
        let asked = generation
        let all = try await store.read { try $0.roleAssignments() }
        let grouped = Dictionary(grouping: all, by: \.principal)
        // A change that was made meanwhile may be missing here: then the next request reads again.
        if asked == generation { assignments = grouped }
        return grouped[objectID] ?? []
    }

    /// Roles have changed in the store, or principals have: what is remembered counts no more.
    func forgetRoles() {
        assignments = nil
        generation += 1
    }
}

/// A token and what its receiver must know.
package struct IssuedToken: Sendable {
    package var text: Secret
    package var resource: String
    /// Seconds since 1970.
    package var issuedAt: Double
    package var expiresAt: Double
}
