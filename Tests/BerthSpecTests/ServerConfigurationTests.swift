import BerthDiagnostics
import BerthModel
import Testing

@testable import BerthSpec

@Suite("the file of `berth serve --config`")
struct ServerConfigurationTests {
    private func parse(_ text: String) -> Parsed<ServerConfiguration> {
        SpecReader.server(SpecSource(text: text, path: "server.yml", folder: "/"))
    }

    @Test("an empty mapping has the defaults")
    func defaults() {
        #expect(parse("{}").spec == ServerConfiguration())
    }

    @Test("all keys are read")
    func all() {
        var expected = ServerConfiguration()
        expected.host = "0.0.0.0"
        expected.port = 8443
        expected.gatewayPort = 8480
        expected.gatewayTLSPort = 8444
        expected.names = ["gpu1", "gpu1.example.org"]
        let text = """
            host: 0.0.0.0
            port: 8443
            gateway_port: 8480
            gateway_tls_port: 8444
            names: [gpu1, gpu1.example.org]
            """
        #expect(parse(text).spec == expected)
    }

    @Test("all mistakes are found at once, each in its line")
    func mistakes() {
        let parsed = parse("prot: 8443\ngateway_port: 99999\ngateway_tls_port: x\n")
        #expect(parsed.spec == nil)
        #expect(parsed.errors.map { $0.location?.line } == [1, 2, 3])
        #expect(parsed.errors[0].help.joined().contains("port"))
    }

    @Test("two listeners on one port cannot be")
    func samePort() {
        let parsed = parse("port: 7480\n")
        #expect(parsed.spec == nil)
        #expect(parsed.errors.first?.message.contains("three different ports") == true)
    }
}
