import BerthAPI
import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
import BerthRuntime
import BerthStore
import Testing

@testable import BerthControl

/// A server's control plane in a world of fakes, from its first start on.
struct ServerBench {
    let bench: Bench
    let directory: Directory
    let accounts: Accounts
    let login: ServerLogin

    init(settings: ControlSettings = ControlSettings()) async throws {
        let store = try Store(path: nil)
        let now: @Sendable () -> Double = { 1_700_000_000 }
        directory = try await Directory(store: store, box: SecretBox(key: SecretBox.newKey()), now: now)
        accounts = Accounts(store: store, now: now)
        bench = try Bench(
            settings: settings,
            store: store,
            service: ServiceFacts(directory: directory, gatewayURL: "http://localhost:7480")
        )
        (login, _) = try await FirstStart.prepare(
            bench.home,
            server: "https://localhost:7443",
            directory: directory,
            accounts: accounts
        )
    }

    var plane: ControlPlane { bench.plane }
    var scope: WorkspaceScope { login.defaults }

    @discardableResult
    func put(
        _ name: String = "shop",
        in other: WorkspaceScope? = nil,
        _ change: (inout EndpointSpec) -> Void = { _ in }
    ) async throws -> EndpointResource {
        var spec = EndpointSpec(name: name)
        change(&spec)
        let made = try await plane.putEndpoint(spec, in: other ?? scope).0
        // The gateway learns of a new endpoint a moment later.
        await plane.rolesChanged()
        return made
    }

    func owner() async throws -> Caller {
        let token = try await directory.token(
            clientID: login.clientID,
            secret: login.clientSecret,
            resource: "https://localhost:7443"
        )
        return try await directory.caller(token: token.text.reveal(), for: .management)
    }

    /// What the gateway was told last of the endpoint.
    func route(_ name: String = "shop") -> RouteTable.Endpoint? {
        bench.gateway.table?.endpoints.first { $0.name == name }
    }
}

@Suite("First start and tokens")
struct FirstStartTests {
    @Test("a second start keeps subscription, workspace, tenant and the owner's secret")
    func twice() async throws {
        let server = try await ServerBench()
        let (again, isFirst) = try await FirstStart.prepare(
            server.bench.home,
            server: "https://localhost:9999",
            directory: server.directory,
            accounts: server.accounts
        )
        #expect(!isFirst)
        var expected = server.login
        expected.server = "https://localhost:9999"
        #expect(again == expected)
        #expect(try await server.accounts.subscriptions().count == 1)
        #expect(try await server.directory.principals(.servicePrincipal).count == 1)
    }

