import BerthDiagnostics
import BerthModel
import BerthSpec

/// What `berth serve` was asked to do.
struct ServeOptions: Hashable, Sendable {
    /// Of one user, on a unix socket; ends by itself.
    var isLocal = false
    var server = ServerConfiguration()

    static let usage = """
        usage: berth serve [--config FILE] [--host ADDRESS] [--port 7443] [--gateway-port 7480]
                           [--gateway-tls-port 7444] [--name HOST]...
               berth serve --local
        """

    /// Options go before what the file of `--config` says. Throws all mistakes of the file at once, or a usage error for
    /// what is not known.
    init(arguments: [String]) throws(ServeRefusal) {
        let words = try Self.pairs(arguments)
        isLocal = words.contains { $0.option == "--local" }
        if let path = words.last(where: { $0.option == "--config" })?.value {
            let parsed = SpecReader.server(SpecSource(path: path))
            guard let configuration = parsed.spec else { throw ServeRefusal(diagnostics: parsed.errors) }
            server = configuration
        }
        for (option, value) in words {
            switch option {
            case "--host": server.host = value
            case "--name": server.names.append(value)
            case "--port": server.port = try Self.port(value, option)
            case "--gateway-port": server.gatewayPort = try Self.port(value, option)
            case "--gateway-tls-port": server.gatewayTLSPort = try Self.port(value, option)
            default: break  // `--local` and `--config` are read above, `--ready-fd` where it is used.
            }
        }
    }

    private static let valued = [
        "--config", "--host", "--port", "--gateway-port", "--gateway-tls-port", "--name", "--ready-fd",
    ]

    private static func pairs(_ arguments: [String]) throws(ServeRefusal) -> [(option: String, value: String)] {
        var rest = arguments[...]
        var found: [(String, String)] = []
        while let word = rest.popFirst() {
            let sign = word.hasPrefix("--") ? word.firstIndex(of: "=") : nil
            let option = sign.map { String(word[..<$0]) } ?? word
            if word == "--local" {
                found.append((word, ""))
                continue
            }
            guard valued.contains(option) else {
                let near = nearestName(to: option, among: valued + ["--local"])
                throw usage(
                    "`\(word)` is no option of `berth serve`",
                    help: near.map { "did you mean `\($0)`?" } ?? "see what there is: berth serve --help"
                )
            }
            guard let value = sign.map({ String(word[word.index(after: $0)...]) }) ?? rest.popFirst() else {
                throw usage("`\(option)` needs a value", help: "see what there is: berth serve --help")
            }
            found.append((option, value))
        }
        return found
    }

    private static func port(_ text: String, _ option: String) throws(ServeRefusal) -> Int {
        guard let port = Int(text), (1...65_535).contains(port) else {
            throw usage("`\(option)` is `\(text)`", help: "write a port from 1 to 65535")
        }
        return port
    }

    private static func usage(_ message: String, help: String) -> ServeRefusal {
        ServeRefusal(diagnostics: [Diagnostic(.badArgument, .argumentInvalid, message, help: [help])])
    }
}

/// Why a server is not started: mistakes of its user.
struct ServeRefusal: Error {
    let diagnostics: [Diagnostic]
}
