import BerthGatewayLink

/// Who the numbers of the counters are.
struct StatsNames: Sendable {
    var deployments: [(number: Int32, endpoint: String, workspace: String, name: String)] = []
    var endpoints: [(number: Int32, name: String, workspace: String)] = []
}

/// What one loop has counted, copied on its thread.
///
/// Safe: written by the loop before `performAndWait` returns, read by the waiting thread afterwards.
final class StatsPart: @unchecked Sendable {
    fileprivate var stats = GatewayStats()

    func take(_ core: LoopCore<EpollWire>, _ names: StatsNames) {
        stats.connectionsActive = core.connectionCount
        stats.connectionsAccepted = core.counters.connectionsAccepted.pointee
        var unrouted = GatewayStats.Deployment(endpoint: "", workspace: "", deployment: "")
        Counters.add(core.counters.unrouted.pointee, to: &unrouted)
        stats.unrouted = unrouted.statuses
        for (number, endpoint, workspace, name) in names.deployments {
            var sum = GatewayStats.Deployment(endpoint: endpoint, workspace: workspace, deployment: name)
            Counters.add(core.counters.deployments[number].pointee, to: &sum)
            stats.deployments.append(sum)
        }
        for (number, name, workspace) in names.endpoints {
            var sum = GatewayStats.Deployment(endpoint: name, workspace: workspace, deployment: "")
            Counters.add(core.counters.endpoints[number].pointee, to: &sum)
            stats.deployments.append(sum)
        }
    }
}

/// The counts of all loops together.
struct StatsMerge {
    let names: StatsNames
    private(set) var stats = GatewayStats()

    init(_ names: StatsNames) { self.names = names }

    mutating func add(_ part: StatsPart) {
        stats.connectionsActive += part.stats.connectionsActive
        stats.connectionsAccepted += part.stats.connectionsAccepted
        stats.unrouted.merge(part.stats.unrouted, uniquingKeysWith: +)
        guard !stats.deployments.isEmpty else {
            stats.deployments = part.stats.deployments
            return
        }
        for (index, other) in part.stats.deployments.enumerated() { stats.deployments[index].add(other) }
    }

    /// What is not a loop's but everybody's.
    mutating func setShared(_ pending: (Int32) -> Int, _ connections: (Int32) -> (now: Int, made: Int), dropped: Int) {
        stats.logPagesDropped = dropped
        stats.endpoints = names.endpoints.map { number, name, workspace in
            var one = GatewayStats.Endpoint(name: name, workspace: workspace)
            (one.connections, one.connectionsMade) = connections(number)
            return one
        }
        for (index, name) in names.deployments.enumerated() { stats.deployments[index].pending = pending(name.number) }
        // An endpoint without a request that reached no deployment has nothing to tell.
        stats.deployments.removeAll { $0.deployment.isEmpty && $0.requests == 0 }
    }
}

extension GatewayStats {
    /// In Prometheus' text form; labels come from the table alone.
    var prometheusText: String {
        var text = """
            # TYPE berth_gateway_connections gauge
            berth_gateway_connections \(connectionsActive)
            # TYPE berth_gateway_connections_accepted_total counter
            berth_gateway_connections_accepted_total \(connectionsAccepted)
            # TYPE berth_gateway_traffic_log_pages_dropped_total counter
            berth_gateway_traffic_log_pages_dropped_total \(logPagesDropped)
            # TYPE berth_gateway_requests_total counter

            """
        for (status, count) in unrouted.sorted(by: { $0.key < $1.key }) {
            text += "berth_gateway_requests_total{status=\"\(status)\"} \(count)\n"
        }
        for one in deployments {
            for (status, count) in one.statuses.sorted(by: { $0.key < $1.key }) {
                text += "berth_gateway_requests_total{\(one.labels),status=\"\(status)\"} \(count)\n"
            }
        }
        text += "# TYPE berth_gateway_model_answers_total counter\n"
        for one in deployments {
            for (status, count) in one.modelStatuses.sorted(by: { $0.key < $1.key }) {
                text += "berth_gateway_model_answers_total{\(one.labels),status=\"\(status)\"} \(count)\n"
            }
        }
        text += "# TYPE berth_gateway_pending_requests gauge\n"
        for one in deployments { text += "berth_gateway_pending_requests{\(one.labels)} \(one.pending)\n" }
        for (name, value) in [
            ("request_bytes", \Deployment.requestBytes), ("response_bytes", \.responseBytes),
            ("mirrored", \.mirrored), ("mirrors_dropped", \.mirrorsDropped),
        ] {
            text += "# TYPE berth_gateway_\(name)_total counter\n"
            for one in deployments { text += "berth_gateway_\(name)_total{\(one.labels)} \(one[keyPath: value])\n" }
        }
        text += "# TYPE berth_gateway_endpoint_connections gauge\n"
        for one in endpoints { text += "berth_gateway_endpoint_connections{\(one.labels)} \(one.connections)\n" }
        text += "# TYPE berth_gateway_endpoint_connections_made_total counter\n"
        for one in endpoints {
            text += "berth_gateway_endpoint_connections_made_total{\(one.labels)} \(one.connectionsMade)\n"
        }
        text += "# TYPE berth_gateway_request_duration_seconds histogram\n"
        for one in deployments {
            for (status, latencies) in one.latencies.sorted(by: { $0.key < $1.key }) {
                text += latencies.prometheusText("\(one.labels),status=\"\(status)\"")
            }
        }
        return text
    }
}

extension GatewayStats.Endpoint {
    fileprivate var labels: String { "workspace=\"\(workspace)\",endpoint=\"\(name)\"" }
}

extension GatewayStats.Histogram {
    fileprivate func prometheusText(_ labels: String) -> String {
        let name = "berth_gateway_request_duration_seconds"
        var text = ""
        var sum = 0
        for (bound, count) in zip(GatewayStats.latencyBoundsMs, counts) {
            sum += count
            text += "\(name)_bucket{\(labels),le=\"\(bound / 1000)\"} \(sum)\n"
        }
        text += "\(name)_bucket{\(labels),le=\"+Inf\"} \(total)\n"
        text += "\(name)_sum{\(labels)} \(sumMs / 1000)\n"
        text += "\(name)_count{\(labels)} \(total)\n"
        return text
    }
}

extension GatewayStats.Deployment {
    fileprivate var labels: String {
        "workspace=\"\(workspace)\",endpoint=\"\(endpoint)\",deployment=\"\(deployment)\""
    }
}