    @Test("where the owner's file was lost, the old secret stops to count")
    func lostFile() async throws {
        let server = try await ServerBench()
        try AtomicFile.write(Array("no json".utf8), to: server.bench.home.ownerFile)
        let (fresh, _) = try await FirstStart.prepare(
            server.bench.home,
            server: server.login.server,
            directory: server.directory,
            accounts: server.accounts
        )
        #expect(fresh.defaults == server.login.defaults)
        await #expect(throws: Never.self) {
            try await server.directory.token(clientID: fresh.clientID, secret: fresh.clientSecret, resource: "x")
        }
    }

    @Test("a wrong secret and an unknown id are refused in the same words")
    func refused() async throws {
        let server = try await ServerBench()
        var words: Set<String> = []
        for (id, secret) in [(server.login.clientID, "wrong"), ("nobody", server.login.clientSecret.reveal())] {
            let refusal = await #expect(throws: Diagnostic.self) {
                try await server.directory.token(clientID: id, secret: Secret(secret), resource: "x")
            }
            #expect(refusal?.code == .unauthorized)
            words.insert(refusal?.message ?? "")
        }
        #expect(words.count == 1)
    }

    @Test(
        "a token counts for what it was asked for only",
        arguments: ["https://ml.azure.com", "https://storage.azure.com"]
    )
    func audiences(resource: String) async throws {
        let server = try await ServerBench()
        let token = try await server.directory.token(
            clientID: server.login.clientID,
            secret: server.login.clientSecret,
            resource: resource
        )
        // Twice: the second answer comes from what is remembered of the first.
        for _ in 0..<2 {
            await #expect(throws: Diagnostic.self) {
                try await server.directory.caller(token: token.text.reveal(), for: .management)
            }
        }
        let audience = TokenAudience(resource: resource)
        await #expect(throws: Never.self) {
            try await server.directory.caller(token: token.text.reveal(), for: audience)
        }
    }

    @Test("nobody gets a token in the name of an endpoint")
    func endpointAudience() async throws {
        let server = try await ServerBench()
        await #expect(throws: Diagnostic.self) {
            try await server.directory.token(
                clientID: server.login.clientID,
                secret: server.login.clientSecret,
                resource: ScoringToken.amlAudience
            )
        }
    }

    @Test("a role counts at once, and no more once it is taken away; the last owner stays")
    func roles() async throws {
        let server = try await ServerBench()
        let (principal, secret) = try await server.directory.createServicePrincipal(named: "ci")
        let token = try await server.directory.token(clientID: principal.clientID, secret: secret, resource: "x")
        let caller = try await server.directory.caller(token: token.text.reveal(), for: .management)
        let access = Access("Microsoft.MachineLearningServices/workspaces/read", on: server.scope.path)
        await #expect(throws: Diagnostic.self) { try await server.directory.check(caller, access) }
        let given = try await server.directory.assign(
            RoleAssignment(id: Fresh.guid(), principal: principal.clientID, role: .reader, scope: server.scope.path)
        )
        #expect(given.principal == principal.objectID)
        await #expect(throws: Never.self) { try await server.directory.check(caller, access) }
        _ = try await server.directory.unassign(given.id)
        await #expect(throws: Diagnostic.self) { try await server.directory.check(caller, access) }
        let owners = try await server.directory.roleAssignments(around: "/").filter { $0.role == .owner }
        #expect(owners.count == 1)
        await #expect(throws: Diagnostic.self) { try await server.directory.unassign(owners[0].id) }
        await #expect(throws: Never.self) { try await server.directory.check(try await server.owner(), access) }
    }
}

@Suite("Endpoints of a server")
struct ServerEndpointTests {
    @Test("an endpoint has two keys, which the gateway knows by their fingerprints")
    func keys() async throws {
        let server = try await ServerBench()
        let made = try await server.put()
        #expect(made.scoringURI == "http://localhost:7480/api/v1/endpoint/shop/score")
        let keys = try await server.plane.keys(of: "shop", in: server.scope)
        let expected = [keys.primary, keys.secondary].map { Digest.hex($0.reveal()) }
        guard case .keys(let known) = server.route()?.auth else { throw Diagnostic(.internalError, "no keys") }
        #expect(Set(known) == Set(expected))
        // An update keeps them.
        try await server.put { $0.tags = ["a": "b"] }
        #expect(try await server.plane.keys(of: "shop", in: server.scope).primary == keys.primary)
    }

    @Test(
        "a new key takes the place of one, and the gateway forgets the old one",
        arguments: EndpointKeys.Slot.allCases
    )
    func regenerate(slot: EndpointKeys.Slot) async throws {
        let server = try await ServerBench()
        try await server.put()
        let before = try await server.plane.keys(of: "shop", in: server.scope)
        try await server.plane.regenerateKey(slot, of: "shop", in: server.scope)
        let after = try await server.plane.keys(of: "shop", in: server.scope)
        #expect((before.primary == after.primary) == (slot == .secondary))
        #expect((before.secondary == after.secondary) == (slot == .primary))
        let expected = [after.primary, after.secondary].map { Digest.hex($0.reveal()) }
        guard case .keys(let known) = server.route()?.auth else { throw Diagnostic(.internalError, "no keys") }
        #expect(Set(known) == Set(expected))
    }

