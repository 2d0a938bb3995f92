package import BerthDiagnostics
package import BerthJSON
import BerthRuntime
import BerthStore
import Foundation

extension ControlPlane {
    /// Folders and files of a home that a backup holds beside the database. Logs, instances, sockets and tools are made
    /// anew.
    private static let kept = ["blobs", "environments", "identity", "ca.pem", "config", "curated-environments.json"]

    /// Writes a copy of the home to `folder`, which is not there yet, while everything goes on: a home of its own, to be
    /// put in the place of the old one.
    package func backUp(to folder: String) async throws(Diagnostic) -> JSON {
        let home = world.home
        let store = world.store
        let outcome: Result<Int, Diagnostic> = await OwnThread.run {
            do throws(Diagnostic) {
                return .success(try Self.copy(home, store, folder))
            } catch {
                return .failure(error)
            }
        }
        return ["folder": .string(folder), "bytes": .integer(try outcome.get())]
    }

    /// The database first: what it names is in `blobs` already, and content there never changes.
    private static func copy(_ home: BerthHome, _ store: Store, _ folder: String) throws(Diagnostic) -> Int {
        guard mkdir(folder, 0o700) == 0 else {
            let why = String(cString: strerror(errno))
            throw Diagnostic(
                .badArgument,
                .argumentInvalid,
                "the backup cannot be written to `\(folder)`",
                evidence: [Evidence("system", why)],
                help: ["name a folder that is not there yet, in one that you can write"]
            )
        }
        try store.copy(to: folder + "/berth.db")
        do {
            for name in kept where FileManager.default.fileExists(atPath: home.path + "/" + name) {
                try FileManager.default.copyItem(atPath: home.path + "/" + name, toPath: folder + "/" + name)
            }
            var bytes = 0
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
                let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
                bytes += (attributes[.size] as? NSNumber)?.intValue ?? 0
            }
            return bytes
        } catch {
            throw Diagnostic(
                .internalError,
                .platformFault,
                "the backup in `\(folder)` is incomplete",
                evidence: [Evidence("system", error.localizedDescription)],
                help: ["remove the folder, free some space and try again"]
            )
        }
    }
}
