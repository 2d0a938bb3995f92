import BerthJSON
package import BerthModel
import Foundation

/// A user's name and password, or a token in their place, for one registry.
package struct RegistryCredential: Hashable, Sendable {
    package var user: String
    package var password: Secret

    package init(user: String, password: Secret) {
        self.user = user
        self.password = password
    }

    /// For `Authorization: Basic`.
    var basic: String { Data("\(user):\(password.reveal())".utf8).base64EncodedString() }

    /// For the engine's `X-Registry-Auth`.
    func engineHeader(registry: String) -> String {
        let json: JSON = [
            "username": .string(user), "password": .string(password.reveal()), "serveraddress": .string(registry),
        ]
        return Data(json.utf8).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
    }

    /// What `docker login` left: `auths` of the engine tools' settings. nil: nothing for this registry.
    package static func stored(for registry: String, environment: [String: String]) -> RegistryCredential? {
        let home = environment["HOME"] ?? "/root"
        let folder = environment["DOCKER_CONFIG"].flatMap { $0.isEmpty ? nil : $0 } ?? home + "/.docker"
        let keys =
            registry == "docker.io" ? ["https://index.docker.io/v1/", "docker.io"] : [registry, "https://\(registry)"]
        guard let data = FileManager.default.contents(atPath: folder + "/config.json"),
            let json = try? JSON.parse([UInt8](data))  // A damaged file holds no credentials.
        else { return nil }
        for key in keys {
            guard let entry = json["auths"]?[key] else { continue }
            if let text = entry["auth"]?.stringValue, let bytes = Data(base64Encoded: text) {
                let plain = String(decoding: bytes, as: UTF8.self)
                guard let colon = plain.firstIndex(of: ":") else { continue }
                return RegistryCredential(
                    user: String(plain[..<colon]),
                    password: Secret(String(plain[plain.index(after: colon)...]))
                )
            }
        }
        return nil
    }
}
