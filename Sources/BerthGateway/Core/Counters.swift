import BerthGatewayLink

/// What a loop counts, by deployment and, for requests that reached none, by endpoint. Only the loop touches it.
struct Counters {
    struct Cell {
        /// For each place in `statuses`, the last of which holds the others: answers with it, the model's answers with it.
        var answers: UnsafeMutablePointer<Int>?
        /// For each place the latencies of the answers: a count for each bucket, and the sum in nanoseconds.
        var latencies: UnsafeMutablePointer<UnsafeMutablePointer<Int>?>?
        var requestBytes = 0
        var responseBytes = 0
        var mirrored = 0
        var mirrorsDropped = 0

        func free() {
            answers?.deallocate()
            guard let latencies else { return }
            for place in 0..<Counters.statuses.count { latencies[place]?.deallocate() }
            latencies.deallocate()
        }
    }

    static let statuses = [
        200, 400, 401, 403, 404, 408, 413, 414, 417, 424, 429, 431, 499, 500, 503, 505, 201, 204, 301, 302, 304, 405,
        409, 415, 422, 501, 502, 504, 0,
    ]
    private static let buckets = GatewayStats.latencyBoundsMs.count + 1
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
        let place = Int(places[Int(status) & 1023])
        let answers = cell.pointee.answers ?? make(cell)
        answers[place] += 1
        if modelStatus > 0 { answers[Self.statuses.count + Int(places[Int(modelStatus) & 1023])] += 1 }
        let latencies = cell.pointee.latencies?[place] ?? makeLatencies(cell, place)
        var bucket = 0
        let last = Self.buckets - 1
        while bucket < last, durationNs > bounds[bucket] { bucket += 1 }
        latencies[bucket] += 1
        latencies[Self.buckets] += Int(durationNs)
    }

    @inline(never)
    private func make(_ cell: UnsafeMutablePointer<Cell>) -> UnsafeMutablePointer<Int> {
        let answers = UnsafeMutablePointer<Int>.allocate(capacity: 2 * Self.statuses.count)
        answers.initialize(repeating: 0, count: 2 * Self.statuses.count)
        cell.pointee.answers = answers
        return answers
    }

    /// A histogram is made at a status's first answer: most deployments only ever give one or two.
    @inline(never)
    private func makeLatencies(_ cell: UnsafeMutablePointer<Cell>, _ place: Int) -> UnsafeMutablePointer<Int> {
        let all: UnsafeMutablePointer<UnsafeMutablePointer<Int>?>
        if let made = cell.pointee.latencies {
            all = made
        } else {
            all = .allocate(capacity: Self.statuses.count)
            all.initialize(repeating: nil, count: Self.statuses.count)
            cell.pointee.latencies = all
        }
        let latencies = UnsafeMutablePointer<Int>.allocate(capacity: Self.buckets + 1)
        latencies.initialize(repeating: 0, count: Self.buckets + 1)
        all[place] = latencies
        return latencies
    }

    func free() {
        deployments.forEach { _, cell in cell.pointee.free() }
        endpoints.forEach { _, cell in cell.pointee.free() }
        deployments.free()
        endpoints.free()
        unrouted.pointee.free()
        unrouted.deallocate()
        connectionsAccepted.deallocate()
        places.deallocate()
        bounds.deallocate()
    }

    func forgetDeployment(_ number: Int32) { forget(deployments[number]) }
    func forgetEndpoint(_ number: Int32) { forget(endpoints[number]) }

    private func forget(_ cell: UnsafeMutablePointer<Cell>) {
        cell.pointee.free()
        cell.pointee = Cell()
    }

    /// A cell's counts as values, to be merged with those of other loops.
    static func add(_ cell: Cell, to sum: inout GatewayStats.Deployment) {
        sum.requestBytes += cell.requestBytes
        sum.responseBytes += cell.responseBytes
        sum.mirrored += cell.mirrored
        sum.mirrorsDropped += cell.mirrorsDropped
        guard let answers = cell.answers else { return }
        for (place, status) in statuses.enumerated() {
            if answers[place] > 0 { sum.statuses[status, default: 0] += answers[place] }
            let model = answers[statuses.count + place]
            if model > 0 { sum.modelStatuses[status, default: 0] += model }
            guard let latencies = cell.latencies?[place] else { continue }
            var histogram = GatewayStats.Histogram()
            for bucket in 0..<buckets { histogram.counts[bucket] = latencies[bucket] }
            histogram.sumMs = Double(latencies[buckets]) / 1_000_000
            sum.latencies[status, default: GatewayStats.Histogram()].add(histogram)
        }
    }
}
