package import BerthDiagnostics
package import BerthIdentity
import BerthModel
package import BerthRuntime

/// The files under `identity/` of a home: made at first start, mode 0600, read afterwards.
package enum KeyFiles {
    /// Certificates are short.
    private static let limit = 65_536

    /// The box that seals secrets in the database, with the key of the home.
    package static func secretBox(_ home: BerthHome) throws(Diagnostic) -> SecretBox {
        if let key = try read(home.secretKeyFile) {
            guard key.count == SecretBox.keyBytes else {
                throw Diagnostic(
                    .internalError,
                    .platformFault,
                    "the key file of this home is damaged: it has \(key.count) bytes",
                    evidence: [Evidence("file", home.secretKeyFile)],
                    help: ["put back the secret.key that belongs to this berth.db"]
                )
            }
            return SecretBox(key: key)
        }
        let key = SecretBox.newKey()
        try write(key, to: home.secretKeyFile)
        return SecretBox(key: key)
    }

    /// Sees to it that the home has a certificate authority, and a certificate for `names` that it has signed: files
    /// that are there and still good are kept. Returns the server's.
    package static func certificate(
        _ home: BerthHome,
        names: [String],
        now: Double
    ) throws(Diagnostic) -> CertificatePair {
        let authority: CertificatePair
        if let known = try pair(home.authorityFile, home.authorityKeyFile) {
            authority = known
        } else {
            authority = try LocalAuthority.make(name: "Berth local authority of \(names.last ?? "localhost")", now: now)
            try write(authority, home.authorityFile, home.authorityKeyFile)
        }
        if let known = try pair(home.serverCertificateFile, home.serverKeyFile),
            LocalAuthority.isUsable(known, for: names, signedBy: authority, now: now)
        {
            return known
        }
        let leaf = try LocalAuthority.leaf(for: names, signedBy: authority, now: now)
        try write(leaf, home.serverCertificateFile, home.serverKeyFile)
        return leaf
    }

    private static func pair(_ certificate: String, _ key: String) throws(Diagnostic) -> CertificatePair? {
        guard let certificate = try read(certificate), let key = try read(key) else { return nil }
        return CertificatePair(
            certificate: String(decoding: certificate, as: UTF8.self),
            key: Secret(String(decoding: key, as: UTF8.self))
        )
    }

    /// The key first: a certificate without its key would be taken for a damaged home.
    private static func write(
        _ pair: CertificatePair,
        _ certificate: String,
        _ key: String
    ) throws(Diagnostic) {
        try write(Array(pair.key.reveal().utf8), to: key)
        try write(Array(pair.certificate.utf8), to: certificate)
    }

    private static func read(_ path: String) throws(Diagnostic) -> [UInt8]? {
        do { return try RegularFile.read(path, limit: limit) } catch { throw failure(path, error) }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(Diagnostic) {
        do { try AtomicFile.write(bytes, to: path, durable: true) } catch { throw failure(path, error) }
    }

    private static func failure(_ path: String, _ cause: SystemFailure) -> Diagnostic {
        Diagnostic(
            .internalError,
            .homeNotWritable,
            "a key file of the server cannot be used",
            evidence: [Evidence("file", path), Evidence("system", "\(cause)")],
            help: ["make BERTH_HOME readable and writable for the user who runs the server"]
        )
    }
}
