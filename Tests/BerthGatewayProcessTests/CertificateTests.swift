import BerthGateway
import BerthGatewayLink
import Foundation
import Testing

@Suite("The certificate of https", .serialized)
struct CertificateTests {
    /// Waits until the gateway says this of its certificate.
    private func wait(_ rig: Rig, until condition: (GatewayStatus.HTTPS) -> Bool) async throws -> GatewayStatus.HTTPS {
        let end = ContinuousClock.now.advanced(by: .seconds(10))
        while true {
            let status = try #require(try await rig.link.status().https)
            if condition(status) || ContinuousClock.now > end { return status }
            await Task.yield()
        }
    }

    @Test("a new one is shown to new connections, and those that are made go on", arguments: [1, 2])
    func replaced(loops: Int) async throws {
        let rig = try Rig(loops: loops)
        try await rig.ready()
        let worker = Worker("one", in: rig.folder)
        defer { worker.stop() }
        _ = try await rig.link.publish(rig.table(1, port: 0, workers: ["one"]))
        let first = try rig.secureStream(["http/1.1"])
        let before = try first.peerCertificate()
        let caller = TextClient(first, path: Rig.path)
        #expect(caller.score("x").status == 200)
        try TestCertificate.other.write(to: rig.folder)
        let end = ContinuousClock.now.advanced(by: .seconds(10))
        var shown = before
        while shown == before, ContinuousClock.now < end {
            // The old certificate is not trusted by this client, so its handshake fails as long as it is shown.
            let stream = try rig.secureStream(["http/1.1"])
            shown = (try? stream.peerCertificate()) ?? before  // a connection that failed has none
            if shown.isEmpty || TextClient(stream, path: Rig.path).score("x").status != 200 { shown = before }
        }
        #expect(shown != before)
        #expect(caller.score("x").status == 200)
        try await rig.end()
    }

    @Test(
        "one that cannot be used leaves the one before it in place, and is told",
        arguments: ["certificate", "key", "mismatch", "missing"]
    )
    func unusable(what: String) async throws {
        let rig = try Rig()
        try await rig.ready()
        let worker = Worker("one", in: rig.folder)
        defer { worker.stop() }
        _ = try await rig.link.publish(rig.table(1, port: 0, workers: ["one"]))
        let trusted = "\(rig.folder)/trusted.pem"
        try TestCertificate.one.certificate.write(toFile: trusted, atomically: true, encoding: .utf8)
        switch what {
        case "certificate":
            try "nonsense".write(toFile: "\(rig.folder)/certificate.pem", atomically: true, encoding: .utf8)
        case "key": try "nonsense".write(toFile: "\(rig.folder)/key.pem", atomically: true, encoding: .utf8)
        case "mismatch":
            try TestCertificate.other.key.write(toFile: "\(rig.folder)/key.pem", atomically: true, encoding: .utf8)
        default: try FileManager.default.removeItem(atPath: "\(rig.folder)/key.pem")
        }
        let status = try await wait(rig) { $0.problem != nil }
        #expect(status.problem?.contains(what == "certificate" ? "certificate.pem" : ".pem") == true)
        #expect(status.port == rig.securePort && status.expires > 0)
        func score() throws -> Int {
            let stream = try SecureStream(port: rig.securePort, protocols: ["http/1.1"], trusting: trusted)
            return TextClient(stream, path: Rig.path).score("x").status
        }
        #expect(try score() == 200)
        try TestCertificate.one.write(to: rig.folder)
        #expect(try await wait(rig) { $0.problem == nil }.problem == nil)
        #expect(try score() == 200)
        try await rig.end()
    }

    @Test("without one at the start all else is served, and https as soon as there is one")
    func late() async throws {
        let rig = try Rig(certificate: nil)
        try await rig.ready()
        let worker = Worker("one", in: rig.folder)
        defer { worker.stop() }
        let port = freePort()
        _ = try await rig.link.publish(rig.table(1, port: port, workers: ["one"]))
        #expect(try rig.caller(.http, port: port).score("x").status == 200)
        _ = try await rig.link.publish(rig.table(2, port: 0, workers: ["one"]))
        #expect(try await rig.link.status().https?.port == 0)
        try TestCertificate.one.write(to: rig.folder)
        #expect(try await wait(rig) { $0.port != 0 }.port == rig.securePort)
        #expect(try rig.caller(.https, port: 0).score("x").status == 200)
        try await rig.end()
    }

    @Test("a successor whose certificate cannot be used does not take over")
    func successor() async throws {
        let first = try Rig()
        try await first.ready()
        let worker = Worker("one", in: first.folder)
        defer { worker.stop() }
        _ = try await first.link.publish(first.table(1, port: 0, workers: ["one"]))
        let caller = try first.caller(.https, port: 0)
        #expect(caller.score("x").status == 200)
        try "nonsense".write(toFile: "\(first.folder)/key.pem", atomically: true, encoding: .utf8)
        let second = try Rig(after: first)
        #expect(second.exitStatus() == 1)
        #expect(caller.score("x").status == 200)
        #expect(try first.caller(.https, port: 0).score("x").status == 200)
        #expect(try await first.link.status().isDraining == false)
        try await first.end()
    }

    @Test("TLS below 1.2 is not spoken")
    func oldVersions() async throws {
        let rig = try Rig()
        try await rig.ready()
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "s_client", "-connect", "127.0.0.1:\(rig.securePort)", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0",
        ]
        openssl.standardInput = FileHandle.nullDevice
        openssl.standardOutput = FileHandle.nullDevice
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        #expect(openssl.terminationStatus != 0)
        try await rig.end()
    }
}
