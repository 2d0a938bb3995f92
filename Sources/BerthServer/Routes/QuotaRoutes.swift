import BerthAPI
import BerthControl
import BerthDiagnostics
import BerthJSON
import BerthModel
import HTTPTypes
import Hummingbird

/// Quota of a workspace and of its subscription, and the capacity of this machine.
struct QuotaRoutes: Sendable {
    let control: ControlPlane

    private static let quota: RouterPath = "\(RoutePath.workspace)/berthQuota"

    func add(to router: Router<ControlRequestContext>) {
        router.get(Self.quota) { request, context in
            let isOwn = request.uri.queryParameters["own"] == "true"
            let usages = try await control.quota(of: try context.scope().workspace, isOwn: isOwn)
            let capacity = try await control.capacity()
            return Response.json([
                "hasQuota": .bool(usages != nil),
                "value": .array((usages ?? []).map(\.json)),
                "capacity": capacity.json,
            ])
        }
        router.put(Self.quota) { request, context in
            let body = try await Self.body(request)
            try await control.setQuota(
                of: try context.scope().workspace,
                family: body.family,
                isOwn: body.isOwn,
                cores: body.cores
            )
            return Response.json([:])
        }
        router.post("\(Self.quota)/request") { request, context in
            let body = try await Self.body(request)
            try await control.requestQuota(
                of: try context.scope().workspace,
                family: body.family,
                cores: body.cores,
                reason: body.reason
            )
            return Response.json([:], status: .accepted)
        }
    }

    private struct Body {
        var family: String?
        var cores: Cores
        var isOwn: Bool
        var reason: String
    }

    private static func body(_ request: Request) async throws -> Body {
        let json = try await request.json()
        guard let limit = json["limit"]?.intValue else {
            throw Diagnostic(.badArgument, .argumentInvalid, "`limit` is missing, or no whole number of cores")
        }
        return Body(
            family: json["family"]?.stringValue,
            cores: Cores(limit),
            isOwn: json["own"]?.boolValue ?? false,
            reason: json["reason"]?.stringValue ?? ""
        )
    }
}

extension QuotaUsage {
    fileprivate var json: JSON {
        [
            "family": .string(family ?? "all families"),
            "used": .integer(used.count),
            "limit": limit.map { .integer($0.count) } ?? .null,
            "requested": requested.map { .integer($0.count) } ?? .null,
            "holders": .array(
                shares.map {
                    [
                        "workspace": .string($0.holder.workspace), "endpoint": .string($0.holder.endpoint),
                        "deployment": .string($0.holder.deployment), "cores": .integer($0.cores.count),
                    ]
                }
            ),
        ]
    }
}

extension CapacityUsage {
    fileprivate var json: JSON {
        [
            "cores": .integer(capacity.machine.cores.count),
            "memory_bytes": .integer(capacity.machine.memory.count),
            "overcommit_cores": .integer(capacity.overcommit.cores),
            "overcommit_memory": .integer(capacity.overcommit.memory),
            "free_cores": .integer(capacity.freeCores.count),
            "free_memory_bytes": .integer(capacity.freeMemory.count),
            "holders": .array(
                capacity.allHolds.map {
                    [
                        "workspace": .string($0.holder.workspace), "endpoint": .string($0.holder.endpoint),
                        "deployment": .string($0.holder.deployment), "instances": .integer($0.instances),
                        "cores": .integer($0.cores.count), "memory_bytes": .integer($0.memory.count),
                    ]
                }
            ),
            "waiting": .integer(waiting.count),
        ]
    }
}
