import BerthAPI
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird

/// Role assignments and definitions, on any scope.
struct RoleRoutes: Sendable {
    let directory: Directory
    let control: ControlPlane

    /// What a role can be had on: everything, a subscription, a group, a resource up to three names deep.
    private static let scopes: [RouterPath] = [
        "", "/subscriptions/:subscription", "/subscriptions/:subscription/resourceGroups/:group",
        "\(resource)/:t1/:n1", "\(resource)/:t1/:n1/:t2/:n2", "\(resource)/:t1/:n1/:t2/:n2/:t3/:n3",
    ]
    private static let resource: RouterPath = "/subscriptions/:subscription/resourceGroups/:group/providers/:provider"

    func add(to router: Router<ControlRequestContext>) {
        for scope in Self.scopes {
            let assignments: RouterPath = "\(scope)/providers/Microsoft.Authorization/roleAssignments"
            router.get(assignments) { request, context in try await list(request, context) }
            router.get("\(assignments)/:assignment") { request, context in
                let id = try context.name("assignment")
                guard let found = try await directory.roleAssignment(id) else { throw Self.missing(id) }
                return Response.json(
                    ResourceJSON.roleAssignment(found, subscription: context.subscription)
                )
            }
            router.put("\(assignments)/:assignment") { request, context in try await put(request, context) }
            router.delete("\(assignments)/:assignment") { request, context in
                guard let found = try await directory.unassign(try context.name("assignment")) else {
                    return Response(status: .noContent)
                }
                await control.rolesChanged()
                return Response.json(
                    ResourceJSON.roleAssignment(found, subscription: context.subscription)
                )
            }
            let definitions: RouterPath = "\(scope)/providers/Microsoft.Authorization/roleDefinitions"
            router.get(definitions) { request, context in
                let filter = ListFilter(request.uri.queryParameters["$filter"].map(String.init))
                let found = Role.allCases.filter { filter.allows("roleName", $0.rawValue) }
                return Response.json([
                    "value": .array(
                        found.map { ResourceJSON.roleDefinition($0, subscription: context.subscription) }
                    )
                ])
            }
            router.get("\(definitions)/:role") { _, context in
                let name = try context.name("role")
                guard let role = Role(named: name) else { throw Self.unknownRole(name) }
                return Response.json(
                    ResourceJSON.roleDefinition(role, subscription: context.subscription)
                )
            }
        }
    }

    /// The part of the path before the last `providers`.
    private static func scope(_ request: Request) throws(Diagnostic) -> String {
        var parts: [String] = []
        for part in request.uri.path.split(separator: "/") { parts.append(try PathPart.decode(part)) }
        let end = parts.lastIndex { $0.lowercased() == "providers" } ?? 0
        return "/" + parts[..<end].joined(separator: "/")
    }

    private func list(_ request: Request, _ context: ControlRequestContext) async throws -> Response {
        let filter = ListFilter(
            request.uri.queryParameters["$filter"].map {
                String($0).replacing("assignedTo(", with: "principalId eq (")
            }
        )
        let scope = try Self.scope(request)
        var found = try await directory.roleAssignments(around: scope)
        if let wanted = filter.value("principalId") {
            let id = wanted.filter { $0 != "(" && $0 != ")" }
            found = found.filter { $0.principal.lowercased() == id }
        }
        return Response.json([
            "value": .array(
                found.map { ResourceJSON.roleAssignment($0, subscription: context.subscription) }
            )
        ])
    }

    private func put(_ request: Request, _ context: ControlRequestContext) async throws -> Response {
        let body = try await request.json()
        // Older versions of the call send the properties without their wrapper.
        let properties = body["properties"] ?? body
        let wanted = properties["roleDefinitionId"]?.stringValue ?? ""
        guard let role = Role(named: wanted) else { throw Self.unknownRole(wanted) }
        guard let principal = properties["principalId"]?.stringValue, !principal.isEmpty else {
            throw Diagnostic(.badArgument, .argumentInvalid, "`properties.principalId` is missing")
        }
        let made = try await directory.assign(
            RoleAssignment(
                id: try context.name("assignment").lowercased(),
                principal: principal,
                role: role,
                scope: try Self.scope(request)
            )
        )
        await control.rolesChanged()
        return Response.json(
            ResourceJSON.roleAssignment(made, subscription: context.subscription),
            status: .created
        )
    }

    private static func missing(_ id: String) -> Diagnostic {
        Diagnostic(
            .resourceNotFound,
            nil,
            "there is no role assignment `\(id)`",
            help: ["see which there are: berth role assignment list"]
        )
    }

    private static func unknownRole(_ name: String) -> Diagnostic {
        let near = nearestName(to: name, among: Role.allCases.map(\.rawValue))
        return Diagnostic(
            .badArgument,
            .argumentInvalid,
            "`\(name)` is no role of this server",
            help: [near.map { "did you mean `\($0)`?" } ?? "see the roles: berth role definition list"]
        )
    }
}

extension ControlRequestContext {
    /// The subscription that the path names, or none.
    fileprivate var subscription: String { parameters.get("subscription") ?? "" }
}
