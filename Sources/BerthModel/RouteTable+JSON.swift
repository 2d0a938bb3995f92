package import BerthDiagnostics
package import BerthJSON

/// The table as JSON, for the wire between control plane and gateway and for the gateway's snapshot on disk. Keys that
/// are missing have their defaults and unknown keys are ignored; a value of the wrong kind is an error.
extension RouteTable {
    package var json: JSON {
        var object = JSONObject([("revision", .integer(revision))])
        if !inferenceDomain.isEmpty { object["inferenceDomain"] = .string(inferenceDomain) }
        object["endpoints"] = .array(endpoints.map(\.json))
        if !tokenIssuers.isEmpty { object["tokenIssuers"] = .array(tokenIssuers.map(\.json)) }
        if !workspaces.isEmpty { object["workspaces"] = .array(workspaces.map(\.json)) }
        return .object(object)
    }

    /// - Throws: `ERR_5000`, naming the place in the table, when a value has the wrong kind.
    package init(json: JSON) throws(Diagnostic) {
        let root = Field(json, "routes")
        self.init(
            revision: try root.required("revision").integer(),
            inferenceDomain: try root["inferenceDomain"]?.string() ?? "",
            endpoints: try (root["endpoints"]?.elements() ?? []).mapTyped { field throws(Diagnostic) in
                try Endpoint(field)
            },
            tokenIssuers: try (root["tokenIssuers"]?.elements() ?? []).mapTyped { field throws(Diagnostic) in
                try TokenIssuer(field)
            },
            workspaces: try (root["workspaces"]?.elements() ?? []).mapTyped { field throws(Diagnostic) in
                try Workspace(field)
            }
        )
    }
}

extension RouteTable.Workspace {
    fileprivate var json: JSON {
        [
            "name": .string(name), "id": .string(id), "subscriptionID": .string(subscriptionID),
            "location": .string(location),
        ]
    }

    fileprivate init(_ field: Field) throws(Diagnostic) {
        self.init(
            name: try field.required("name").string(),
            id: try field["id"]?.string() ?? "",
            subscriptionID: try field["subscriptionID"]?.string() ?? "",
            location: try field["location"]?.string() ?? ""
        )
    }
}

extension RouteTable.TokenIssuer {
    fileprivate var json: JSON {
        [
            "name": .string(name),
            "keys": .array(keys.map { ["id": .string($0.id), "publicKey": .string($0.publicKey)] }),
        ]
    }

    fileprivate init(_ field: Field) throws(Diagnostic) {
        self.init(
            name: try field.required("name").string(),
            keys: try field.required("keys").elements().mapTyped { field throws(Diagnostic) in
                RouteTable.SigningKey(
                    id: try field.required("id").string(),
                    publicKey: try field.required("publicKey").string()
                )
            }
        )
    }
}

extension RouteTable.Endpoint {
    fileprivate var json: JSON {
        var object = JSONObject([("name", .string(name)), ("workspace", .string(workspace))])
        if localPort != 0 { object["localPort"] = .integer(localPort) }
        switch auth {
        case .none: break
        case .keys(let hashes): object["auth"] = ["kind": "keys", "sha256": JSON(hashes)]
        case .amlToken: object["auth"] = ["kind": "aml_token"]
        case .aadToken(let scorers): object["auth"] = ["kind": "aad_token", "scorers": JSON(scorers)]
        }
        object["limits"] = limits.json
        object["deployments"] = .array(deployments.map(\.json))
        object["traffic"] = shares(traffic)
        if !mirror.isEmpty { object["mirror"] = shares(mirror) }
        return .object(object)
    }

    fileprivate init(_ field: Field) throws(Diagnostic) {
        self.init(
            name: try field.required("name").string(),
            workspace: try field["workspace"]?.string() ?? "",
            localPort: try field["localPort"]?.integer(in: 0...65_535) ?? 0,
            auth: try RouteTable.Auth(field["auth"]),
            limits: try RouteTable.Limits(field["limits"]),
            deployments: try (field["deployments"]?.elements() ?? []).mapTyped { field throws(Diagnostic) in
                try RouteTable.Deployment(field)
            },
            traffic: try field["traffic"]?.percents() ?? [:],
            mirror: try field["mirror"]?.percents() ?? [:]
        )
    }
}

private func shares(_ percents: [String: Int]) -> JSON {
    .object(JSONObject(percents.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) }))
}

extension RouteTable.Auth {
    fileprivate init(_ field: Field?) throws(Diagnostic) {
        guard let field else {
            self = .none
            return
        }
        switch try field.required("kind").string() {
        case "none": self = .none
        case "keys":
            self = .keys(
                sha256: try field.required("sha256").elements().mapTyped { field throws(Diagnostic) in
                    let text = try field.string()
                    guard text.utf8.count == 64, text.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
                        throw field.failure("64 hexadecimal digits")
                    }
                    return text.lowercased()
                }
            )
        case "aml_token": self = .amlToken
        case "aad_token":
            self = .aadToken(
                scorers: try field.required("scorers").elements().mapTyped { field throws(Diagnostic) in
                    try field.string()
                }
            )
        default: throw field.failure("an auth of kind none, keys, aml_token or aad_token")
        }
    }
}

extension RouteTable.Limits {
    fileprivate var json: JSON {
        var object = JSONObject([
            ("requestsPerSecond", .integer(requestsPerSecond)),
            ("maxRequestBytes", .integer(maxRequestBytes)),
            ("maxResponseBytes", .integer(maxResponseBytes)),
        ])
        if maxConnections != 0 { object["maxConnections"] = .integer(maxConnections) }
        if newConnectionsPerSecond != 0 { object["newConnectionsPerSecond"] = .integer(newConnectionsPerSecond) }
        if bandwidthBytesPerSecond != 0 { object["bandwidthBytesPerSecond"] = .integer(bandwidthBytesPerSecond) }
        return .object(object)
    }

