import BerthDiagnostics

/// What `berth serve` was asked to do.
struct ServeOptions: Hashable, Sendable {
    /// Of one user, on a unix socket; ends by itself.
    var isLocal = false
    var host = "127.0.0.1"
    var port = 7443
    var gatewayPort = 7480
    var gatewayTLSPort = 7444
    /// More names under which clients reach the server, for its certificate.
    var names: [String] = []

    static let usage = """
        usage: berth serve [--host ADDRESS] [--port 7443] [--gateway-port 7480] [--gateway-tls-port 7444]
                           [--name HOST]...
               berth serve --local
        """

    /// Throws a usage error for what is not known.
    init(arguments: [String]) throws(Diagnostic) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            let option: String
            var inline: String?
            if let sign = word.firstIndex(of: "="), word.hasPrefix("--") {
                option = String(word[..<sign])
                inline = String(word[word.index(after: sign)...])
            } else {
                option = word
            }
            if option == "--local" {
                isLocal = true
                continue
            }
            guard ["--host", "--port", "--gateway-port", "--gateway-tls-port", "--name", "--ready-fd"].contains(option)
            else {
                throw Diagnostic(
                    .badArgument,
                    .argumentInvalid,
                    "`\(word)` is no option of `berth serve`",
                    help: ["see what there is: berth serve --help"]
                )
            }
            guard let value = inline ?? rest.popFirst() else {
                throw Diagnostic(.badArgument, .argumentInvalid, "`\(option)` needs a value")
            }
            switch option {
            case "--host": host = value
            case "--name": names.append(value)
            case "--port": port = try Self.port(value, option)
            case "--gateway-port": gatewayPort = try Self.port(value, option)
            case "--gateway-tls-port": gatewayTLSPort = try Self.port(value, option)
            default: break  // Read where it is used.
            }
        }
    }

    private static func port(_ text: String, _ option: String) throws(Diagnostic) -> Int {
        guard let port = Int(text), (1...65_535).contains(port) else {
            throw Diagnostic(
                .badArgument,
                .argumentInvalid,
                "`\(option)` is `\(text)`, expected a port from 1 to 65535"
            )
        }
        return port
    }
}
