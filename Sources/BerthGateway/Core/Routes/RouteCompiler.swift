import BerthModel
import CBerthPlatform
import Synchronization

/// Turns route tables into the form that loops read, and keeps the numbers of endpoints, deployments and addresses
/// stable from one table to the next. Runs on the administration's thread, never on a loop.
struct RouteCompiler {
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
    private var endpoints = NumberRegistry(capacity: SharedCells.maxEndpoints)
    private var deployments = NumberRegistry(capacity: SharedCells.maxDeployments)
    private var addresses = NumberRegistry(capacity: SharedCells.maxAddresses)
    /// The instances' ids by the numbers of their addresses.
    private var instances: [Int32: String] = [:]
    /// The last table in its compiled form, for the names in it.
    private var latest: CompiledRoutes?
    private var rates: [Int32: Rates] = [:]
    private var tokenKeys = TokenKeys([])

    init(cells: SharedCells) { self.cells = cells }

    /// - Returns: nil where the table has more of something than there are numbers.
    mutating func compile(_ table: RouteTable) -> CompiledRoutes? {
        endpoints.begin()
        deployments.begin()
        addresses.begin()
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
        let routes = CompiledRoutes(
            revision: table.revision,
            domainSuffix: arena.text(domain),
            endpoints: compiled,
            tokenKeys: tokenKeys,
            ports: table.endpoints.map { UInt16($0.localPort) },
            memory: arena.blocks
        )
        latest = routes
        return routes
    }

    private mutating func compile(
        _ endpoint: RouteTable.Endpoint,
        _ workspace: UnsafePointer<CompiledWorkspace>,
        into arena: inout Arena
    ) -> CompiledEndpoint? {
        let key = OwnerKey(endpoint.workspace, endpoint.name, String(endpoint.localPort))
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
            guard let one = compile(deployment, of: endpoint, into: &arena) else { return nil }
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
            auth: compile(endpoint.auth, of: endpoint, into: &arena),
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
        key: OwnerKey,
        _ workspace: UnsafePointer<CompiledWorkspace>,
        into arena: inout Arena
    ) -> CompiledEndpoint? {
        if let old = endpoints.remove(key) { superseded.append(old) }
        return compile(endpoint, workspace, into: &arena)
    }

    private var superseded: [Int32] = []

    /// Keys of the last table that cannot be read.
    var keyProblems: [String] { tokenKeys.problems }

