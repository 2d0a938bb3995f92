import BerthJSON
import Crypto
import Foundation

/// Where the container engine listens.
package enum EngineAddress: Hashable, Sendable {
    /// An absolute path.
    case unix(String)
    /// Plain http; for engines on loopback or in a trusted network.
    case tcp(host: String, port: Int)
    /// What was named cannot be used; in words.
    case unusable(String)

    /// As the engine's own tools choose: `DOCKER_HOST`, the current context, then the usual sockets of Docker and Podman.
    package static func find(environment: [String: String]) -> EngineAddress {
        if let named = environment["DOCKER_HOST"], !named.isEmpty { return parse(named) }
        let home = environment["HOME"] ?? "/root"
        let folder = environment["DOCKER_CONFIG"].flatMap { $0.isEmpty ? nil : $0 } ?? home + "/.docker"
        if let name = contextName(environment, folder), name != "default" { return context(name, in: folder) }
        let runtime = environment["XDG_RUNTIME_DIR"]
        let usual =
            ["/var/run/docker.sock"] + (runtime.map { ["\($0)/docker.sock", "\($0)/podman/podman.sock"] } ?? [])
            + ["/run/podman/podman.sock"]
        let present = usual.first { access($0, F_OK) == 0 }
        return .unix(present ?? "/var/run/docker.sock")
    }

    /// `unix:///path`, `tcp://host:port`.
    package static func parse(_ text: String) -> EngineAddress {
        if text.hasPrefix("unix://") {
            let path = String(text.dropFirst("unix://".count))
            return path.hasPrefix("/") ? .unix(path) : .unusable("`\(text)` names no absolute path")
        }
        for scheme in ["tcp://", "http://"] where text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count).prefix { $0 != "/" }
            guard let colon = rest.lastIndex(of: ":") else { return .tcp(host: String(rest), port: 2375) }
            guard let port = Int(rest[rest.index(after: colon)...]) else { return .unusable("`\(text)` has no port") }
            return .tcp(host: String(rest[..<colon]), port: port)
        }
        return .unusable("`\(text)` is neither unix:// nor tcp://: start berth on the engine's own machine")
    }

    private static func contextName(_ environment: [String: String], _ folder: String) -> String? {
        if let named = environment["DOCKER_CONTEXT"], !named.isEmpty { return named }
        return read(folder + "/config.json")?["currentContext"]?.stringValue
    }

    /// A context lies in a folder that is named by the digest of its name.
    private static func context(_ name: String, in folder: String) -> EngineAddress {
        let digest = SHA256.hash(data: Data(name.utf8)).map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
        let host = read("\(folder)/contexts/meta/\(digest)/meta.json")?["Endpoints"]?["docker"]?["Host"]?.stringValue
        guard let host else { return .unusable("the docker context `\(name)` does not exist") }
        return parse(host)
    }

    /// nil where the file is not there or cannot be read: then there is no such setting.
    private static func read(_ path: String) -> JSON? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return try? JSON.parse([UInt8](data))  // A damaged file is the engine's tools' own business.
    }

    /// As a user would write it.
    package var text: String {
        switch self {
        case .unix(let path): "unix://\(path)"
        case .tcp(let host, let port): "tcp://\(host):\(port)"
        case .unusable(let words): words
        }
    }
}
