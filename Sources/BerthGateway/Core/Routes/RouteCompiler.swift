import BerthModel
import CBerthPlatform
import Synchronization

/// Turns route tables into the form that loops read, and keeps the numbers of endpoints, deployments and addresses
/// stable from one table to the next. Runs on the administration's thread, never on a loop.
struct RouteCompiler {
    private struct EndpointKey: Hashable { var workspace: String, name: String, port: Int }
    private struct DeploymentKey: Hashable { var endpoint: EndpointKey, name: String }
    private struct AddressKey: Hashable { var instance: String, address: RouteTable.Address }

    /// Numbers by key, with those that the last table named.
    private struct Registry<Key: Hashable> {
        var numbers: [Key: Int32] = [:]
        var named: Set<Key> = []
        var pool: NumberPool

        init(capacity: Int) { pool = NumberPool(capacity: capacity) }

        mutating func number(of key: Key) -> Int32? {
            named.insert(key)
            if let number = numbers[key] { return number }
            guard let number = pool.take() else { return nil }
            numbers[key] = number
            return number
        }
    }

    /// What the length of an endpoint's rings stands on.
    private struct Rates: Equatable { var requests: Int, connections: Int }

    /// Numbers whose owners are gone: loops forget what they hold under them, then the numbers may be used again.
    struct Retired {
        var endpoints: [Int32] = []
        var deployments: [Int32] = []
        var addresses: [Int32] = []

        var isEmpty: Bool { endpoints.isEmpty && deployments.isEmpty && addresses.isEmpty }
    }

    private let cells: SharedCells
    private var endpoints = Registry<EndpointKey>(capacity: SharedCells.maxEndpoints)
    private var deployments = Registry<DeploymentKey>(capacity: SharedCells.maxDeployments)
    private var addresses = Registry<AddressKey>(capacity: SharedCells.maxAddresses)
    private var rates: [Int32: Rates] = [:]
    private var tokenKeys = TokenKeys([])

    init(cells: SharedCells) { self.cells = cells }

    /// - Returns: nil where the table has more of something than there are numbers.
    mutating func compile(_ table: RouteTable) -> CompiledRoutes? {
        endpoints.named.removeAll(keepingCapacity: true)
        deployments.named.removeAll(keepingCapacity: true)
        addresses.named.removeAll(keepingCapacity: true)
        if tokenKeys.issuers != table.tokenIssuers { tokenKeys = TokenKeys(table.tokenIssuers) }
        var arena = Arena()
        var workspaces = WorkspaceTable(table.workspaces)
        let compiled = UnsafeMutableBufferPointer<CompiledEndpoint>.allocate(capacity: table.endpoints.count)
        for (index, endpoint) in table.endpoints.enumerated() {
            let workspace = workspaces.place(of: endpoint.workspace, in: &arena)
            guard let one = compile(endpoint, workspace, into: &arena) else {
                compiled.deallocate()
                arena.free()
                return nil
            }
            compiled.initializeElement(at: index, to: one)
        }
        let domain = table.inferenceDomain.isEmpty ? "" : "." + table.inferenceDomain.lowercased()
        return CompiledRoutes(
            revision: table.revision,
            domainSuffix: arena.text(domain),
            endpoints: compiled,
            tokenKeys: tokenKeys,
            ports: table.endpoints.map { UInt16($0.localPort) },
            memory: arena.blocks
        )
    }

