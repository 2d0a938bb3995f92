/// What a user asks of an endpoint: a stable URL with keys, identity and a traffic split.
package struct EndpointSpec: Hashable, Sendable {
    package var name: String
    package var description: String?
    package var tags: [String: String] = [:]
    package var properties: [String: String] = [:]
    package var authMode: AuthMode = .key
    /// `azureml:<name>`; Kubernetes endpoints only.
    package var compute: String?
    package var identity: Identity = .systemAssigned
    /// Percent of requests by deployment; sums to 0 or 100.
    package var traffic: [String: Int] = [:]
    /// Percent of copied requests, 0 to 50, one deployment at most.
    package var mirrorTraffic: [String: Int] = [:]
    package var publicNetworkAccess: Bool = true

    package init(name: String) { self.name = name }
}

package enum AuthMode: String, CaseIterable, Hashable, Sendable {
    case key
    case amlToken = "aml_token"
    case aadToken = "aad_token"
}

package enum Identity: Hashable, Sendable {
    case none
    case systemAssigned
    /// ARM ids, at least one.
    case userAssigned([String])
}

/// Limits of names. Source: the service's quota page and the SDK's pattern.
package enum NameRule {
    package static let endpointLength = 3...32

    /// Whether `name` begins with a letter, holds letters, digits and dashes only, and ends with no dash.
    package static func isWellFormed(_ name: String) -> Bool {
        guard let first = name.utf8.first, let last = name.utf8.last else { return false }
        return isLetter(first) && last != UInt8(ascii: "-")
            && name.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
