import BerthAPI
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
import BerthStore
import Glibc
import HTTPTypes
import Hummingbird
import Synchronization

/// Whether the end of the server is to be the end of everything.
package final class StopSwitch: Sendable {
    private let pressed = Atomic<Bool>(false)

    package init() {}

    package var isPressed: Bool { pressed.load(ordering: .acquiring) }

    func press() { pressed.store(true, ordering: .releasing) }
}

/// `berth stop`, which only the owner of the home can ask for.
struct StopRoutes: Sendable {
    let stop: StopSwitch

    func add(to router: Router<ControlRequestContext>) {
        router.post("/berth/stop") { _, _ in
            stop.press()
            // The signal that everything here ends by.
            kill(getpid(), SIGTERM)
            return Response.json(["pid": .integer(Int(getpid()))], status: .accepted)
        }
    }
}
