import Testing

@testable import BerthModel

@Suite("roles: who may do what")
struct RoleRuleTests {
    static let workspace =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
    static let registry = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/r"
    static let account = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a"
    static let ml = "Microsoft.MachineLearningServices/workspaces"

    /// Every kind of route, with what the one table of routes says that it needs.
    static let routes: [(method: String, path: String, action: String, scope: String)] = [
        ("GET", "/subscriptions/s", "Microsoft.Resources/subscriptions/read", "/subscriptions/s"),
        (
            "GET", "/subscriptions/s/resourceGroups", "Microsoft.Resources/subscriptions/resourceGroups/read",
            "/subscriptions/s"
        ),
        (
            "PUT", "/subscriptions/s/resourceGroups/g", "Microsoft.Resources/subscriptions/resourceGroups/write",
            "/subscriptions/s/resourceGroups/g"
        ),
        (
            "DELETE", "/subscriptions/s/resourceGroups/g", "Microsoft.Resources/subscriptions/resourceGroups/delete",
            "/subscriptions/s/resourceGroups/g"
        ),
        ("GET", workspace, "\(ml)/read", workspace),
        ("PUT", workspace, "\(ml)/write", workspace),
        ("PATCH", workspace, "\(ml)/write", workspace),
        ("DELETE", workspace, "\(ml)/delete", workspace),
        ("GET", "\(workspace)/onlineEndpoints", "\(ml)/onlineEndpoints/read", workspace),
        ("GET", "\(workspace)/onlineEndpoints/e", "\(ml)/onlineEndpoints/read", "\(workspace)/onlineEndpoints/e"),
        ("PUT", "\(workspace)/onlineEndpoints/e", "\(ml)/onlineEndpoints/write", "\(workspace)/onlineEndpoints/e"),
        (
            "DELETE", "\(workspace)/onlineEndpoints/e", "\(ml)/onlineEndpoints/delete",
            "\(workspace)/onlineEndpoints/e"
        ),
        (
            "POST", "\(workspace)/onlineEndpoints/e/listKeys", "\(ml)/onlineEndpoints/listKeys/action",
            "\(workspace)/onlineEndpoints/e"
        ),
        (
            "POST", "\(workspace)/onlineEndpoints/e/token", "\(ml)/onlineEndpoints/token/action",
            "\(workspace)/onlineEndpoints/e"
        ),
        (
            "PUT", "\(workspace)/onlineEndpoints/e/deployments/d", "\(ml)/onlineEndpoints/deployments/write",
            "\(workspace)/onlineEndpoints/e/deployments/d"
        ),
        (
            "POST", "\(workspace)/onlineEndpoints/e/deployments/d/getLogs",
            "\(ml)/onlineEndpoints/deployments/getLogs/action", "\(workspace)/onlineEndpoints/e/deployments/d"
        ),
        (
            "GET", "\(workspace)/onlineEndpoints/e/deployments/d/diagnosis",
            "\(ml)/onlineEndpoints/deployments/diagnosis/read", "\(workspace)/onlineEndpoints/e/deployments/d"
        ),
        ("PUT", "\(workspace)/models/m/versions/1", "\(ml)/models/versions/write", "\(workspace)/models/m/versions/1"),
        (
            "POST", "\(workspace)/codes/c/versions/1/startPendingUpload",
            "\(ml)/codes/versions/startPendingUpload/action", "\(workspace)/codes/c/versions/1"
        ),
        (
            "POST", "\(workspace)/datastores/b/listSecrets", "\(ml)/datastores/listSecrets/action",
            "\(workspace)/datastores/b"
        ),
        ("GET", "\(workspace)/operations/o", "\(ml)/operations/read", "\(workspace)/operations/o"),
        (
            "PUT", "\(workspace)/providers/Microsoft.Authorization/roleAssignments/i",
            "Microsoft.Authorization/roleAssignments/write",
            "\(workspace)/providers/Microsoft.Authorization/roleAssignments/i"
        ),
        (
            "GET", "\(workspace)/providers/Microsoft.Authorization/roleAssignments",
            "Microsoft.Authorization/roleAssignments/read", workspace
        ),
        (
            "PUT", "/providers/Microsoft.Authorization/servicePrincipals/ci",
            "Microsoft.Authorization/servicePrincipals/write",
            "/providers/Microsoft.Authorization/servicePrincipals/ci"
        ),
        (
            "DELETE", "/api/local/modelmanagement/v1.0\(workspace)/models/m:1", "\(ml)/models/delete",
            "\(workspace)/models/m:1"
        ),
    ]

    @Test("each route needs one action on one scope", arguments: routes.indices)
    func table(index: Int) throws {
        let row = Self.routes[index]
        let path = row.path.split(separator: "/").map(String.init)
        let access = try #require(ResourceAccess.needed(method: row.method, path: path))
        #expect(access == Access(row.action, on: row.scope))
    }

    @Test("lists of subscriptions and tenants need no role: they show only what one may see")
    func lists() {
        #expect(ResourceAccess.needed(method: "GET", path: ["subscriptions"]) == nil)
        #expect(ResourceAccess.needed(method: "GET", path: ["tenants"]) == nil)
    }

