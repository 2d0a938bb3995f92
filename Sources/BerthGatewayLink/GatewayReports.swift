/// BerthGatewayLink: what the control plane and the gateway say to one another, and the control plane's end of it.
///
/// One JSON object a line over the unix socket `admin.sock` in the gateway's run folder; one answer a request, and
/// requests on a connection are answered in order:
///
/// | request | answer |
/// | --- | --- |
/// | `{"do":"routes","table":{…}}` | `{"applied":REVISION,"listening":{ENDPOINT:PORT},"failed":{ENDPOINT:WHY}}` |
/// | `{"do":"in-flight"}` | `{"inFlight":{INSTANCE:N}}` |
/// | `{"do":"stats"}` | `GatewayStats.json` |
/// | `{"do":"metrics"}` | `{"text":…}`, Prometheus' text form |
/// | `{"do":"status"}` | `{"pid":N,"revision":N,"draining":false,"https":{"port":N,"expires":SECONDS,"problem":TEXT}}` |
/// | `{"do":"shutdown","graceSeconds":S}` | `{"draining":true}` |
///
/// `GET /metrics` in HTTP is answered on the same socket, for collectors that speak no JSON.
///
/// The table is `RouteTable.json`; who may score is in its `auth` and in `ScoringToken` (BerthModel).
/// What cannot be done is answered with `{"error":TEXT}`.
package import BerthJSON

/// What became of a table that was published. It is applied on every event loop when this is answered.
package struct PublishReport: Hashable, Sendable {
    /// The revision that is now served; higher than the published one when that was older than the gateway's own.
    package var applied: Int
    /// The port of each endpoint that has one of its own and is served there.
    package var listening: [String: Int]
    /// Why an endpoint's own port could not be opened, by the endpoint's name. All else of it is served.
    package var failed: [String: String]

    package init(applied: Int, listening: [String: Int] = [:], failed: [String: String] = [:]) {
        self.applied = applied
        self.listening = listening
        self.failed = failed
    }
}

/// Who answers on the socket.
package struct GatewayStatus: Hashable, Sendable {
    package var pid: Int
    /// Of the table that is served; -1 where there is none yet.
    package var revision: Int
    /// It accepts no more connections and ends when its last request has been answered.
    package var isDraining: Bool
    /// nil where it is not to serve https.
    package var https: HTTPS?

    package struct HTTPS: Hashable, Sendable {
        /// 0: nothing is listened on, since there is no certificate.
        package var port: Int
        /// When the certificate in use ends, in seconds since 1970; 0 where there is none.
        package var expires: Int
        /// Why the certificate's files as they are now cannot be used.
        package var problem: String?

        package init(port: Int, expires: Int, problem: String? = nil) {
            self.port = port
            self.expires = expires
            self.problem = problem
        }
    }

    package init(pid: Int, revision: Int, isDraining: Bool, https: HTTPS? = nil) {
        self.pid = pid
        self.revision = revision
        self.isDraining = isDraining
        self.https = https
    }
}

