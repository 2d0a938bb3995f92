import BerthDiagnostics

/// The index cannot be reached: which of the many ways, and what helps against that one.
extension BuildFailure {
    var indexUnreachable: Diagnostic? {
        guard let cause = networkCause else { return nil }
        let address = between("Failed to fetch: ", " ") ?? between("index URL (", ")") ?? between("url (", ")")
        let place = address.map(Self.host).map { " `\($0)`" } ?? ""
        return make(
            .indexUnreachable,
            "the package index\(place) cannot be reached: \(cause.words)",
            deciding: cause.phrases + ["Failed to fetch", "Request failed"],
            help: cause.help
        )
    }

    private struct NetworkCause {
        var phrases: [String]
        var words: String
        var help: String
    }

    private var networkCause: NetworkCause? {
        let mirror = "check the network, or name a mirror: export PIP_INDEX_URL=https://…/simple"
        let certificate = "name the certificates of your network: export SSL_CERT_FILE=/path/to/ca.pem"
        let login = "put the user and password of the index into PIP_INDEX_URL or ~/.netrc"
        let causes = [
            NetworkCause(
                phrases: ["network was disabled", "network is disabled"],
                words: "uv is set to work offline",
                help: "unset UV_OFFLINE"
            ),
            NetworkCause(
                phrases: ["dns error", "failed to lookup address", "Could not resolve host"],
                words: "its name cannot be resolved",
                help: mirror
            ),
            NetworkCause(
                phrases: ["invalid peer certificate", "UnknownIssuer", "certificate verify failed"],
                words: "its certificate is not trusted",
                help: certificate
            ),
            NetworkCause(
                phrases: ["tunnel error", "unsuccessful tunnel", "proxy connect"],
                words: "the proxy does not let it through",
                help: "put right HTTPS_PROXY, or unset it"
            ),
            NetworkCause(phrases: ["Connection refused"], words: "the connection is refused", help: mirror),
            NetworkCause(
                phrases: ["401 Unauthorized", "403 Forbidden", "lack of valid authentication"],
                words: "it wants other credentials",
                help: login
            ),
            NetworkCause(
                phrases: ["407 Proxy"],
                words: "the proxy wants credentials",
                help: "put user and password into HTTPS_PROXY"
            ),
            NetworkCause(
                phrases: ["timed out", "TimedOut", "deadline has elapsed"],
                words: "it does not answer in time",
                help: mirror
            ),
            NetworkCause(
                phrases: ["HTTP status server error"],
                words: "it answers with an error of its own",
                help: "try again later, or name a mirror: export PIP_INDEX_URL=https://…/simple"
            ),
            NetworkCause(
                phrases: ["error sending request", "Connection reset", "Network is unreachable", "connection closed"],
                words: "the connection fails",
                help: mirror
            ),
        ]
        return causes.first { cause in cause.phrases.contains(where: has) }
    }
}