    /// For each role, which rows of `routes` it allows when it is had on the workspace (`w`), on the group (`g`) and on
    /// everything (`r`), in the order of the rows; `.` is no.
    static let decisions: [(Role, String)] = [
        (.owner, "r r g g w w w w w w w w w w w w w w w w w w w r w"),
        (.contributor, "r r g g w w w w w w w w w w w w w w w w w . w . w"),
        (.reader, "r r . . w . . . w w . . . . . . w . . . w . w . ."),
        (.userAccessAdministrator, "r r . . w . . . w w . . . . . . w . . . w w w r ."),
        (.dataScientist, ". . . . w . . . w w w w w w w w w w w w w . . . w"),
        (.metricsWriter, ". . . . . . . . . . . . . . . . . . . . . . . . ."),
        (.managedIdentityOperator, ". . . . . . . . . . . . . . . . . . . . . . . . ."),
        (.acrPull, ". . . . . . . . . . . . . . . . . . . . . . . . ."),
        (.acrPush, ". . . . . . . . . . . . . . . . . . . . . . . . ."),
        (.blobDataReader, ". . . . . . . . . . . . . . . . . . . . . . . . ."),
        (.blobDataContributor, ". . . . . . . . . . . . . . . . . . . . . . . . ."),
        (.blobDataOwner, ". . . . . . . . . . . . . . . . . . . . . . . . ."),
    ]

    @Test("route × role × scope", arguments: decisions.indices)
    func matrix(index: Int) throws {
        let (role, row) = Self.decisions[index]
        let wanted = row.split(separator: " ")
        #expect(wanted.count == Self.routes.count)
        for (route, mark) in zip(Self.routes, wanted) {
            let path = route.path.split(separator: "/").map(String.init)
            let access = try #require(ResourceAccess.needed(method: route.method, path: path))
            let scopes = [("w", Self.workspace), ("g", "/subscriptions/s/resourceGroups/g"), ("r", "/")]
            let first = scopes.first { _, scope in
                RoleRule.allows(access, [RoleAssignment(id: "1", principal: "p", role: role, scope: scope)])
            }
            #expect((first?.0 ?? ".") == mark, "\(role.rawValue): \(route.method) \(route.path)")
            // What a smaller scope allows, a larger one does too; another workspace allows nothing.
            if first != nil {
                #expect(RoleRule.allows(access, [RoleAssignment(id: "1", principal: "p", role: role, scope: "/")]))
            }
            let other = Self.workspace + "2"
            #expect(!RoleRule.allows(access, [RoleAssignment(id: "1", principal: "p", role: role, scope: other)]))
        }
        #expect(Self.decisions.map(\.0) == Role.allCases)
    }

    @Test("blobs are data: only roles for data reach them")
    func data() {
        let blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
        let read = Access("\(blobs)/read", on: "\(Self.account)/blobServices/default/containers/c", isData: true)
        let write = Access("\(blobs)/write", on: "\(Self.account)/blobServices/default/containers/c", isData: true)
        #expect(
            Role.allCases.filter { RoleRule.allows(read, $0) } == [
                .blobDataReader, .blobDataContributor, .blobDataOwner,
            ]
        )
        #expect(Role.allCases.filter { RoleRule.allows(write, $0) } == [.blobDataContributor, .blobDataOwner])
    }

    @Test("a registry is pulled from by AcrPull and by who may do everything")
    func registry() {
        let pull = Access("Microsoft.ContainerRegistry/registries/pull/read", on: Self.registry)
        #expect(
            Role.allCases.filter { RoleRule.allows(pull, $0) } == [
                .owner, .contributor, .reader, .userAccessAdministrator, .acrPull, .acrPush,
            ]
        )
    }

    @Test(
        "patterns",
        arguments: [
            ("a/b/read", "*/read", true), ("a/b/read", "a/*", true), ("a/read", "a/*/read", false),
            ("a/b/c/read", "a/*/read", true), ("A/B/Read", "a/b/read", true), ("a/b/write", "*/read", false),
            ("anything", "*", true), ("a/read", "a/read/*", false), ("ab", "a*b*c", false), ("axbyc", "a*b*c", true),
        ]
    )
    func patterns(action: String, pattern: String, matches: Bool) {
        #expect(RoleRule.matches(action, pattern) == matches)
    }

    @Test(
        "a scope covers itself and what is below, in whole names",
        arguments: [
            ("/", "/subscriptions/s", true), ("/subscriptions/S", "/subscriptions/s/resourceGroups/g", true),
            ("/subscriptions/s/resourceGroups/g", "/subscriptions/s/resourceGroups/gg", false),
            ("/subscriptions/s/resourceGroups/g", "/subscriptions/s", false), ("", "/subscriptions/s", true),
        ]
    )
    func scopes(outer: String, inner: String, covers: Bool) {
        #expect(RoleRule.covers(outer, inner) == covers)
    }

    @Test("a role is found by its name, its GUID and an id that ends in it")
    func names() {
        #expect(Role(named: "azureml data scientist") == .dataScientist)
        #expect(Role(named: Role.acrPull.id) == .acrPull)
        #expect(Role(named: "/subscriptions/s/providers/x/roleDefinitions/\(Role.reader.id.uppercased())") == .reader)
        #expect(Role(named: "King") == nil)
        #expect(Set(Role.allCases.map(\.id)).count == Role.allCases.count)
    }
}
