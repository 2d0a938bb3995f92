package import BerthDiagnostics
package import BerthModel
import Crypto
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A certificate and its key, as PEM.
package struct CertificatePair: Sendable {
    package var certificate: String
    package var key: Secret

    package init(certificate: String, key: Secret) {
        self.certificate = certificate
        self.key = key
    }
}

/// A certificate authority of one machine: makes itself once, then certificates for servers.
package enum LocalAuthority {
    private static let day = 86_400.0
    private static let authorityDays = 3650.0
    /// Source: the longest life that browsers accept for a server's certificate.
    private static let leafDays = 397.0

    /// A new authority with the name `name`, valid from a day before `now`, for 10 years.
    package static func make(name: String, now: Double) throws(Diagnostic) -> CertificatePair {
        do {
            let key = P256.Signing.PrivateKey()
            let subject = try DistinguishedName {
                OrganizationName("Berth")
                CommonName(name)
            }
            let publicKey = Certificate.PrivateKey(key).publicKey
            let certificate = try Certificate(
                version: .v3,
                serialNumber: .init(),
                publicKey: publicKey,
                notValidBefore: Date(timeIntervalSince1970: now - day),
                notValidAfter: Date(timeIntervalSince1970: now + authorityDays * day),
                issuer: subject,
                subject: subject,
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    SubjectKeyIdentifier(hash: publicKey)
                },
                issuerPrivateKey: Certificate.PrivateKey(key)
            )
            return CertificatePair(
                certificate: try certificate.serializeAsPEM().pemString + "\n",
                key: Secret(key.pemRepresentation + "\n")
            )
        } catch {
            throw failure("the local certificate authority could not be made", error)
        }
    }

    /// A certificate for a server that is reached as one of `names` (host names and IP addresses), signed by `authority`.
    package static func leaf(
        for names: [String],
        signedBy authority: CertificatePair,
        now: Double
    ) throws(Diagnostic) -> CertificatePair {
        do {
            let issuer = try Certificate(pemEncoded: authority.certificate)
            let issuerKey = try Certificate.PrivateKey(pemEncoded: authority.key.reveal())
            let key = P256.Signing.PrivateKey()
            let certificate = try Certificate(
                version: .v3,
                serialNumber: .init(),
                publicKey: Certificate.PrivateKey(key).publicKey,
                notValidBefore: Date(timeIntervalSince1970: now - day),
                notValidAfter: Date(timeIntervalSince1970: now + leafDays * day),
                issuer: issuer.subject,
                subject: try DistinguishedName { CommonName(names.first ?? "localhost") },
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    try ExtendedKeyUsage([.serverAuth])
                    SubjectAlternativeNames(names.map(generalName))
                    AuthorityKeyIdentifier(
                        keyIdentifier: SubjectKeyIdentifier(hash: issuer.publicKey).keyIdentifier
                    )
                },
                issuerPrivateKey: issuerKey
            )
            return CertificatePair(
                certificate: try certificate.serializeAsPEM().pemString + "\n",
                key: Secret(key.pemRepresentation + "\n")
            )
        } catch {
            throw failure("the server's certificate could not be made", error)
        }
    }

    /// Whether `pair` was signed by `authority`, names all of `names` and is valid for another 30 days at `now`.
    package static func isUsable(
        _ pair: CertificatePair,
        for names: [String],
        signedBy authority: CertificatePair,
        now: Double
    ) -> Bool {
        // One that cannot be read is not usable: a new one is made.
        guard let certificate = try? Certificate(pemEncoded: pair.certificate),
            let issuer = try? Certificate(pemEncoded: authority.certificate),  // As above.
            let alternatives = try? certificate.extensions.subjectAlternativeNames  // As above.
        else { return false }
        return names.allSatisfy { alternatives.contains(generalName($0)) }
            && certificate.issuer == issuer.subject
            && issuer.publicKey.isValidSignature(certificate.signature, for: certificate)
            && certificate.notValidAfter.timeIntervalSince1970 > now + 30 * day
    }

    private static func generalName(_ name: String) -> GeneralName {
        guard let address = IPAddress.bytes(name) else { return .dnsName(name) }
        return .ipAddress(ASN1OctetString(contentBytes: address[...]))
    }

    private static func failure(_ message: String, _ cause: any Error) -> Diagnostic {
        Diagnostic(.internalError, .platformFault, message, evidence: [Evidence("certificate", "\(cause)")])
    }
}

/// IP addresses as bytes.
enum IPAddress {
    /// 4 or 16 bytes; nil for anything but an address. Of IPv6 the loopback and full forms are read.
    static func bytes(_ text: String) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 4 {
            let numbers = parts.compactMap { UInt8($0) }
            return numbers.count == 4 ? numbers : nil
        }
        guard text.contains(":") else { return nil }
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return nil }
        let groups = halves.map { $0.split(separator: ":").map { UInt16($0, radix: 16) } }
        let known = groups.flatMap { $0 }
        guard known.allSatisfy({ $0 != nil }), halves.count == 2 ? known.count < 8 : known.count == 8 else {
            return nil
        }
        let zeros = [UInt16](repeating: 0, count: 8 - known.count)
        let all = groups[0].compactMap { $0 } + zeros + (groups.count == 2 ? groups[1].compactMap { $0 } : [])
        return all.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }
}
