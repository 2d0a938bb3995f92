import BerthDiagnostics

extension Cause {
    /// A host that cannot be reached: no such name, refused, no answer, a certificate that is not trusted.
    static let network = Cause(
        "network",
        .found,
        .raised { error, facts in
            guard let (found, trouble) = NetworkTrouble.find(in: error) else { return nil }
            let place = facts.place(error.userFrame)
            let host = NetworkTrouble.host(error, place)
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) \(trouble.sentence(host))\(error.phase.suffix)",
                at: place,
                evidence: facts.logged(found),
                help: [facts.then(trouble.help(host))]
            )
        }
    )
}

/// Why a host could not be reached.
enum NetworkTrouble {
    case noSuchName, refused, noAnswer, certificate, unreachable, forbidden(status: String)

    static func find(in error: RaisedError) -> (Exception, NetworkTrouble)? {
        // The innermost names the system's own reason.
        for exception in error.chain.reversed() {
            if let trouble = of(exception) { return (exception, trouble) }
        }
        return nil
    }

    private static func of(_ exception: Exception) -> NetworkTrouble? {
        let says = exception.says
        if exception.is("gaierror", "NameResolutionError") || says("Name or service not known")
            || says("Temporary failure in name resolution")
            || says("nodename nor servname") || says("getaddrinfo failed")
            || says("No address associated with hostname")
        {
            return .noSuchName
        }
        if exception.is("SSLCertVerificationError", "CertificateError") || says("CERTIFICATE_VERIFY_FAILED")
            || says("certificate verify failed")
            || exception.is("SSLError")
        {
            return .certificate
        }
        if exception.is("ConnectionRefusedError") || says("Connection refused") { return .refused }
        if says("Network is unreachable") || says("No route to host") { return .unreachable }
        if exception.is(
            "TimeoutError",
            "ConnectTimeout",
            "ReadTimeout",
            "ConnectTimeoutError",
            "timeout",
            "socket.timeout"
        )
            || says("Connection timed out") || says("timed out")
        {
            return .noAnswer
        }
        if exception.is("HTTPError"), let status = exception.message.firstMatch(of: #/\b(401|403|404|407|5\d\d)\b/#) {
            return .forbidden(status: String(status.1))
        }
        return nil
    }

    /// The host that is named in a message, or in a text of the user's line.
    static func host(_ error: RaisedError, _ place: Place?) -> String? {
        for exception in error.chain {
            if let host = exception.message.between("host='", "'") ?? exception.message.between("host=\"", "\"") {
                return host
            }
            if let match = exception.message.firstMatch(of: #/https?://([A-Za-z0-9.\-]+)/#) { return String(match.1) }
        }
        guard let line = place?.sourceLine else { return nil }
        if let match = line.firstMatch(of: #/[a-z]+://(?:[^@"'\/]*@)?([A-Za-z0-9.\-]+)/#) { return String(match.1) }
        return line.quoted.first { $0.firstMatch(of: #/^[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+$/#) != nil }
    }

    func sentence(_ host: String?) -> String {
        let name = host.map { "`\($0)`" } ?? "a host"
        return switch self {
        case .noSuchName: "connects to \(name), whose name cannot be resolved"
        case .refused: "connects to \(name), where nothing accepts connections (refused)"
        case .noAnswer: "waits for \(name), which did not answer in time"
        case .certificate: "connects to \(name), whose TLS certificate is not trusted"
        case .unreachable: "connects to \(name), to which this machine has no route"
        case .forbidden(let status): "asks \(name), which answered with status \(status)"
        }
    }

    func help(_ host: String?) -> String {
        let name = host.map { "`\($0)`" } ?? "the host"
        return switch self {
        case .noSuchName: "correct the name of \(name), or ship what is fetched from it with the model"
        case .refused, .noAnswer, .unreachable:
            "start \(name) or correct its address, or ship what is fetched from it with the model"
        case .certificate:
            "set SSL_CERT_FILE and REQUESTS_CA_BUNDLE under `environment_variables:` to a file with the certificate authority of \(name)"
        case .forbidden: "correct the address or the credentials for \(name)"
        }
    }
}
