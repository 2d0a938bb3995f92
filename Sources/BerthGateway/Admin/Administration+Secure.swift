import BerthDiagnostics
import BerthGatewayLink
import CBerthPlatform
import Glibc

/// The listener for TLS and its certificate.
extension Administration {
    /// Reads the certificate for the first time; without one that can be used, all else is served.
    ///
    /// - Throws: where a predecessor serves TLS and this process could not, so that the predecessor goes on instead.
    static func firstCertificate(
        _ configuration: GatewayConfiguration,
        _ inherited: [Predecessor.Socket]
    ) throws(Diagnostic) -> CertificateFiles? {
        guard var files = configuration.secure.map(CertificateFiles.init) else { return nil }
        do throws(Diagnostic) { try files.begin() } catch {
            guard !inherited.contains(where: \.isSecure) else { throw error }
            GatewayMain.complain("\(error.message); https is not served until it can be", error.evidence.map(\.text))
        }
        return files
    }

    var httpsStatus: GatewayStatus.HTTPS? {
        certificate.map { files in
            GatewayStatus.HTTPS(
                port: listeners.ports.first { $0.value.isSecure }.map { Int($0.key) } ?? 0,
                expires: files.expires,
                problem: files.problem.map { "\($0.message): \($0.evidence.map(\.text).joined(separator: "; "))" }
            )
        }
    }

    /// Opens the listener, once there is a certificate.
    func openSecurePort() throws(Diagnostic) {
        guard let settings = configuration.secure, certificate?.context != nil,
            !listeners.ports.values.contains(where: \.isSecure)
        else { return }
        let port = UInt16(clamping: settings.port)
        guard
            case .failure(let problem) = listeners.open(port, host: settings.host, isShared: true, isSecure: true)
        else { return }
        throw Diagnostic(
            .internalError,
            .portInUse,
            "the gateway cannot listen on \(settings.host):\(settings.port) for https",
            evidence: [Evidence("system", problem.text)],
            help: ["end the program that uses it, or choose another: berth gateway --https-port PORT"]
        )
    }

    /// Takes another certificate into use where the files have changed. Connections that are made keep the one that
    /// they began with; one that cannot be used changes nothing.
    func lookAtCertificate() {
        guard drainEnd == nil, let path = certificate?.settings.certificatePath else { return }
        let hadOne = certificate?.context != nil
        switch certificate?.look() ?? .unchanged {
        case .unchanged: break
        case .fresh(let expired):
            guard let context = certificate?.context else { return }
            for loop in loops { loop.use(context) }
            let text = expired ? "a new certificate is in use, but it has expired" : "a new certificate is in use"
            GatewayMain.complain(text, [path])
            guard !hadOne else { return }
            do throws(Diagnostic) { try openSecurePort() } catch {
                GatewayMain.complain(error.message, error.evidence.map(\.text))
            }
        case .unusable(let problem):
            let rest = hadOne ? "the one before it stays in use" : "https is not served until it can be"
            GatewayMain.complain("\(problem.message); \(rest)", problem.evidence.map(\.text))
        }
    }
}
