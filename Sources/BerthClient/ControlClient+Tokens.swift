import AsyncHTTPClient
package import BerthAPI
package import BerthDiagnostics
package import BerthJSON
import BerthModel
import NIOCore
import NIOHTTP1
import Synchronization

extension ControlClient {
    /// Both keys of an endpoint, or a token that it takes, as its `auth_mode` wants.
    package func credentials(of endpoint: EndpointResource) async throws(Diagnostic) -> JSON {
        switch endpoint.spec.authMode {
        case .key: try await keys(of: endpoint.spec.name, in: endpoint.scope)
        case .amlToken: try await send(.POST, endpoint.id + "/token", body: [:]).body
        case .aadToken:
            [
                "accessToken": .string(
                    try await newToken(for: "https://ml.azure.com")["access_token"]?.stringValue ?? ""
                ),
                "tokenType": "Bearer",
            ]
        }
    }

    // MARK: Tokens

    /// What the token service answers for `resource`: `access_token`, `expires_on` and more.
    package func newToken(for resource: String) async throws(Diagnostic) -> JSON {
        guard let login else {
            throw Diagnostic(.badArgument, .argumentInvalid, "`--local` needs no token and gives out none")
        }
        var request = HTTPClientRequest(url: "\(baseURL)/\(login.tenant)/oauth2/v2.0/token")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        let fields = [
            ("grant_type", "client_credentials"), ("client_id", login.clientID),
            ("client_secret", login.clientSecret.reveal()), ("scope", "\(resource)/.default"),
        ]
        let form = fields.map { "\($0.0)=\(Self.escaped($0.1))" }.joined(separator: "&")
        request.body = .bytes(ByteBuffer(string: form))
        do {
            let response = try await client.execute(request, timeout: .seconds(30))
            let text = try await response.body.collect(upTo: 1_048_576)
            let answer = try JSON.parse(Array(text.readableBytesView))
            guard response.status == .ok else {
                throw Diagnostic(
                    .unauthorized,
                    nil,
                    answer["error_description"]?.stringValue ?? "the server gives out no token",
                    help: ["log in again: berth login --server \(baseURL)"]
                )
            }
            return answer
        } catch let diagnostic as Diagnostic {
            throw diagnostic
        } catch {
            throw unreachable(error)
        }
    }

    func authorize(_ request: inout HTTPClientRequest) async throws(Diagnostic) {
        guard login != nil else { return }
        var known = token.withLock { $0 }
        if known == nil {
            known = try await newToken(for: baseURL)["access_token"]?.stringValue
            token.withLock { [known] in $0 = known }
        }
        request.headers.add(name: "Authorization", value: "Bearer \(known ?? "")")
    }

    /// Percent-encoded, but for letters, digits and `.-_`.
    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                String(UnicodeScalar(byte))
            default: "%" + String(Int(byte) + 256, radix: 16, uppercase: true).dropFirst()
            }
        }.joined()
    }

    /// `text` as one part of a path or query.
    package static func pathPart(_ text: String) -> String { escaped(text) }
}
