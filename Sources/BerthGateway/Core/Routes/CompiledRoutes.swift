import Glibc

/// An endpoint as the loops see it.
struct CompiledEndpoint {
    var number: Int32
    var name: ByteText
    var workspace: UnsafePointer<CompiledWorkspace>
    var cells: UnsafeMutablePointer<EndpointCells>
    var auth: CompiledAuth
    /// 0 where there is no limit, for each of these.
    var requestsPerSecond: Int
    var maxRequestBytes: Int
    var maxResponseBytes: Int
    var maxConnections: Int
    var newConnectionsPerSecond: Int
    var bandwidthBytesPerSecond: Int
    var isLocal: Bool
    var deployments: UnsafeBufferPointer<CompiledDeployment>
    /// Which deployment takes the n-th request, modulo its length; empty where no deployment has traffic.
    var schedule: UnsafeBufferPointer<UInt8>
    /// Percent of copied requests by deployment; empty where there is no mirror.
    var mirror: UnsafeBufferPointer<CompiledMirror>

    func deployment(named name: UnsafeRawBufferPointer) -> UnsafePointer<CompiledDeployment>? {
        guard let first = deployments.baseAddress else { return nil }
        for index in 0..<deployments.count where first[index].name.equals(name) { return first + index }
        return nil
    }
}

enum CompiledAuth {
    case none
    /// 32 bytes for each key.
    case keys(UnsafeBufferPointer<UInt8>)
    /// With the claim `endpoint` of a token for this endpoint.
    case amlToken(ByteText)
    /// With the object ids that may score, in lower case and in order.
    case aadToken(UnsafeBufferPointer<ByteText>)
}

/// What the traffic log says of a workspace.
struct CompiledWorkspace {
    var name: ByteText
    var id: ByteText
    var subscriptionID: ByteText
    var location: ByteText
}

struct CompiledMirror {
    var deployment: Int32
    var percent: Int32
}

/// A deployment as the loops see it.
struct CompiledDeployment {
    var number: Int32
    var name: ByteText
    var cells: UnsafeMutablePointer<DeploymentCells>
    var timeoutNs: Int64
    var maxConcurrentPerInstance: Int
    var instanceCount: Int
    var scoringPath: ByteText
    var passesEveryPath: Bool
    var addresses: UnsafeBufferPointer<CompiledAddress>

    /// Source: the 2021 guide's status table.
    var pendingLimit: Int { 2 * maxConcurrentPerInstance * instanceCount }
}

/// One address of an instance as the loops see it.
struct CompiledAddress {
    var number: Int32
    var cells: UnsafeMutablePointer<AddressCells>
    /// Requests that may be with it at once.
    var capacity: Int
    var socketAddress: UnsafeRawPointer
    var socketAddressSize: UInt32
    var isTCP: Bool
}

/// A route table in the form that loops read: flat, immutable, without reference counts inside.
///
/// Safe: written by `RouteCompiler` before it is published, only read afterwards, freed when the last loop lets go.
final class CompiledRoutes: @unchecked Sendable {
    let revision: Int
    /// With a leading dot and in lower case; empty where endpoints are found by path alone.
    let domainSuffix: ByteText
    let endpoints: UnsafeMutableBufferPointer<CompiledEndpoint>
    let tokenKeys: TokenKeys
    /// The owners of all memory that the endpoints point into.
    private let memory: [UnsafeMutableRawPointer]
    /// Open addressing by a hash of the name; -1 where a place is free. The length is a power of two.
    private let byName: UnsafeMutableBufferPointer<Int32>
    private let byPort: UnsafeMutableBufferPointer<Int32>
    private let ports: [UInt16]

    init(
        revision: Int,
        domainSuffix: ByteText,
        endpoints: UnsafeMutableBufferPointer<CompiledEndpoint>,
        tokenKeys: TokenKeys,
        ports: [UInt16],
        memory: [UnsafeMutableRawPointer]
    ) {
        self.revision = revision
        self.domainSuffix = domainSuffix
        self.endpoints = endpoints
        self.tokenKeys = tokenKeys
        self.memory = memory
        self.ports = ports
        var size = 16
        while size < endpoints.count * 2 { size *= 2 }
        byName = .allocate(capacity: size)
        byName.initialize(repeating: -1)
        byPort = .allocate(capacity: size)
        byPort.initialize(repeating: -1)
        for index in endpoints.indices {
            if ports[index] != 0 {
                insert(index, hash: Self.hash(port: ports[index]), into: byPort)
            } else {
                insert(index, hash: Self.hash(endpoints[index].name.bytes), into: byName)
            }
        }
    }

    deinit {
        byName.deallocate()
        byPort.deallocate()
        endpoints.deallocate()
        for block in memory { block.deallocate() }
    }

    private func insert(_ index: Int, hash: UInt64, into table: UnsafeMutableBufferPointer<Int32>) {
        var place = Int(truncatingIfNeeded: hash) & (table.count - 1)
        while table[place] >= 0 { place = (place + 1) & (table.count - 1) }
        table[place] = Int32(index)
    }

    /// FNV-1a over lower-case letters: host names are compared without regard to case, and so may paths be.
    private static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name { value = (value ^ UInt64(lowered(byte))) &* 0x100_0000_01B3 }
        return value ^ value >> 32
    }

    private static func hash(port: UInt16) -> UInt64 { UInt64(port) &* 0x9E37_79B9_7F4A_7C15 >> 40 }

    /// The endpoint on the shared listener; names are compared without regard to case.
    func endpoint(named name: UnsafeRawBufferPointer) -> UnsafePointer<CompiledEndpoint>? {
        guard let first = endpoints.baseAddress else { return nil }
        var place = Int(truncatingIfNeeded: Self.hash(name)) & (byName.count - 1)
        while byName[place] >= 0 {
            let candidate = first + Int(byName[place])
            if equalsIgnoringCase(candidate.pointee.name.bytes, name) { return UnsafePointer(candidate) }
            place = (place + 1) & (byName.count - 1)
        }
        return nil
    }

    /// The endpoint with a port of its own.
    func endpoint(onPort port: UInt16) -> UnsafePointer<CompiledEndpoint>? {
        guard let first = endpoints.baseAddress else { return nil }
        var place = Int(truncatingIfNeeded: Self.hash(port: port)) & (byPort.count - 1)
        while byPort[place] >= 0 {
            if ports[Int(byPort[place])] == port { return UnsafePointer(first + Int(byPort[place])) }
            place = (place + 1) & (byPort.count - 1)
        }
        return nil
    }
}
