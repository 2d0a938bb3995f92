import BerthAPI
import BerthControl
import BerthJSON
import HTTPTypes
import Hummingbird

struct OperationRoutes: Sendable {
    let control: ControlPlane

    /// A waiting client is answered after this many seconds at the latest.
    private static let longestWait = 30

    func add(to router: Router<ControlRequestContext>) {
        router.get("/berth/operations/:operation") { request, context in
            let parameters = request.uri.queryParameters
            func number(_ name: String) -> Int { parameters[name[...]].flatMap { Int(String($0)) } ?? 0 }
            let operation = try await control.operation(
                try context.parameters.require("operation"),
                after: number("berthAfter"),
                wait: .seconds(min(max(0, number("berthWait")), Self.longestWait))
            )
            return Response.json(operation.json, headers: [.retryAfterMs: "200"])
        }
    }

    static func headers(_ operation: String) -> HTTPFields {
        [.asyncOperation: "/berth/operations/\(operation)", .retryAfterMs: "200"]
    }

    /// The answer to a DELETE: 202 with the operation, 204 where there was nothing.
    static func accepted(_ operation: String?) -> Response {
        guard let operation else { return Response(status: .noContent) }
        return .json([:], status: .accepted, headers: headers(operation))
    }
}