/// Counters since the gateway's start, merged over its loops.
package struct GatewayStats: Hashable, Sendable {
    /// Upper bounds of the latency buckets in milliseconds; a last bucket holds what is above.
    package static let latencyBoundsMs: [Double] = [
        0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 7500,
        10_000, 20_000, 30_000, 60_000, 120_000, 180_000,
    ]

    package var connectionsActive = 0
    package var connectionsAccepted = 0
    /// Requests that reached no endpoint, by status.
    package var unrouted: [Int: Int] = [:]
    package var deployments: [Deployment] = []
    package var endpoints: [Endpoint] = []
    /// Pages of the traffic log that the disk did not take in time.
    package var logPagesDropped = 0

    package init() {}

    /// What is counted for an endpoint as a whole.
    package struct Endpoint: Hashable, Sendable {
        package var name: String
        package var workspace: String
        /// Connections whose last request was for it.
        package var connections = 0
        package var connectionsMade = 0

        package init(name: String, workspace: String) {
            self.name = name
            self.workspace = workspace
        }
    }

    /// Latencies: how many in each bucket, and their sum.
    package struct Histogram: Hashable, Sendable {
        /// One more than `latencyBoundsMs`.
        package var counts = [Int](repeating: 0, count: latencyBoundsMs.count + 1)
        package var sumMs = 0.0

        package init() {}

        package var total: Int { counts.reduce(0, +) }

        package mutating func add(_ other: Histogram) {
            for (bucket, count) in other.counts.enumerated() { counts[bucket] += count }
            sumMs += other.sumMs
        }
    }

    /// The counters of one deployment; with the name "" those of the endpoint's requests that reached no deployment.
    package struct Deployment: Hashable, Sendable {
        package var endpoint: String
        package var workspace: String
        package var deployment: String
        /// Answers by status; 499 where the client went away before its answer.
        package var statuses: [Int: Int] = [:]
        /// The model's own answers by status.
        package var modelStatuses: [Int: Int] = [:]
        /// Requests that hold a pending place now.
        package var pending = 0
        package var requestBytes = 0
        package var responseBytes = 0
        package var mirrored = 0
        package var mirrorsDropped = 0
        /// By status, as `statuses`.
        package var latencies: [Int: Histogram] = [:]

        package init(endpoint: String, workspace: String, deployment: String) {
            self.endpoint = endpoint
            self.workspace = workspace
            self.deployment = deployment
        }

        package var requests: Int { statuses.values.reduce(0, +) }

        /// Of all answers together.
        package var latency: Histogram {
            var sum = Histogram()
            for one in latencies.values { sum.add(one) }
            return sum
        }

        package mutating func add(_ other: Deployment) {
            statuses.merge(other.statuses, uniquingKeysWith: +)
            modelStatuses.merge(other.modelStatuses, uniquingKeysWith: +)
            requestBytes += other.requestBytes
            responseBytes += other.responseBytes
            mirrored += other.mirrored
            mirrorsDropped += other.mirrorsDropped
            for (status, histogram) in other.latencies { latencies[status, default: Histogram()].add(histogram) }
        }
    }
}

extension PublishReport {
    package var json: JSON {
        [
            "applied": .integer(applied),
            "listening": .object(JSONObject(listening.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })),
            "failed": JSON(failed),
        ]
    }

    package init?(json: JSON) {
        guard let applied = json["applied"]?.intValue else { return nil }
        self.init(applied: applied)
        for member in json["listening"]?.objectValue ?? JSONObject() { listening[member.key] = member.value.intValue }
        for member in json["failed"]?.objectValue ?? JSONObject() { failed[member.key] = member.value.stringValue }
    }
}

extension GatewayStatus {
    package var json: JSON {
        var members: [(String, JSON)] = [
            ("pid", .integer(pid)), ("revision", .integer(revision)), ("draining", .bool(isDraining)),
        ]
        if let https {
            var parts: [(String, JSON)] = [("port", .integer(https.port)), ("expires", .integer(https.expires))]
            if let problem = https.problem { parts.append(("problem", .string(problem))) }
            members.append(("https", .object(JSONObject(parts))))
        }
        return .object(JSONObject(members))
    }

    package init?(json: JSON) {
        guard let pid = json["pid"]?.intValue, let revision = json["revision"]?.intValue else { return nil }
        self.init(pid: pid, revision: revision, isDraining: json["draining"]?.boolValue ?? false)
        guard let https = json["https"], let port = https["port"]?.intValue else { return }
        self.https = HTTPS(
            port: port,
            expires: https["expires"]?.intValue ?? 0,
            problem: https["problem"]?.stringValue
        )
    }
}