    private mutating func compile(
        _ endpoint: RouteTable.Endpoint,
        _ workspace: UnsafePointer<CompiledWorkspace>,
        into arena: inout Arena
    ) -> CompiledEndpoint? {
        let key = EndpointKey(workspace: endpoint.workspace, name: endpoint.name, port: endpoint.localPort)
        guard let number = endpoints.number(of: key) else { return nil }
        let cell = cells.endpoints[number]
        let wanted = Rates(
            requests: endpoint.limits.requestsPerSecond,
            connections: endpoint.limits.newConnectionsPerSecond
        )
        if rates[number] != wanted {
            // A ring's length is its limit. A loop may still be between the check and the store of the old ring, so it
            // is only ever replaced by taking a new number.
            if rates[number] != nil { return renumber(endpoint, key: key, workspace, into: &arena) }
            rates[number] = wanted
        }
        var compiledDeployments: [CompiledDeployment] = []
        for deployment in endpoint.deployments {
            guard let one = compile(deployment, of: key, into: &arena) else { return nil }
            compiledDeployments.append(one)
        }
        let weights = endpoint.deployments.map { endpoint.traffic[$0.name] ?? 0 }
        let mirrors = endpoint.deployments.enumerated().compactMap { index, deployment in
            endpoint.mirror[deployment.name].flatMap { percent in
                percent > 0 ? CompiledMirror(deployment: Int32(index), percent: Int32(percent)) : nil
            }
        }
        return CompiledEndpoint(
            number: number,
            name: arena.text(endpoint.name),
            workspace: workspace,
            cells: cell,
            auth: compile(endpoint.auth, of: key, into: &arena),
            requestsPerSecond: endpoint.limits.requestsPerSecond,
            maxRequestBytes: endpoint.limits.maxRequestBytes,
            maxResponseBytes: endpoint.limits.maxResponseBytes,
            maxConnections: endpoint.limits.maxConnections,
            newConnectionsPerSecond: endpoint.limits.newConnectionsPerSecond,
            bandwidthBytesPerSecond: endpoint.limits.bandwidthBytesPerSecond,
            isLocal: endpoint.localPort != 0,
            deployments: arena.array(compiledDeployments),
            schedule: arena.array(TrafficSchedule.period(of: weights)),
            mirror: arena.array(mirrors)
        )
    }

    /// Gives an endpoint new cells; the old number is retired as if the endpoint had been removed.
    private mutating func renumber(
        _ endpoint: RouteTable.Endpoint,
        key: EndpointKey,
        _ workspace: UnsafePointer<CompiledWorkspace>,
        into arena: inout Arena
    ) -> CompiledEndpoint? {
        if let old = endpoints.numbers.removeValue(forKey: key) { superseded.append(old) }
        return compile(endpoint, workspace, into: &arena)
    }

    private var superseded: [Int32] = []

    /// Keys of the last table that cannot be read.
    var keyProblems: [String] { tokenKeys.problems }