    private func compile(
        _ auth: RouteTable.Auth,
        of endpoint: RouteTable.Endpoint,
        into arena: inout Arena
    ) -> CompiledAuth {
        switch auth {
        case .none: return .none
        case .amlToken:
            let claim = ScoringToken.endpointClaim(workspace: endpoint.workspace, endpoint: endpoint.name)
            return .amlToken(arena.text(claim))
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
        of endpoint: RouteTable.Endpoint,
        into arena: inout Arena
    ) -> CompiledDeployment? {
        let key = OwnerKey(endpoint.workspace, endpoint.name, String(endpoint.localPort), deployment.name)
        guard let number = deployments.number(of: key) else { return nil }
        var compiledAddresses: [CompiledAddress] = []
        for instance in deployment.instances {
            let count = instance.addresses.count
            let concurrency = deployment.maxConcurrentRequestsPerInstance
            for (index, address) in instance.addresses.enumerated() {
                // The instance's concurrency is spread over its workers; the first take what does not divide.
                let capacity = concurrency / count + (index < concurrency % count ? 1 : 0)
                guard capacity > 0 else { continue }
                let key = OwnerKey(instance.id, Self.text(of: address))
                guard let number = addresses.number(of: key) else { return nil }
                // A copy: the table's own text would keep what it was read from in memory.
                if instances[number] == nil {
                    instances[number] = String(decoding: Array(instance.id.utf8), as: UTF8.self)
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
            scoringPath: deployment.scoringPath == "/score" ? Self.usualPath : arena.text(deployment.scoringPath),
            passesEveryPath: deployment.passesEveryPath || deployment.scoringPath != "/score",
            addresses: arena.array(compiledAddresses)
        )
    }

    /// Most deployments have it: it stands in the table once.
    private static var usualPath: ByteText {
        let path: StaticString = "/score"
        return ByteText(base: path.utf8Start, count: path.utf8CodeUnitCount)
    }

    private static func text(of address: RouteTable.Address) -> String {
        switch address {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port): "tcp:\(host):\(port)"
        }
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
        addresses.forEach { number, isNamed in
            let count = cells.addresses[number].pointee.inFlight.load(ordering: .acquiring)
            guard count > 0 || isNamed, let instance = instances[number] else { return }
            counts[instance, default: 0] += count
        }
        return counts
    }

    /// Who the numbers of the last table are, that counters are kept under.
    var names: StatsNames {
        var names = StatsNames()
        guard let latest else { return names }
        for endpoint in latest.endpoints {
            let (name, workspace) = (endpoint.name.string, endpoint.workspace.pointee.name.string)
            names.endpoints.append((number: endpoint.number, name: name, workspace: workspace))
            for deployment in endpoint.deployments {
                names.deployments.append(
                    (
                        number: deployment.number, endpoint: name, workspace: workspace,
                        name: deployment.name.string
                    )
                )
            }
        }
        return names
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
        retired.addresses = addresses.retire {
            cells.addresses[$0].pointee.inFlight.load(ordering: .acquiring) == 0
        }
        retired.deployments = deployments.retire {
            cells.deployments[$0].pointee.pending.load(ordering: .acquiring) == 0
        }
        retired.endpoints += endpoints.retire {
            cells.endpoints[$0].pointee.connections.load(ordering: .acquiring) == 0
        }
        return retired
    }

    mutating func release(_ retired: Retired) {
        for number in retired.addresses {
            instances[number] = nil
            addresses.giveBack(number)
        }
        for number in retired.deployments { deployments.giveBack(number) }
        for number in retired.endpoints {
            cells.endpoints[number].pointee.rate.reset()
            cells.endpoints[number].pointee.connectionRate.reset()
            rates[number] = nil
            endpoints.giveBack(number)
        }
    }
}

/// What a number stands for, as 128 bits of a SHA-256: with ten thousand endpoints the names themselves would cost more
/// than the table, and keep what it was read from in memory.
struct OwnerKey: Hashable {
    private let words: (UInt64, UInt64)

    /// - Parameter parts: names that cannot hold a NUL, which stands between them.
    init(_ parts: String...) {
        var text: [UInt8] = []
        for part in parts {
            text += part.utf8
            text.append(0)
        }
        var digest: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &digest) { bytes in
            guard let place = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            berth_sha256(text, text.count, place)
        }
        words = (digest.0, digest.1)
    }

    static func == (left: OwnerKey, right: OwnerKey) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

/// Numbers by what they stand for; they stay the same from one table to the next.
struct NumberRegistry {
    private struct Entry {
        var number: Int32
        /// Of the last table that named it.
        var table: Int
    }

    private var entries: [OwnerKey: Entry] = [:]
    private var pool: NumberPool
    private var table = 0

    init(capacity: Int) { pool = NumberPool(capacity: capacity) }

    /// Begins with another table: nothing is named by it yet.
    mutating func begin() { table += 1 }

    /// nil where there are no more numbers.
    mutating func number(of key: OwnerKey) -> Int32? {
        if let entry = entries[key] {
            entries[key] = Entry(number: entry.number, table: table)
            return entry.number
        }
        guard let number = pool.take() else { return nil }
        entries[key] = Entry(number: number, table: table)
        return number
    }

    /// Takes the number away from its owner; it is not free yet.
    mutating func remove(_ key: OwnerKey) -> Int32? { entries.removeValue(forKey: key)?.number }

    /// All numbers, and whether the last table names their owners.
    func forEach(_ body: (Int32, Bool) -> Void) {
        for entry in entries.values { body(entry.number, entry.table == table) }
    }

    /// Removes the owners that the last table does not name and whose numbers nothing uses.
    mutating func retire(_ isUnused: (Int32) -> Bool) -> [Int32] {
        let gone = entries.filter { $0.value.table != table && isUnused($0.value.number) }
        for key in gone.keys { entries[key] = nil }
        return gone.values.map(\.number)
    }

    mutating func giveBack(_ number: Int32) { pool.giveBack(number) }
}