extension GatewayStats {
    package var json: JSON {
        [
            "connectionsActive": .integer(connectionsActive),
            "connectionsAccepted": .integer(connectionsAccepted),
            "unrouted": counts(unrouted),
            "deployments": .array(deployments.map(\.json)),
            "endpoints": .array(
                endpoints.map {
                    [
                        "endpoint": .string($0.name), "workspace": .string($0.workspace),
                        "connections": .integer($0.connections), "connectionsMade": .integer($0.connectionsMade),
                    ]
                }
            ),
            "logPagesDropped": .integer(logPagesDropped),
        ]
    }

    package init?(json: JSON) {
        guard let list = json["deployments"]?.arrayValue else { return nil }
        connectionsActive = json["connectionsActive"]?.intValue ?? 0
        connectionsAccepted = json["connectionsAccepted"]?.intValue ?? 0
        unrouted = counts(json["unrouted"])
        deployments = list.compactMap(Deployment.init(json:))
        logPagesDropped = json["logPagesDropped"]?.intValue ?? 0
        endpoints = (json["endpoints"]?.arrayValue ?? []).compactMap { one in
            guard let name = one["endpoint"]?.stringValue else { return nil }
            var endpoint = Endpoint(name: name, workspace: one["workspace"]?.stringValue ?? "")
            endpoint.connections = one["connections"]?.intValue ?? 0
            endpoint.connectionsMade = one["connectionsMade"]?.intValue ?? 0
            return endpoint
        }
    }
}

extension GatewayStats.Deployment {
    fileprivate var json: JSON {
        [
            "endpoint": .string(endpoint), "workspace": .string(workspace), "deployment": .string(deployment),
            "statuses": counts(statuses), "modelStatuses": counts(modelStatuses), "pending": .integer(pending),
            "requestBytes": .integer(requestBytes), "responseBytes": .integer(responseBytes),
            "mirrored": .integer(mirrored), "mirrorsDropped": .integer(mirrorsDropped),
            "latencies": .object(
                JSONObject(
                    latencies.sorted { $0.key < $1.key }.map { status, histogram in
                        let counts = JSON.array(histogram.counts.map(JSON.integer))
                        return (String(status), ["counts": counts, "sumMs": .double(histogram.sumMs)])
                    }
                )
            ),
        ]
    }

    fileprivate init?(json: JSON) {
        guard let endpoint = json["endpoint"]?.stringValue, let deployment = json["deployment"]?.stringValue else {
            return nil
        }
        self.init(
            endpoint: endpoint,
            workspace: json["workspace"]?.stringValue ?? "",
            deployment: deployment
        )
        statuses = counts(json["statuses"])
        modelStatuses = counts(json["modelStatuses"])
        pending = json["pending"]?.intValue ?? 0
        requestBytes = json["requestBytes"]?.intValue ?? 0
        responseBytes = json["responseBytes"]?.intValue ?? 0
        mirrored = json["mirrored"]?.intValue ?? 0
        mirrorsDropped = json["mirrorsDropped"]?.intValue ?? 0
        for member in json["latencies"]?.objectValue ?? JSONObject() {
            guard let status = Int(member.key), let counts = member.value["counts"]?.arrayValue else { continue }
            var histogram = GatewayStats.Histogram()
            for (bucket, count) in counts.enumerated() where bucket < histogram.counts.count {
                histogram.counts[bucket] = count.intValue ?? 0
            }
            histogram.sumMs = member.value["sumMs"]?.doubleValue ?? 0
            latencies[status] = histogram
        }
    }
}

private func counts(_ byStatus: [Int: Int]) -> JSON {
    .object(JSONObject(byStatus.sorted { $0.key < $1.key }.map { (String($0.key), .integer($0.value)) }))
}

private func counts(_ json: JSON?) -> [Int: Int] {
    var result: [Int: Int] = [:]
    for member in json?.objectValue ?? JSONObject() {
        guard let status = Int(member.key), let count = member.value.intValue else { continue }
        result[status] = count
    }
    return result
}
