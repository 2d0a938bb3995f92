import BerthControl
import BerthDiagnostics
import BerthJSON
import Hummingbird

/// What only the owner of the home may ask, on its unix socket: backups and traces.
struct OwnerRoutes: Sendable {
    let control: ControlPlane
    let trace: Trace

    func add(to router: Router<ControlRequestContext>) {
        router.get("/berth/trace/:request") { _, context in
            Response.json(try await trace.find(try context.name("request")))
        }
        router.post("/berth/backup") { request, _ in
            guard let folder = try await request.json()["folder"]?.stringValue, folder.hasPrefix("/") else {
                throw Diagnostic(.badArgument, .argumentInvalid, "`folder` is missing, or no absolute path")
            }
            return Response.json(try await control.backUp(to: folder))
        }
    }
}
