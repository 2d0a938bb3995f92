import BerthGatewayLink

/// What a loop counts, by deployment and, for requests that reached none, by endpoint. Only the loop touches it.
struct Counters {
    struct Cell {
        /// Of answers, by place in `statuses`; the last place holds the others.
        var answers: UnsafeMutablePointer<Int>?
        var requestBytes = 0
        var responseBytes = 0
        var mirrored = 0
        var mirrorsDropped = 0
        var durationNsSum: Int64 = 0
    }

    static let statuses = [
        200, 400, 401, 403, 404, 408, 413, 414, 417, 424, 429, 431, 499, 500, 503, 505, 201, 204, 301, 302, 304, 405,
        409, 415, 422, 501, 502, 504, 0,
    ]
    /// Per cell: answers, the model's answers, latency buckets.
    private static let words = 2 * statuses.count + GatewayStats.latencyBoundsMs.count + 1
    /// The place of a status in `statuses`, found by the status itself.
    private let places: UnsafeMutablePointer<UInt8>
    private let bounds: UnsafeMutablePointer<Int64>
    let deployments = Slab<Cell>(capacity: SharedCells.maxDeployments) { _ in Cell() }
    let endpoints = Slab<Cell>(capacity: SharedCells.maxEndpoints) { _ in Cell() }
    /// Of requests that reached no endpoint.
    let unrouted: UnsafeMutablePointer<Cell>
    let connectionsAccepted: UnsafeMutablePointer<Int>

    init() {
        places = .allocate(capacity: 1024)
        places.initialize(repeating: UInt8(Self.statuses.count - 1), count: 1024)
        for (place, status) in Self.statuses.enumerated() where status > 0 { places[status] = UInt8(place) }
        bounds = .allocate(capacity: GatewayStats.latencyBoundsMs.count)
        for (place, bound) in GatewayStats.latencyBoundsMs.enumerated() { bounds[place] = Int64(bound * 1_000_000) }
        unrouted = .allocate(capacity: 1)
        unrouted.initialize(to: Cell())
        connectionsAccepted = .allocate(capacity: 1)
        connectionsAccepted.initialize(to: 0)
    }

    @inline(__always)
    func count(_ cell: UnsafeMutablePointer<Cell>, status: Int32, modelStatus: Int32, durationNs: Int64) {
        let answers = cell.pointee.answers ?? make(cell)
        answers[Int(places[Int(status) & 1023])] += 1
        if modelStatus > 0 { answers[Self.statuses.count + Int(places[Int(modelStatus) & 1023])] += 1 }
        var bucket = 0
        let last = GatewayStats.latencyBoundsMs.count
        while bucket < last, durationNs > bounds[bucket] { bucket += 1 }
        answers[2 * Self.statuses.count + bucket] += 1
        cell.pointee.durationNsSum += durationNs
    }

    @inline(never)
    private func make(_ cell: UnsafeMutablePointer<Cell>) -> UnsafeMutablePointer<Int> {
        let answers = UnsafeMutablePointer<Int>.allocate(capacity: Self.words)
        answers.initialize(repeating: 0, count: Self.words)
        cell.pointee.answers = answers
        return answers
    }

    func free() {
        deployments.forEach { _, cell in cell.pointee.answers?.deallocate() }
        endpoints.forEach { _, cell in cell.pointee.answers?.deallocate() }
        deployments.free()
        endpoints.free()
        unrouted.pointee.answers?.deallocate()
        unrouted.deallocate()
        connectionsAccepted.deallocate()
        places.deallocate()
        bounds.deallocate()
    }

    func forgetDeployment(_ number: Int32) { forget(deployments[number]) }
    func forgetEndpoint(_ number: Int32) { forget(endpoints[number]) }

    private func forget(_ cell: UnsafeMutablePointer<Cell>) {
        cell.pointee.answers?.deallocate()
        cell.pointee = Cell()
    }

    /// A cell's counts as values, to be merged with those of other loops.
    static func add(_ cell: Cell, to sum: inout GatewayStats.Deployment) {
        sum.requestBytes += cell.requestBytes
        sum.responseBytes += cell.responseBytes
        sum.mirrored += cell.mirrored
        sum.mirrorsDropped += cell.mirrorsDropped
        sum.durationMsSum += Double(cell.durationNsSum) / 1_000_000
        guard let answers = cell.answers else { return }
        for (place, status) in statuses.enumerated() {
            if answers[place] > 0 { sum.statuses[status, default: 0] += answers[place] }
            let model = answers[statuses.count + place]
            if model > 0 { sum.modelStatuses[status, default: 0] += model }
        }
        let buckets = GatewayStats.latencyBoundsMs.count + 1
        if sum.latency.isEmpty { sum.latency = [Int](repeating: 0, count: buckets) }
        for bucket in 0..<buckets { sum.latency[bucket] += answers[2 * statuses.count + bucket] }
    }
}
