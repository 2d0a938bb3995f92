package import BerthModel

/// Keys of the file of `berth serve --config`.
extension KeyTable {
    static let server = KeyTable(
        "a server's configuration",
        [
            .schema,
            .key("host", .text, "the address that the control plane listens on; 127.0.0.1 by default"),
            .key("port", .integer(1...65_535), "the port of the control plane; 7443 by default"),
            .key("gateway_port", .integer(1...65_535), "the port for scoring over http, on loopback; 7480 by default"),
            .key("gateway_tls_port", .integer(1...65_535), "the port for scoring over https; 7444 by default"),
            .key("names", .list(.text), "more names under which clients reach the server, for its certificate"),
        ]
    )
}

extension SpecReader {
    /// The file of `berth serve --config`, checked as specs are: all mistakes at once, each with its place.
    package static func server(_ source: SpecSource) -> Parsed<ServerConfiguration> {
        let findings = Findings()
        guard let tree = SourceLoader.tree(source, findings) else {
            return Parsed(spec: nil, diagnostics: findings.sorted, positions: SpecPositions(root: nil))
        }
        TableCheck(.server, findings).check(tree)
        var configuration = ServerConfiguration()
        configuration.host = tree["host"]?.text ?? configuration.host
        configuration.port = tree["port"]?.int ?? configuration.port
        configuration.gatewayPort = tree["gateway_port"]?.int ?? configuration.gatewayPort
        configuration.gatewayTLSPort = tree["gateway_tls_port"]?.int ?? configuration.gatewayTLSPort
        configuration.names = (tree["names"]?.elements ?? []).compactMap(\.text)
        let ports = [configuration.port, configuration.gatewayPort, configuration.gatewayTLSPort]
        if Set(ports).count < ports.count {
            findings.error(
                "`port`, `gateway_port` and `gateway_tls_port` are not three different ports",
                at: tree.origin,
                help: ["give each a port of its own"]
            )
        }
        return Parsed(
            spec: findings.hasErrors ? nil : configuration,
            diagnostics: findings.sorted,
            positions: SpecPositions(root: tree)
        )
    }
}
