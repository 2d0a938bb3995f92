/// How a server is started: the file of `berth serve --config`, and the options over it.
package struct ServerConfiguration: Hashable, Sendable {
    /// The address that the control plane listens on.
    package var host: String = "127.0.0.1"
    package var port: Int = 7443
    package var gatewayPort: Int = 7480
    package var gatewayTLSPort: Int = 7444
    /// More names under which clients reach the server, for its certificate.
    package var names: [String] = []

    package init() {}
}