    private func compile(_ auth: RouteTable.Auth, of key: EndpointKey, into arena: inout Arena) -> CompiledAuth {
        switch auth {
        case .none: return .none
        case .amlToken:
            return .amlToken(arena.text(ScoringToken.endpointClaim(workspace: key.workspace, endpoint: key.name)))
        case .aadToken(let scorers):
            let ids = Set(scorers.map { $0.lowercased() }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return .aadToken(arena.array(ids.map { arena.text($0) }))
        case .keys(let hashes): return .keys(arena.array(hashes.flatMap(digest)))
        }
    }

    private func digest(_ text: String) -> [UInt8] {
        let digits = text.utf8.compactMap(hexadecimal)
        guard digits.count == 64 else { return [] }
        return stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private mutating func compile(
        _ deployment: RouteTable.Deployment,
        of endpoint: EndpointKey,
        into arena: inout Arena
    ) -> CompiledDeployment? {
        guard let number = deployments.number(of: DeploymentKey(endpoint: endpoint, name: deployment.name)) else {
            return nil
        }
        var compiledAddresses: [CompiledAddress] = []
        for instance in deployment.instances {
            let count = instance.addresses.count
            let concurrency = deployment.maxConcurrentRequestsPerInstance
            for (index, address) in instance.addresses.enumerated() {
                // The instance's concurrency is spread over its workers; the first take what does not divide.
                let capacity = concurrency / count + (index < concurrency % count ? 1 : 0)
                guard capacity > 0 else { continue }
                guard let number = addresses.number(of: AddressKey(instance: instance.id, address: address)) else {
                    return nil
                }
                guard let compiled = compile(address, number: number, capacity: capacity, into: &arena) else {
                    continue
                }
                compiledAddresses.append(compiled)
            }
        }
        return CompiledDeployment(
            number: number,
            name: arena.text(deployment.name),
            cells: cells.deployments[number],
            timeoutNs: Int64(deployment.requestTimeoutMs) * 1_000_000,
            maxConcurrentPerInstance: deployment.maxConcurrentRequestsPerInstance,
            instanceCount: max(deployment.instanceCount, 1),
            scoringPath: arena.text(deployment.scoringPath),
            passesEveryPath: deployment.passesEveryPath || deployment.scoringPath != "/score",
            addresses: arena.array(compiledAddresses)
        )
    }

    private func compile(
        _ address: RouteTable.Address,
        number: Int32,
        capacity: Int,
        into arena: inout Arena
    ) -> CompiledAddress? {
        var spelled = [UInt8](repeating: 0, count: 128)
        let size: UInt32
        let isTCP: Bool
        switch address {
        case .unix(let path): (size, isTCP) = (berth_unix_address(path, &spelled), false)
        case .tcp(let host, let port): (size, isTCP) = (berth_tcp_address(host, UInt16(port), &spelled), true)
        }
        // An address that cannot be spelled is no address: the deployment answers as if it were not ready there.
        guard size > 0 else { return nil }
        let storage = arena.block(Int(size))
        storage.copyMemory(from: spelled, byteCount: Int(size))
        return CompiledAddress(
            number: number,
            cells: cells.addresses[number],
            capacity: capacity,
            socketAddress: UnsafeRawPointer(storage),
            socketAddressSize: size,
            isTCP: isTCP
        )
    }
}

extension RouteCompiler {
    /// Requests in flight by instance: of the instances that the last table names, and of others that still have any.
    func inFlight() -> [String: Int] {
        var counts: [String: Int] = [:]
        for (key, number) in addresses.numbers {
            let count = cells.addresses[number].pointee.inFlight.load(ordering: .acquiring)
            if count > 0 || addresses.named.contains(key) { counts[key.instance, default: 0] += count }
        }
        return counts
    }

    /// Who the numbers are that counters are kept under.
    var names: StatsNames {
        StatsNames(
            deployments: deployments.numbers
                .map { (number: $1, endpoint: $0.endpoint.name, workspace: $0.endpoint.workspace, name: $0.name) }
                .sorted { ($0.workspace, $0.endpoint, $0.name) < ($1.workspace, $1.endpoint, $1.name) },
            endpoints: endpoints.numbers
                .map { (number: $1, name: $0.name, workspace: $0.workspace) }
                .sorted { ($0.workspace, $0.name) < ($1.workspace, $1.name) }
        )
    }

    func pending(of number: Int32) -> Int {
        cells.deployments[number].pointee.pending.load(ordering: .acquiring)
    }

    func connections(of number: Int32) -> (now: Int, made: Int) {
        let cell = cells.endpoints[number]
        return (
            cell.pointee.connections.load(ordering: .acquiring), cell.pointee.connectionsMade.load(ordering: .relaxed)
        )
    }

    /// What the last table does not name and nothing uses any more. Call it when every loop has the last table, and
    /// `release` what it returns when every loop has forgotten it.
    mutating func retire() -> Retired {
        var retired = Retired()
        let cells = cells
        // A connection counts for an endpoint until it ends, or is used for another one.
        retired.endpoints = superseded.filter {
            cells.endpoints[$0].pointee.connections.load(ordering: .acquiring) == 0
        }
        superseded.removeAll(where: retired.endpoints.contains)
        retired.addresses = Self.retire(&addresses) {
            cells.addresses[$0].pointee.inFlight.load(ordering: .acquiring) == 0
        }
        retired.deployments = Self.retire(&deployments) {
            cells.deployments[$0].pointee.pending.load(ordering: .acquiring) == 0
        }
        retired.endpoints += Self.retire(&endpoints) {
            cells.endpoints[$0].pointee.connections.load(ordering: .acquiring) == 0
        }
        return retired
    }

    private static func retire<Key>(_ registry: inout Registry<Key>, _ isUnused: (Int32) -> Bool) -> [Int32] {
        var retired: [Int32] = []
        for (key, number) in registry.numbers where !registry.named.contains(key) && isUnused(number) {
            retired.append(number)
        }
        guard !retired.isEmpty else { return [] }
        let gone = Set(retired)
        registry.numbers = registry.numbers.filter { !gone.contains($0.value) }
        return retired
    }

    mutating func release(_ retired: Retired) {
        for number in retired.addresses { addresses.pool.giveBack(number) }
        for number in retired.deployments { deployments.pool.giveBack(number) }
        for number in retired.endpoints {
            cells.endpoints[number].pointee.rate.reset()
            cells.endpoints[number].pointee.connectionRate.reset()
            rates[number] = nil
            endpoints.pool.giveBack(number)
        }
    }
}
