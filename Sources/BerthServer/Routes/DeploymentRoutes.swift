import BerthAPI
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
import BerthRuntime
import BerthStore
import Glibc
import HTTPTypes
import Hummingbird
import NIOCore

struct DeploymentRoutes: Sendable {
    let control: ControlPlane

    private static let deployments: RouterPath = "\(RoutePath.endpoints)/:endpoint/deployments"
    private static let deployment: RouterPath = "\(deployments)/:deployment"

    func add(to router: Router<ControlRequestContext>) {
        router.put(Self.deployment) { request, context in
            let scope = try context.scope()
            let key = try context.deployment()
            let body = try await request.json()
            var wanted = try DeploymentResource(json: body, scope: scope, endpoint: key.endpoint, name: key.name).spec
            if context.workspace != nil { wanted = wanted.namingAssets(in: scope) }
            if context.door == .network { try RemoteSpec.check(wanted) }
            let (made, operation) = try await control.putDeployment(
                wanted,
                in: scope,
                location: context.location,
                ifMatch: request.headers[.ifMatch],
                requestID: context.requestID
            )
            return try OperationRoutes.begun(
                made.json,
                operation,
                context,
                status: made.state == .creating ? .created : .ok
            )
        }
        router.get(Self.deployment) { _, context in
            let found = try await control.deployment(try context.deployment(), in: try context.scope())
            return Response.json(found.json, headers: StateHeader.fields(found.etag))
        }
        router.get(Self.deployments) { _, context in
            let endpoint = try context.name("endpoint")
            let found = try await control.deployments(of: endpoint, in: try context.scope())
            return Response.json(["value": .array(found.map(\.json))])
        }
        router.delete(Self.deployment) { request, context in
            let operation = try await control.deleteDeployment(
                try context.deployment(),
                in: try context.scope(),
                ifMatch: request.headers[.ifMatch],
                requestID: context.requestID
            )
            return try OperationRoutes.accepted(operation, context)
        }
        router.get("\(Self.deployment)/diagnosis") { _, context in
            let found = try await control.diagnosis(of: try context.deployment())
            return Response.json([
                "diagnosis": found.first?.json ?? .null,
                "also": .array(found.dropFirst().map(\.json)),
            ])
        }
        addLogs(to: router)
    }

    private func addLogs(to router: Router<ControlRequestContext>) {
        router.post("\(Self.deployment)/getLogs") { request, context in
            let body = try await request.json()
            let text = try await control.logs(
                of: try context.deployment(),
                container: try Self.container(body["containerType"]?.stringValue ?? "InferenceServer"),
                lines: max(0, body["tail"]?.intValue ?? 5000),
                previous: body["berthPrevious"]?.boolValue ?? false
            )
            return Response.json(["content": .string(text)])
        }
        router.get("\(Self.deployment)/followLogs") { request, context in
            let parameters = request.uri.queryParameters
            let container = try Self.container(parameters["container"].map(String.init) ?? "inference-server")
            let lines = parameters["tail"].flatMap { Int(String($0)) } ?? 100
            let key = try context.deployment()
            guard let file = try await control.logFile(of: key, container: container, previous: false) else {
                _ = try await control.logs(of: key, container: container, lines: 0, previous: false)
                return Response(status: .ok)
            }
            let exitReport = file.replacingLast(components: 2, with: "run/exit.json")
            let stream = LogReader(path: file).follow(lines: lines) { access(exitReport, F_OK) == 0 }
            return Response(
                status: .ok,
                headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody { writer in
                    for await line in stream { try await writer.write(ByteBuffer(string: line + "\n")) }
                    try await writer.finish(nil)
                }
            )
        }
    }

    private static func container(_ name: String) throws(Diagnostic) -> LogContainer {
        switch name {
        case "InferenceServer", "inference-server": return .inferenceServer
        case "StorageInitializer", "storage-initializer": return .storageInitializer
        case "environment-build": return .environmentBuild
        default:
            throw Diagnostic(
                .badArgument,
                .argumentInvalid,
                "`\(name)` is no container of a deployment",
                help: ["use inference-server, storage-initializer or environment-build"]
            )
        }
    }
}

extension ControlRequestContext {
    fileprivate func deployment() throws -> DeploymentKey {
        DeploymentKey(
            workspace: try scope().workspace,
            endpoint: try name("endpoint"),
            name: try name("deployment")
        )
    }
}

extension String {
    /// This path with its last `components` replaced.
    fileprivate func replacingLast(components: Int, with tail: String) -> String {
        "/" + split(separator: "/").dropLast(components).joined(separator: "/") + "/" + tail
    }
}
