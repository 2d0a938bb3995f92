package import BerthDiagnostics
package import BerthModel
import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Seals secrets that must be shown again, for the store: ChaCha20-Poly1305, each under its own name, so that a sealed
/// secret put in the place of another does not open.
package struct SecretBox: Sendable {
    private let key: SymmetricKey

    /// Bytes of a key.
    package static let keyBytes = 32

    /// `key` has `keyBytes` bytes.
    package init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    package static func newKey() -> [UInt8] { SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) } }

    /// A secret of its own for another purpose; whoever has it cannot tell the key.
    package func derived(for purpose: String) -> [UInt8] {
        let key = HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data(purpose.utf8), outputByteCount: 32)
        return key.withUnsafeBytes { Array($0) }
    }

    package func seal(_ secret: Secret, name: String) throws(Diagnostic) -> [UInt8] {
        do {
            let data = Data(secret.reveal().utf8)
            return Array(try ChaChaPoly.seal(data, using: key, authenticating: Data(name.utf8)).combined)
        } catch {
            throw Diagnostic(.internalError, .platformFault, "a secret could not be sealed")
        }
    }

    /// A fingerprint of `text` that only the holder of the key can make: HMAC-SHA256, lower-case hexadecimal.
    package func tag(_ text: String) -> String {
        HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// Throws where the key file is not the one that sealed it.
    package func open(_ bytes: [UInt8], name: String) throws(Diagnostic) -> Secret {
        do {
            let box = try ChaChaPoly.SealedBox(combined: Data(bytes))
            let data = try ChaChaPoly.open(box, using: key, authenticating: Data(name.utf8))
            return Secret(String(decoding: data, as: UTF8.self))
        } catch {
            throw Diagnostic(
                .internalError,
                .platformFault,
                "the secret `\(name)` does not open with this key file",
                help: ["put back the secret.key that belongs to this berth.db"]
            )
        }
    }
}