    fileprivate init(_ field: Field?) throws(Diagnostic) {
        self.init()
        guard let field else { return }
        let amounts = 0...(1 << 40)
        requestsPerSecond = try field["requestsPerSecond"]?.integer(in: amounts) ?? requestsPerSecond
        maxRequestBytes = try field["maxRequestBytes"]?.integer(in: amounts) ?? maxRequestBytes
        maxResponseBytes = try field["maxResponseBytes"]?.integer(in: amounts) ?? maxResponseBytes
        maxConnections = try field["maxConnections"]?.integer(in: amounts) ?? maxConnections
        newConnectionsPerSecond = try field["newConnectionsPerSecond"]?.integer(in: amounts) ?? newConnectionsPerSecond
        bandwidthBytesPerSecond = try field["bandwidthBytesPerSecond"]?.integer(in: amounts) ?? bandwidthBytesPerSecond
    }
}

extension RouteTable.Deployment {
    fileprivate var json: JSON {
        var object = JSONObject([
            ("name", .string(name)),
            ("requestTimeoutMs", .integer(requestTimeoutMs)),
            ("maxConcurrentRequestsPerInstance", .integer(maxConcurrentRequestsPerInstance)),
            ("instanceCount", .integer(instanceCount)),
            ("scoringPath", .string(scoringPath)),
        ])
        if passesEveryPath { object["passesEveryPath"] = true }
        object["instances"] = .array(
            instances.map { ["id": .string($0.id), "addresses": .array($0.addresses.map(\.json))] }
        )
        return .object(object)
    }

    fileprivate init(_ field: Field) throws(Diagnostic) {
        self.init(
            name: try field.required("name").string(),
            requestTimeoutMs: try field["requestTimeoutMs"]?.integer(in: 1...3_600_000) ?? 5000,
            maxConcurrentRequestsPerInstance: try field["maxConcurrentRequestsPerInstance"]?
                .integer(in: 1...1_000_000) ?? 1,
            instanceCount: try field["instanceCount"]?.integer(in: 0...100_000) ?? 1,
            scoringPath: try field["scoringPath"]?.string() ?? "/score",
            passesEveryPath: try field["passesEveryPath"]?.bool() ?? false,
            instances: try (field["instances"]?.elements() ?? []).mapTyped { field throws(Diagnostic) in
                RouteTable.Instance(
                    id: try field.required("id").string(),
                    addresses: try field.required("addresses").elements().mapTyped { field throws(Diagnostic) in
                        try RouteTable.Address(field)
                    }
                )
            }
        )
    }
}

extension RouteTable.Address {
    fileprivate var json: JSON {
        switch self {
        case .unix(let path): .string("unix:\(path)")
        case .tcp(let host, let port): .string("tcp:\(host):\(port)")
        }
    }

    fileprivate init(_ field: Field) throws(Diagnostic) {
        let text = try field.string()
        if text.hasPrefix("unix:"), (1...107).contains(text.utf8.count - 5) {
            self = .unix(String(text.dropFirst(5)))
        } else if text.hasPrefix("tcp:"), let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port),
            colon > text.index(text.startIndex, offsetBy: 4)
        {
            self = .tcp(host: String(text[text.index(text.startIndex, offsetBy: 4)..<colon]), port: port)
        } else {
            throw field.failure("unix:PATH of at most 107 bytes, or tcp:HOST:PORT")
        }
    }
}

/// A value with its place in the table, so that an error can name it.
private struct Field {
    let value: JSON
    let path: String

    init(_ value: JSON, _ path: String) {
        self.value = value
        self.path = path
    }

    subscript(key: String) -> Field? {
        guard let member = value[key], !member.isNull else { return nil }
        return Field(member, "\(path).\(key)")
    }

    func required(_ key: String) throws(Diagnostic) -> Field {
        guard let member = self[key] else { throw Field(.null, "\(path).\(key)").failure("a value") }
        return member
    }

    func failure(_ expected: String) -> Diagnostic {
        Diagnostic(.internalError, .platformFault, "`\(path)` of the route table is not \(expected)")
    }

    func string() throws(Diagnostic) -> String {
        guard let text = value.stringValue else { throw failure("a string") }
        return text
    }

    func bool() throws(Diagnostic) -> Bool {
        guard let flag = value.boolValue else { throw failure("true or false") }
        return flag
    }

    func integer(in range: ClosedRange<Int> = 0...Int.max) throws(Diagnostic) -> Int {
        guard let number = value.intValue, range.contains(number) else {
            throw failure("an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func elements() throws(Diagnostic) -> [Field] {
        guard let elements = value.arrayValue else { throw failure("a list") }
        return elements.enumerated().map { Field($1, "\(path)[\($0)]") }
    }

    func percents() throws(Diagnostic) -> [String: Int] {
        guard let members = value.objectValue else { throw failure("an object") }
        var result: [String: Int] = [:]
        for member in members {
            result[member.key] = try Field(member.value, "\(path).\(member.key)").integer(in: 0...100)
        }
        return result
    }
}

extension Array {
    /// `map` that keeps the type of what is thrown.
    fileprivate func mapTyped<Result>(
        _ transform: (Element) throws(Diagnostic) -> Result
    ) throws(Diagnostic) -> [Result] {
        var result: [Result] = []
        result.reserveCapacity(count)
        for element in self { result.append(try transform(element)) }
        return result
    }
}
