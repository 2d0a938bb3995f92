package import BerthDiagnostics
import BerthJSON
package import BerthModel
import Foundation

/// An image that the engine has.
package struct PreparedImage: Hashable, Sendable {
    /// `sha256:…`: what runs even when the tag moves on.
    package var id: String
    /// As a user would name it.
    package var name: String
    package var wasReused: Bool
    /// Of the image's own settings: ports that it declares.
    package var hasEntrypoint: Bool
}

/// Brings images into the engine: by pulling, by building a context, by adding a conda file to another image.
package struct ImageStore: Sendable {
    let engine: EngineClient
    private let environment: [String: String]

    /// `environment`: variables in which the engine's tools keep their settings.
    package init(engine: EngineClient, environment: [String: String]) {
        self.engine = engine
        self.environment = environment
    }

    /// The image of an environment. The registry is shown `credential`, or what `docker login` left; `identity` says in words
    /// whose right it is. `log` gets lines as they appear.
    ///
    /// Throws `ERR_1200`, `ImageBuildFailure`, `ERR_1350`, and `ERR_5000` without an engine.
    package func prepare(
        _ spec: EnvironmentSpec,
        credential: RegistryCredential? = nil,
        identity: String? = nil,
        log: @escaping @Sendable (String) -> Void
    ) async throws(Diagnostic) -> PreparedImage {
        if let build = spec.build { return try await self.build(build, log: log) }
        guard let image = spec.image else {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "the environment has neither `image` nor `build`, and a container needs one of them",
                help: ["add `image: REGISTRY/REPOSITORY:TAG` to the environment"]
            )
        }
        return try await pull(image, credential: credential, identity: identity, log: log)
    }

    // MARK: Pull

    private func pull(
        _ text: String,
        credential: RegistryCredential?,
        identity: String?,
        log: @escaping @Sendable (String) -> Void
    ) async throws(Diagnostic) -> PreparedImage {
        guard let reference = ImageReference(text) else {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "`\(text)` is no name of an image",
                help: ["write REGISTRY/REPOSITORY:TAG, in lower case"]
            )
        }
        let machine = try await machinePlatform()
        if let known = try await find(text) {
            try Self.check(known, text, machine)
            log("image \(text) is there: \(Self.short(known.id)); it is used as it is")
            return PreparedImage(id: known.id, name: text, wasReused: true, hasEntrypoint: known.hasEntrypoint)
        }
        let credential = credential ?? RegistryCredential.stored(for: reference.registry, environment: environment)
        let client = RegistryClient(
            reference,
            credential: credential,
            isInsecure: try await isInsecure(reference.registry)
        )
        log("asking registry \(reference.registry) for \(reference.repository):\(reference.wanted)")
        let answer = await client.ask()
        let obstacle = RegistryWords.diagnostic(answer, reference, machine: machine, identity: identity)
        if let obstacle {
            // Where only we cannot reach it, the engine may still: it may have a proxy, a mirror, certificates of its own.
            guard obstacle.reason == .registryUnreachable || obstacle.reason == .registryUntrusted else {
                throw obstacle
            }
            log("\(obstacle.message): the engine tries by itself")
        }
        try await fetch(reference, credential, obstacle, log)
        guard let pulled = try await find(text) else {
            throw Diagnostic(
                .internalError,
                .platformFault,
                "image `\(text)` was pulled, but the engine does not have it"
            )
        }
        try Self.check(pulled, text, machine)
        log("pulled \(text): \(Self.short(pulled.id)), \(Bytes(pulled.bytes).text)")
        return PreparedImage(id: pulled.id, name: text, wasReused: false, hasEntrypoint: pulled.hasEntrypoint)
    }

    private func fetch(
        _ reference: ImageReference,
        _ credential: RegistryCredential?,
        _ obstacle: Diagnostic?,
        _ log: @escaping @Sendable (String) -> Void
    ) async throws(Diagnostic) {
        var progress = PullProgress()
        var failure: String?
        let headers = credential.map { [("X-Registry-Auth", $0.engineHeader(registry: reference.registry))] } ?? []
        do throws(EngineFailure) {
            try await engine.lines(
                "POST",
                "/images/create",
                [("fromImage", reference.name), ("tag", reference.wanted)],
                headers: headers
            ) { line in
                if let words = line["error"]?.stringValue ?? line["errorDetail"]?["message"]?.stringValue {
                    failure = words
                }
                if let text = progress.take(line, now: .now) { log(text) }
            }
        } catch {
            guard case .refused(_, let message) = error else { throw EngineWords.unreachable(error, engine.address) }
            failure = message
        }
        guard let failure else { return }
        var found = RegistryWords.pullFailed(failure, reference)
        // What the registry itself said is closer to the cause than the engine's retelling.
        if let obstacle, found.reason == .registryUnreachable || found.reason == obstacle.reason {
            found = obstacle
            found.evidence.append(Evidence("engine", String(failure.prefix(500))))
        }
        throw found
    }

    // MARK: What the engine has

    struct KnownImage: Hashable, Sendable {
        var id: String
        var platform: String
        var bytes: Int
        var hasEntrypoint: Bool
    }

    /// nil: the engine does not have it.
    func find(_ name: String) async throws(Diagnostic) -> KnownImage? {
        do throws(EngineFailure) {
            let json = try await engine.call("GET", "/images/\(name)/json")
            guard let id = json["Id"]?.stringValue else { return nil }
            let config = json["Config"]
            return KnownImage(
                id: id.hasPrefix("sha256:") ? id : "sha256:" + id,
                platform: "\(json["Os"]?.stringValue ?? "linux")/\(json["Architecture"]?.stringValue ?? "")",
                bytes: json["Size"]?.intValue ?? 0,
                hasEntrypoint: !(config?["Entrypoint"]?.arrayValue ?? []).isEmpty
                    || !(config?["Cmd"]?.arrayValue ?? []).isEmpty
            )
        } catch {
            if error.status == 404 || error.status == 400 { return nil }
            throw EngineWords.fault(error, "to look for image `\(name)`", engine.address)
        }
    }

    private static func check(_ image: KnownImage, _ name: String, _ machine: String) throws(Diagnostic) {
        // Images that were imported may not say what they are for.
        guard !image.platform.hasSuffix("/"), image.platform != machine else { return }
        throw RegistryWords.architecture(name, offers: [image.platform], machine: machine)
    }

    /// `linux/amd64`.
    private func machinePlatform() async throws(Diagnostic) -> String {
        do throws(EngineFailure) {
            let json = try await engine.call("GET", "/version", timeout: .seconds(10))
            return "\(json["Os"]?.stringValue ?? "linux")/\(json["Arch"]?.stringValue ?? "amd64")"
        } catch { throw EngineWords.unreachable(error, engine.address) }
    }

    /// Whether the engine itself takes the registry without a certificate.
    private func isInsecure(_ registry: String) async throws(Diagnostic) -> Bool {
        do throws(EngineFailure) {
            let info = try await engine.call("GET", "/info", timeout: .seconds(20))
            let secure = info["RegistryConfig"]?["IndexConfigs"]?[registry]?["Secure"]?.boolValue
            return secure == false
        } catch { throw EngineWords.unreachable(error, engine.address) }
    }

    static func short(_ id: String) -> String { String(id.dropFirst("sha256:".count).prefix(12)) }
}

