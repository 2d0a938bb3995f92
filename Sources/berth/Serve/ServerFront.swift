import BerthAPI
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthModel
import BerthRuntime
import BerthServer
import Foundation

/// What a server shows to the network: where, with which certificate, and how to use it.
struct ServerFront: Sendable {
    let network: ControlServer.Network
    let login: ServerLogin
    let isFirst: Bool
    let options: ServerConfiguration
    let home: BerthHome

    static func prepare(
        _ home: BerthHome,
        _ options: ServerConfiguration,
        _ directory: Directory,
        _ accounts: Accounts
    ) async throws(Diagnostic) -> ServerFront {
        var names = ["localhost", "127.0.0.1", "::1"]
        for name in options.names + [ProcessInfo.processInfo.hostName] where !names.contains(name) && !name.isEmpty {
            names.append(name)
        }
        let certificate = try KeyFiles.certificate(home, names: names, now: Date().timeIntervalSince1970)
        let (login, isFirst) = try await FirstStart.prepare(
            home,
            server: "https://localhost:\(options.port)",
            directory: directory,
            accounts: accounts
        )
        return ServerFront(
            network: ControlServer.Network(
                host: options.host,
                port: options.port,
                certificate: certificate,
                instancePort: try InstancePort.choose(home)
            ),
            login: login,
            isFirst: isFirst,
            options: options,
            home: home
        )
    }

    /// What endpoints of the server need.
    func facts(_ directory: Directory) -> ServiceFacts {
        ServiceFacts(directory: directory, gatewayURL: gatewayURL, identityURL: identityURL)
    }

    var gatewayURL: String { "http://localhost:\(options.gatewayPort)" }

    var identityURL: String { "http://127.0.0.1:\(network.instancePort)/msi/token" }

    var gatewayArguments: [String] {
        [
            "--port", "\(options.gatewayPort)", "--https-port", "\(options.gatewayTLSPort)",
            "--certificate", home.serverCertificateFile, "--key", home.serverKeyFile,
        ]
    }

    func sayReady() {
        StandardError.line(
            """
            berth serves \(login.server) (control plane) and \(gatewayURL) (scoring)
              workspace `\(login.defaults.workspace)`, resource group `\(login.defaults.resourceGroup)`, subscription \(login.defaults.subscription)
            """
        )
        guard isFirst else { return }
        StandardError.line(
            """
            This is its first start: it has made a certificate authority (\(home.authorityFile))
            and an owner's credential (\(home.ownerFile), for you alone).
              commands on this machine find both:  berth workspace show
              for the Python SDK:                  eval "$(berth sdk-env)"
              from another machine:                berth login --server URL --ca FILE …
            """
        )
    }
}
