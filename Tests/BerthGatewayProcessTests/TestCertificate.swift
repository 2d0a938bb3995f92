import Foundation

/// A certificate that the tests make for themselves.
struct TestCertificate {
    let certificate: String
    let key: String

    /// Made once for a run; `other` differs from it.
    static let one = TestCertificate()
    static let other = TestCertificate()

    private init() {
        let folder = "/tmp/berth-certificate-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
            "\(folder)/key.pem", "-out", "\(folder)/certificate.pem", "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ]
        openssl.standardError = FileHandle.nullDevice
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }  // in /tmp, and of no further interest
            try openssl.run()
            openssl.waitUntilExit()
            certificate = try String(contentsOfFile: "\(folder)/certificate.pem", encoding: .utf8)
            key = try String(contentsOfFile: "\(folder)/key.pem", encoding: .utf8)
        } catch {
            preconditionFailure("openssl has made no certificate: \(error)")
        }
    }

    func write(to folder: String) throws {
        try certificate.write(toFile: "\(folder)/certificate.pem", atomically: true, encoding: .utf8)
        try key.write(toFile: "\(folder)/key.pem", atomically: true, encoding: .utf8)
    }
}
