import Synchronization

/// The path that goes to the instance: a prefix of our own and a part of the request's target.
struct RoutedPath {
    /// Stands before `rest`; empty where the target's own path is used.
    var replacement: ByteText?
    /// Of the target: what follows the path that `replacement` stands for, or the whole path and query.
    var rest = ByteRange.none
}

/// Stage 2: which endpoint, which deployment, which path there.
extension LoopCore {
    /// Where endpoints are found on the shared listener. Source: the scoring URI of Kubernetes endpoints.
    static var sharedPrefix: StaticString { "/api/v1/endpoint/" }

    mutating func route(
        _ head: RequestHead,
        _ base: UnsafePointer<UInt8>,
        _ socket: Int32,
        into routed: inout RoutedPath
    ) -> Refusal? {
        guard let routes = generation?.pointee.routes else { return .notReady }
        let client = clients[socket]
        // The path within the endpoint.
        var path = head.path
        let endpoint: UnsafePointer<CompiledEndpoint>?
        if client.pointee.ownPort != 0 {
            endpoint = routes.endpoint(onPort: client.pointee.ownPort)
        } else if let named = endpointName(inPath: head.path, base) {
            endpoint = routes.endpoint(named: named.of(base))
            path = ByteRange(start: named.end, count: head.path.end - named.end)
        } else {
            endpoint = endpointName(inHost: head.host.of(base), routes).flatMap(routes.endpoint(named:))
        }
        guard let endpoint else { return .noEndpoint }
        client.pointee.exchange.endpoint = endpoint
        guard path.count > 0 else { return .noPath }
        if let refusal = chooseDeployment(head, base, socket, endpoint) { return refusal }
        guard let deployment = client.pointee.exchange.deployment else { return .noTraffic }
        return routePath(path, head, base, deployment, into: &routed)
    }

    /// `/api/v1/endpoint/<name>/…`
    private func endpointName(inPath path: ByteRange, _ base: UnsafePointer<UInt8>) -> ByteRange? {
        let prefix = Self.sharedPrefix.utf8CodeUnitCount
        let text = path.of(base)
        guard text.count > prefix, isExactly(UnsafeRawBufferPointer(rebasing: text[..<prefix]), Self.sharedPrefix)
        else { return nil }
        var end = prefix
        while end < text.count, text[end] != UInt8(ascii: "/") { end += 1 }
        return ByteRange(start: path.start + Int32(prefix), count: Int32(end - prefix))
    }

    /// `<name>.<domain>`, with or without a port.
    private func endpointName(
        inHost host: UnsafeRawBufferPointer,
        _ routes: CompiledRoutes
    ) -> UnsafeRawBufferPointer? {
        guard !routes.domainSuffix.isEmpty else { return nil }
        var end = host.count
        for place in host.indices where host[place] == UInt8(ascii: ":") { end = min(end, place) }
        let nameEnd = end - routes.domainSuffix.count
        guard nameEnd > 0 else { return nil }
        let suffix = UnsafeRawBufferPointer(rebasing: host[nameEnd..<end])
        guard equalsIgnoringCase(suffix, routes.domainSuffix.bytes) else { return nil }
        return UnsafeRawBufferPointer(rebasing: host[..<nameEnd])
    }

    private mutating func chooseDeployment(
        _ head: RequestHead,
        _ base: UnsafePointer<UInt8>,
        _ socket: Int32,
        _ endpoint: UnsafePointer<CompiledEndpoint>
    ) -> Refusal? {
        let client = clients[socket]
        if head.modelDeployment.exists {
            guard let named = endpoint.pointee.deployment(named: head.modelDeployment.of(base)) else {
                return .unknownDeployment
            }
            client.pointee.exchange.deployment = named
            return nil
        }
        let schedule = endpoint.pointee.schedule
        guard schedule.count > 0, let first = endpoint.pointee.deployments.baseAddress else { return .noTraffic }
        // The turn is taken by `takeTurn` when the client is known: strangers do not shift the split.
        let place = endpoint.pointee.cells.pointee.splitPlace.load(ordering: .relaxed)
        client.pointee.exchange.deployment = first + Int(schedule[schedule.count == 1 ? 0 : place % schedule.count])
        client.pointee.exchange.splitPlace = place
        client.pointee.exchange.takesTurn = schedule.count > 1
        client.pointee.exchange.mayBeMirrored = endpoint.pointee.mirror.count > 0
        return nil
    }

    private func routePath(
        _ path: ByteRange,
        _ head: RequestHead,
        _ base: UnsafePointer<UInt8>,
        _ deployment: UnsafePointer<CompiledDeployment>,
        into routed: inout RoutedPath
    ) -> Refusal? {
        let text = path.of(base)
        let isScore = isExactly(text, "/score")
        if isScore {
            routed.replacement = deployment.pointee.scoringPath
            routed.rest = ByteRange(start: path.end, count: head.target.end - path.end)
            return nil
        }
        guard deployment.pointee.passesEveryPath || isExactly(text, "/") || isExactly(text, "/swagger.json"),
            text.count > 0, text[0] == UInt8(ascii: "/")
        else { return .noPath }
        routed.rest = ByteRange(start: path.start, count: head.target.end - path.start)
        return nil
    }
}