/// Makes few lines of the many that the engine sends while it pulls.
struct PullProgress {
    /// Between two lines about bytes.
    private static let pause: Duration = .seconds(2)

    private var layers: [String: (done: Int, all: Int)] = [:]
    private var last: ContinuousClock.Instant?
    private var said: Set<String> = []

    /// What to say now; nil: nothing.
    mutating func take(_ line: JSON, now: ContinuousClock.Instant) -> String? {
        let status = line["status"]?.stringValue ?? ""
        guard let layer = line["id"]?.stringValue else {
            return status.isEmpty || !said.insert(status).inserted ? nil : status
        }
        if let current = line["progressDetail"]?["current"]?.intValue,
            let total = line["progressDetail"]?["total"]?.intValue, status == "Downloading"
        {
            layers[layer] = (current, total)
        } else if status == "Download complete" || status == "Pull complete", let known = layers[layer] {
            layers[layer] = (known.all, known.all)
        }
        if let last, now - last < Self.pause { return nil }
        let all = layers.values.reduce(0) { $0 + $1.all }
        guard all > 0 else { return nil }
        last = now
        let done = layers.values.reduce(0) { $0 + $1.done }
        return "downloaded \(Bytes(done).text) of \(Bytes(all).text) in \(layers.count) layers"
    }
}
