/// An image's name, taken apart as container engines do it.
struct ImageReference: Hashable, Sendable {
    /// `docker.io` where none is written.
    var registry: String
    var repository: String
    var tag: String?
    /// `sha256:…`
    var digest: String?
    /// As it was written.
    var text: String

    /// nil: no name of an image.
    init?(_ text: String) {
        self.text = text
        guard !text.isEmpty, text.utf8.count <= 512, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        var rest = text[...]
        if let at = rest.firstIndex(of: "@") {
            let digest = String(rest[rest.index(after: at)...])
            guard digest.hasPrefix("sha256:"), digest.utf8.count == 71 else { return nil }
            self.digest = digest
            rest = rest[..<at]
        }
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            let tag = String(rest[rest.index(after: colon)...])
            guard Self.isTag(tag) else { return nil }
            self.tag = tag
            rest = rest[..<colon]
        }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        // The first part is a registry where it looks like a host: with a dot, a port, or `localhost`.
        let isHost = parts.count > 1 && (first.contains(".") || first.contains(":") || first == "localhost")
        registry = isHost ? String(first) : "docker.io"
        let path = isHost ? parts.dropFirst() : parts[...]
        repository = path.joined(separator: "/")
        if registry == "docker.io" || registry == "index.docker.io" {
            registry = "docker.io"
            if path.count == 1 { repository = "library/" + repository }
        }
        guard path.allSatisfy(Self.isPathPart) else { return nil }
    }

    private static func isTag(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 128 else { return false }
        return isWord(first)
            && text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == UInt8(ascii: "_")
    }

    private static func isPathPart(_ part: Substring) -> Bool {
        part.utf8.allSatisfy { byte in
            byte >= 0x61 && byte <= 0x7A || byte >= 0x30 && byte <= 0x39 || ".-_".utf8.contains(byte)
        }
    }

    /// What the registry is asked for: the digest, else the tag, else `latest`.
    var wanted: String { digest ?? tag ?? "latest" }
    /// Without tag and digest, as the engine's `fromImage` wants it.
    var name: String { registry == "docker.io" ? repository : "\(registry)/\(repository)" }
    /// Where the registry's API answers.
    var host: String { registry == "docker.io" ? "registry-1.docker.io" : registry }

    /// Whether the registry is on this machine: then it may speak plain http.
    var isOnLoopback: Bool {
        let name = host.prefix { $0 != ":" }
        return name == "localhost" || name.hasPrefix("127.")
    }
}
