import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import Crypto
import Foundation

/// The file `container.json` of an instance's folder: what a later control plane must know to follow the container.
struct ContainerRecord: Hashable, Sendable {
    /// Unique in the engine, and the same for the same folder.
    var name: String
    var image: String
    /// The image's own routes; nil: our inference server.
    var inferenceConfig: InferenceConfig?
    var successThreshold: Int
    var timeoutMs: Int

    init(_ plan: InstancePlan, _ container: ContainerPlan) {
        name = Self.name(of: plan.folder)
        image = container.image
        inferenceConfig = container.inferenceConfig
        successThreshold = container.readiness.successThreshold
        timeoutMs = Int(container.readiness.timeout / .milliseconds(1))
    }

    /// The folder is part of the name: two homes share an engine without meeting.
    static func name(of folder: InstanceFolder) -> String {
        let digest = SHA256.hash(data: Data(folder.path.utf8)).prefix(5)
            .map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
        return "berth-\(folder.instanceID)-\(digest)"
    }

    static func file(in folder: InstanceFolder) -> String { folder.path + "/container.json" }

    // MARK: File

    private static let limit = 65_536

    static func read(_ folder: InstanceFolder) -> ContainerRecord? {
        guard let bytes = try? RegularFile.read(file(in: folder), limit: limit),  // Absent: no container.
            let json = try? JSON.parse(bytes)  // Damaged is the same as absent.
        else { return nil }
        return ContainerRecord(json: json)
    }

    func write(to folder: InstanceFolder) throws(Diagnostic) {
        do throws(SystemFailure) {
            try AtomicFile.write(json.utf8, to: Self.file(in: folder))
        } catch {
            throw error.diagnostic(
                .containerStartFailed,
                .platformFault,
                "the record of instance `\(folder.instanceID)` cannot be written"
            )
        }
    }

    private var json: JSON {
        var object = JSONObject([
            ("name", .string(name)), ("image", .string(image)), ("successThreshold", .integer(successThreshold)),
            ("timeoutMs", .integer(timeoutMs)),
        ])
        if let routes = inferenceConfig {
            func route(_ route: InferenceConfig.Route) -> JSON {
                ["path": .string(route.path), "port": .integer(route.port)]
            }
            object["liveness"] = route(routes.liveness)
            object["readiness"] = route(routes.readiness)
            object["scoring"] = route(routes.scoring)
        }
        return .object(object)
    }

    private init?(json: JSON) {
        guard let name = json["name"]?.stringValue else { return nil }
        func route(_ key: String) -> InferenceConfig.Route? {
            guard let path = json[key]?["path"]?.stringValue, let port = json[key]?["port"]?.intValue else {
                return nil
            }
            return InferenceConfig.Route(path: path, port: port)
        }
        self.name = name
        image = json["image"]?.stringValue ?? ""
        successThreshold = json["successThreshold"]?.intValue ?? 1
        timeoutMs = json["timeoutMs"]?.intValue ?? 2000
        if let liveness = route("liveness"), let readiness = route("readiness"), let scoring = route("scoring") {
            inferenceConfig = InferenceConfig(liveness: liveness, readiness: readiness, scoring: scoring)
        }
    }
}
