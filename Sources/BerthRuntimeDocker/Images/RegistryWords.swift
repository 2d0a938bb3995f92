import BerthDiagnostics

/// Owns the words of `ERR_1200`: why an image cannot be had.
enum RegistryWords {
    /// nil: the answer is no obstacle.
    static func diagnostic(
        _ answer: RegistryAnswer,
        _ reference: ImageReference,
        machine: String,
        identity: String?
    ) -> Diagnostic? {
        let image = reference.text
        func diagnostic(_ reason: Reason, _ message: String, _ evidence: [Evidence], _ help: [String]) -> Diagnostic {
            Diagnostic(.imageDownloadFailed, reason, message, evidence: evidence, help: help)
        }
        switch answer {
        case .present(let platforms):
            guard !platforms.isEmpty, !platforms.contains(machine) else { return nil }
            return architecture(image, offers: platforms, machine: machine)
        case .noRepository:
            return diagnostic(
                .imageNotFound,
                "registry `\(reference.registry)` has no repository `\(reference.repository)`",
                [Evidence("registry", "404 for \(image)")],
                [
                    reference.registry == "docker.io" && !reference.text.contains("docker.io")
                        ? "write the image's whole name, REGISTRY/REPOSITORY:TAG: without a registry, Docker Hub is asked"
                        : "correct `image`, or push it first: docker push \(image)"
                ]
            )
        case .noTag(let others):
            let near = nearestName(to: reference.wanted, among: others)
            return diagnostic(
                .imageNotFound,
                "image `\(image)` has no \(reference.digest == nil ? "tag" : "digest") `\(reference.wanted)`",
                [Evidence("registry", "404 manifest unknown; tags: \(others.joined(separator: ", "))")],
                [
                    near.map { "did you mean the tag `\($0)`?" }
                        ?? "use one of the tags, or push it first: docker push \(image)"
                ]
            )
        case .unauthorized(let isAnonymous, let words):
            return unauthorized(reference, isAnonymous: isAnonymous, words, identity)
        case .unreachable(let words):
            return diagnostic(
                .registryUnreachable,
                "registry `\(reference.registry)` cannot be reached for image `\(image)`",
                [Evidence("registry", String(words.prefix(500)))],
                ["correct the registry's name, or see by hand: curl -v https://\(reference.host)/v2/"]
            )
        case .untrusted(let words):
            return diagnostic(
                .registryUntrusted,
                "the certificate of registry `\(reference.registry)` is not trusted",
                [Evidence("tls", String(words.prefix(500)))],
                [
                    "copy the registry's CA to /etc/docker/certs.d/\(reference.registry)/ca.crt and to the machine's own CAs"
                ]
            )
        case .odd: return nil
        }
    }

    private static func unauthorized(
        _ reference: ImageReference,
        isAnonymous: Bool,
        _ words: String,
        _ identity: String?
    ) -> Diagnostic {
        let who = identity.map { " to identity `\($0)`" } ?? (isAnonymous ? " without credentials" : "")
        return Diagnostic(
            .imageDownloadFailed,
            .imagePullUnauthorized,
            "registry `\(reference.registry)` refuses `\(reference.repository):\(reference.wanted)`\(who)",
            evidence: [Evidence("registry", words)],
            help: [
                identity != nil
                    ? "give the identity the role AcrPull: berth role assignment create --role AcrPull …"
                    : isAnonymous
                        ? "sign in first: docker login \(reference.registry)"
                        : "the stored credentials are not accepted: docker login \(reference.registry)"
            ]
        )
    }

    static func architecture(_ image: String, offers: [String], machine: String) -> Diagnostic {
        Diagnostic(
            .imageDownloadFailed,
            .imageArchitectureMismatch,
            "image `\(image)` is for \(offers.joined(separator: ", ")), this machine is \(machine)",
            evidence: [Evidence("registry", "platforms: \(offers.joined(separator: ", "))")],
            help: ["docker build --platform \(machine) -t \(image) ."]
        )
    }

    /// What the engine itself said when it could not pull, where the registry had not said anything before.
    static func pullFailed(_ message: String, _ reference: ImageReference) -> Diagnostic {
        let text = message.lowercased()
        func has(_ words: String...) -> Bool { words.contains { text.contains($0) } }
        let answer: RegistryAnswer
        if has("x509:", "certificate") {
            answer = .untrusted(words: message)
        } else if has(
            "connection refused",
            "no such host",
            "i/o timeout",
            "deadline exceeded",
            "network is unreachable"
        ) {
            answer = .unreachable(words: message)
        } else if has("unauthorized", "no basic auth", "denied", "authentication required") {
            answer = .unauthorized(isAnonymous: has("no basic auth"), words: message)
        } else if has("manifest unknown", "not found", "no matching manifest") {
            answer = has("no matching manifest") ? .present(platforms: ["another processor"]) : .noTag(others: [])
        } else if has("no space left") {
            return Diagnostic(
                .notEnoughDisk,
                .diskFull,
                "the disk of the container engine is full: image `\(reference.text)` does not fit",
                evidence: [Evidence("engine", message)],
                help: ["free some space: docker system prune"]
            )
        } else {
            answer = .odd(status: 500, words: message)
        }
        var found =
            diagnostic(answer, reference, machine: "this machine", identity: nil)
            ?? Diagnostic(
                .imageDownloadFailed,
                .registryUnreachable,
                "image `\(reference.text)` cannot be pulled",
                help: ["see by hand: docker pull \(reference.text)"]
            )
        found.evidence = [Evidence("engine", String(message.prefix(800)))]
        return found
    }
}
