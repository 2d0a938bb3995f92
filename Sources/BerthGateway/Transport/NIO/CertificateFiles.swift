import BerthDiagnostics
import Glibc
import NIOCore
import NIOSSL

/// The certificate and key of the TLS listener: read from their files, and looked at again and again.
///
/// The files are found by their paths each time, so replacing them, or a link to them or to their folder, is seen.
struct CertificateFiles {
    /// What tells whether a file is another one now.
    private struct Mark: Equatable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
    }

    enum Look {
        case unchanged
        /// The files have changed, and can be used.
        case fresh(expired: Bool)
        /// The files have changed, and cannot be used. Told once: both files are rarely replaced at the same moment,
        /// so a pair that does not fit is looked at twice.
        case unusable(Diagnostic)
    }

    let settings: GatewayConfiguration.Secure
    /// The certificate that was read last and can be used.
    private(set) var context: NIOSSLContext?
    /// When it ends, in seconds since 1970; 0 where there is none.
    private(set) var expires = 0
    /// Why the files as they are now cannot be used.
    private(set) var problem: Diagnostic?
    private var marks: [Mark?] = []
    private var mayBeHalfReplaced = false

    init(_ settings: GatewayConfiguration.Secure) { self.settings = settings }

    /// Reads the files for the first time.
    ///
    /// - Throws: why they cannot be used.
    mutating func begin() throws(Diagnostic) {
        marks = [settings.certificatePath, settings.keyPath].map(mark)
        if try take() { GatewayMain.complain("the certificate has expired", [settings.certificatePath]) }
    }

    /// Reads the files where they have changed since.
    mutating func look() -> Look {
        let now = [settings.certificatePath, settings.keyPath].map(mark)
        guard now != marks || mayBeHalfReplaced else { return .unchanged }
        let isSecondLook = now == marks
        marks = now
        do throws(Diagnostic) {
            let hasExpired = try take()
            mayBeHalfReplaced = false
            return .fresh(expired: hasExpired)
        } catch {
            mayBeHalfReplaced = !isSecondLook
            return mayBeHalfReplaced ? .unchanged : .unusable(error)
        }
    }

    /// Reads the files and keeps what they hold.
    ///
    /// - Returns: whether the certificate has expired.
    private mutating func take() throws(Diagnostic) -> Bool {
        do throws(Diagnostic) {
            (context, expires) = try read()
            problem = nil
            return expires < time(nil)
        } catch {
            problem = error
            throw error
        }
    }

    private func read() throws(Diagnostic) -> (NIOSSLContext, expires: Int) {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMBytes(contents(settings.certificatePath))
        } catch {
            throw refusal("the certificate cannot be read", settings.certificatePath, error)
        }
        guard let first = chain.first else {
            throw refusal("the certificate cannot be read", settings.certificatePath, FileProblem.holdsNone)
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(bytes: contents(settings.keyPath), format: .pem)
        } catch {
            throw refusal("the certificate's key cannot be read", settings.keyPath, error)
        }
        do {
            return (try NIOSSLContext(configuration: configuration(chain, key)), Int(first.notValidAfter))
        } catch {
            throw refusal("the certificate and its key do not belong together", settings.certificatePath, error)
        }
    }

    /// TLS 1.2 with forward secrecy and authenticated encryption, or TLS 1.3.
    private func configuration(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"
        configuration.applicationProtocols = ["h2", "http/1.1"]
        configuration.renegotiationSupport = .none
        return configuration
    }

    private enum FileProblem: Error, CustomStringConvertible {
        case system(Int32)
        case tooLarge
        case holdsNone

        var description: String {
            switch self {
            case .system(let code): String(cString: strerror(code))
            case .tooLarge: "the file is larger than 1 MiB"
            case .holdsNone: "the file holds no `BEGIN CERTIFICATE`"
            }
        }
    }

    private func refusal(_ what: String, _ path: String, _ error: any Error) -> Diagnostic {
        Diagnostic(
            .internalError,
            .artifactUnreadable,
            what,
            evidence: [Evidence("file", "\(path): \(error)")],
            help: ["give PEM files: the certificate with its chain, and its key without a password"]
        )
    }

    private func contents(_ path: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileProblem.system(errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileProblem.system(errno) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= 1 << 20 else { throw FileProblem.tooLarge }
        }
    }

    private func mark(_ path: String) -> Mark? {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        return Mark(
            device: UInt64(found.st_dev),
            inode: UInt64(found.st_ino),
            size: Int64(found.st_size),
            seconds: found.st_mtim.tv_sec,
            nanoseconds: found.st_mtim.tv_nsec
        )
    }
}