    @Test("an identity of its own comes with the endpoint and its roles, and goes with it")
    func identity() async throws {
        let server = try await ServerBench()
        let made = try await server.put()
        let principal = try #require(made.principalID)
        let roles = try await server.directory.roleAssignments(around: "/").filter { $0.principal == principal }
        #expect(Set(roles.map(\.role)) == [.acrPull, .blobDataReader, .metricsWriter])
        let operation = try #require(
            try await server.plane.deleteEndpoint("shop", in: server.scope, requestID: "r")
        )
        #expect(try await server.bench.end(of: operation).status == .succeeded)
        #expect(try await server.directory.roleAssignments(around: "/").filter { $0.principal == principal } == [])
        #expect(try await server.directory.identity(made.id) == nil)
        #expect(try await server.bench.store.read { try $0.secrets(prefix: "endpoint/") } == [])
    }

    @Test("with `aad_token` the gateway knows who may score, as soon as they may")
    func scorers() async throws {
        let server = try await ServerBench()
        try await server.put { $0.authMode = .aadToken }
        let owner = try await server.directory.principal(server.login.clientID).objectID
        #expect(server.route()?.auth == .aadToken(scorers: [owner]))
        let (principal, _) = try await server.directory.createServicePrincipal(named: "app")
        for (role, may) in [(Role.reader, false), (.dataScientist, true)] {
            _ = try await server.directory.assign(
                RoleAssignment(
                    id: Fresh.guid(),
                    principal: principal.objectID,
                    role: role,
                    scope: server.scope.endpoint("shop")
                )
            )
            await server.plane.rolesChanged()
            guard case .aadToken(let scorers) = server.route()?.auth else {
                throw Diagnostic(.internalError, "no token")
            }
            #expect(scorers.contains(principal.objectID) == may)
        }
    }

    @Test("with `aml_token` there are tokens and no keys")
    func tokens() async throws {
        let server = try await ServerBench()
        try await server.put { $0.authMode = .amlToken }
        #expect(server.route()?.auth == .amlToken)
        await #expect(throws: Diagnostic.self) { try await server.plane.keys(of: "shop", in: server.scope) }
        let token = try await server.plane.scoringToken(of: "shop", in: server.scope, for: try await server.owner())
        let claims = try server.directory.key.claims(of: token.text.reveal(), now: 1_700_000_000)
        #expect(claims["endpoint"]?.stringValue == "default/shop")
        #expect(claims["iss"]?.stringValue == server.bench.gateway.table?.tokenIssuers.first?.name)
        // It opens nothing but the endpoint.
        await #expect(throws: Diagnostic.self) {
            try await server.directory.caller(token: token.text.reveal(), for: .management)
        }
    }

    @Test("names are unique on a server, whatever their case; `--local` has names of its own")
    func unique() async throws {
        let server = try await ServerBench()
        var other = server.scope
        other.workspace = "other"
        _ = try await server.accounts.putWorkspace(WorkspaceResource(scope: other, location: "local"))
        try await server.put("shop")
        try await server.put("shop", in: .local)
        await #expect(throws: Diagnostic.self) { try await server.put("Shop", in: other) }
        other.workspace = "nowhere"
        await #expect(throws: Diagnostic.self) { try await server.put("new", in: other) }
        #expect(server.bench.gateway.table?.endpoints.map(\.workspace).sorted() == ["default", "local"])
    }

    @Test("a lone deployment gets traffic by itself with `--local` only")
    func traffic() async throws {
        let server = try await ServerBench()
        try await server.put()
        let operation = try await server.plane.putDeployment(server.bench.spec(), in: server.scope, requestID: "r")
        #expect(try await server.bench.end(of: operation.operation).status == .succeeded)
        #expect(server.route()?.traffic == [:])
        #expect(server.route()?.deployments.count == 1)
    }

    @Test("a workspace with endpoints, and a group with workspaces, are not deleted")
    func occupied() async throws {
        let server = try await ServerBench()
        try await server.put()
        await #expect(throws: Diagnostic.self) { try await server.accounts.deleteWorkspace(server.scope) }
        await #expect(throws: Diagnostic.self) {
            try await server.accounts.deleteResourceGroup("default", in: server.scope.subscription)
        }
    }

    @Test("an operation is seen in its own workspace only")
    func operations() async throws {
        let server = try await ServerBench()
        let (_, _, id) = try await server.plane.putEndpoint(EndpointSpec(name: "shop"), in: server.scope)
        #expect(
            try await server.plane.operation(id, in: server.scope.workspace, after: 0, wait: .zero).status == .succeeded
        )
        await #expect(throws: Diagnostic.self) {
            try await server.plane.operation(id, in: "other", after: 0, wait: .zero)
        }
    }
}
