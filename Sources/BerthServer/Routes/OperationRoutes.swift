import BerthAPI
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird

struct OperationRoutes: Sendable {
    let control: ControlPlane

    /// A waiting client is answered after this many seconds at the latest.
    private static let longestWait = 30

    func add(to router: Router<ControlRequestContext>) {
        // Of `--local`, where whoever reaches the socket may see everything.
        router.get("/berth/operations/:operation") { request, context in
            guard context.door == .socket else {
                throw Diagnostic(.resourceNotFound, nil, "there is nothing at `\(request.uri.path)`")
            }
            return try await answer(request, context, in: nil)
        }
        router.get("\(RoutePath.workspace)/operations/:operation") { request, context in
            try await answer(request, context, in: try context.scope().workspace)
        }
    }

    private func answer(
        _ request: Request,
        _ context: ControlRequestContext,
        in workspace: String?
    ) async throws -> Response {
        let parameters = request.uri.queryParameters
        func number(_ name: String) -> Int { parameters[name[...]].flatMap { Int(String($0)) } ?? 0 }
        var operation = try await control.operation(
            try context.name("operation"),
            in: workspace,
            after: number("berthAfter"),
            wait: .seconds(min(max(0, number("berthWait")), Self.longestWait))
        )
        if workspace != nil {
            operation.failure = operation.failure?.forServer
            operation.alsoFailed = operation.alsoFailed.map(\.forServer)
        }
        return Response.json(operation.json, headers: [.retryAfterMs: "200"])
    }

    /// Where the operation is followed: an absolute URL on the host that the caller has used.
    static func headers(_ operation: String, _ context: ControlRequestContext) throws -> HTTPFields {
        let root = context.workspace?.scope.path ?? "/berth"
        return [.asyncOperation: "\(context.baseURL)\(root)/operations/\(operation)", .retryAfterMs: "200"]
    }

    /// The answer to a PUT: never 202, which the SDK takes for a failure. Scripts without an SDK find the operation in
    /// the resource's properties.
    static func begun(
        _ resource: JSON,
        _ operation: String,
        _ context: ControlRequestContext,
        status: HTTPResponse.Status
    ) throws -> Response {
        var headers = try headers(operation, context)
        headers[.eTag] = resource["etag"]?.stringValue
        var body = resource
        if context.workspace != nil, var properties = body["properties"] {
            var own = properties["properties"] ?? [:]
            own["AzureAsyncOperationUri"] = headers[.asyncOperation].map(JSON.string)
            properties["properties"] = own
            body["properties"] = properties
        }
        return .json(body, status: status, headers: headers)
    }

    /// The answer to a DELETE: 202 with the operation, 204 where there was nothing.
    static func accepted(_ operation: String?, _ context: ControlRequestContext) throws -> Response {
        guard let operation else { return Response(status: .noContent) }
        return .json([:], status: .accepted, headers: try headers(operation, context))
    }
}
