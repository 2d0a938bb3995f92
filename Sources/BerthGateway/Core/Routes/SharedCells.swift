import Synchronization

/// What the event loops share about an endpoint: places in its sequences, and the times of its last requests.
struct EndpointCells: ~Copyable {
    let splitPlace = Atomic<Int>(0)
    let mirrorPlace = Atomic<Int>(0)
    /// Connections whose last request was for it.
    let connections = Atomic<Int>(0)
    let connectionsMade = Atomic<Int>(0)
    let rate = RateWindow()
    let connectionRate = RateWindow()
    let requestBandwidth = BandwidthMeter()
    let responseBandwidth = BandwidthMeter()

    init() {}
}

/// What the event loops share about a deployment.
struct DeploymentCells: ~Copyable {
    /// Requests that hold a pending place: from the acceptance of the head to the answer's end.
    let pending = Atomic<Int>(0)
    /// A bit for each loop where requests wait for a slot.
    let waitingLoops = Atomic<UInt64>(0)

    init() {}
}

/// What the event loops share about one address of an instance.
struct AddressCells: ~Copyable {
    /// Requests that are with it now.
    let inFlight = Atomic<Int>(0)

    init() {}

    /// Takes a slot where fewer than `capacity` are taken.
    @inline(__always)
    func take(capacity: Int) -> Bool {
        var seen = inFlight.load(ordering: .relaxed)
        while seen < capacity {
            let (exchanged, original) = inFlight.compareExchange(
                expected: seen,
                desired: seen + 1,
                ordering: .acquiringAndReleasing
            )
            if exchanged { return true }
            seen = original
        }
        return false
    }
}

/// At most `limit` requests in any second: exact up to 4096 a second, in steps of a part in 4096 above.
///
/// A ring holds when each of the last requests was accepted; the next is accepted when the one that it overwrites is a
/// second old. The ring is made at the first request, so that ten thousand idle endpoints cost nothing.
struct RateWindow: ~Copyable {
    private static let maxSlots = 4096
    private static let second: Int64 = 1_000_000_000
    private let ring = Atomic<UInt>(0)
    private let sequence = Atomic<Int>(0)

    init() {}

    deinit { release(ring.load(ordering: .relaxed)) }

    private func release(_ address: UInt) {
        UnsafeMutablePointer<Int64>(bitPattern: address)?.deallocate()
    }

    /// Forgets the past: for a change of the limit, while no loop uses the endpoint.
    func reset() {
        release(ring.exchange(0, ordering: .acquiringAndReleasing))
        sequence.store(0, ordering: .relaxed)
    }

    /// Whether one more request may pass. `limit`: requests a second; the same for the life of the ring.
    func accept(limit: Int, now: Int64) -> Bool {
        let group = (limit + Self.maxSlots - 1) / Self.maxSlots
        let slots = (limit + group - 1) / group
        guard let times = times(slots, now: now) else { return true }
        var place = sequence.load(ordering: .relaxed)
        while true {
            let isCounted = place % group == 0
            let slot = times + place / group % slots
            if isCounted, now - slot.pointee < Self.second { return false }
            let (exchanged, original) = sequence.compareExchange(
                expected: place,
                desired: place + 1,
                ordering: .acquiringAndReleasing
            )
            if exchanged {
                if isCounted { slot.pointee = now }
                return true
            }
            place = original
        }
    }

    @inline(__always)
    private func times(_ slots: Int, now: Int64) -> UnsafeMutablePointer<Int64>? {
        if let made = UnsafeMutablePointer<Int64>(bitPattern: ring.load(ordering: .acquiring)) { return made }
        return make(slots, now: now)
    }

    @inline(never)
    private func make(_ slots: Int, now: Int64) -> UnsafeMutablePointer<Int64>? {
        let fresh = UnsafeMutablePointer<Int64>.allocate(capacity: slots)
        fresh.initialize(repeating: now - Self.second, count: slots)
        let (exchanged, original) = ring.compareExchange(
            expected: 0,
            desired: UInt(bitPattern: fresh),
            ordering: .acquiringAndReleasing
        )
        if exchanged { return fresh }
        fresh.deallocate()
        return UnsafeMutablePointer(bitPattern: original)
    }
}

/// Bytes of a second, exact over time: it says how long what has just passed must be held back.
///
/// It keeps the time at which everything so far would have passed at the given rate (the generic cell rate algorithm);
/// a second's worth passes at once.
struct BandwidthMeter: ~Copyable {
    private static let burst = 1_000_000_000
    private let due = Atomic<Int>(0)

    init() {}

    /// Counts `bytes`; how many nanoseconds they are to be held back.
    func charge(_ bytes: Int, perSecond rate: Int, now: Int64) -> Int64 {
        let cost = Int((Double(bytes) * 1e9 / Double(rate)).rounded(.up))
        var seen = due.load(ordering: .relaxed)
        while true {
            let next = max(seen, Int(now) - Self.burst) + cost
            let (exchanged, original) = due.compareExchange(expected: seen, desired: next, ordering: .relaxed)
            if exchanged { return max(0, Int64(next) - now) }
            seen = original
        }
    }
}

/// The cells of everything, at places that never move, found by the numbers that the compiler of tables gives out.
///
/// Safe: made before the first loop starts and freed after the last has ended; the slabs' chunks are touched by the compiling thread before
/// a table that names them is published, so loops only ever read their addresses. What the cells hold is atomic.
final class SharedCells: @unchecked Sendable {
    static let maxEndpoints = 32_768
    static let maxDeployments = 131_072
    static let maxAddresses = 262_144

    let endpoints = Slab<EndpointCells>(capacity: maxEndpoints) { _ in EndpointCells() }
    let deployments = Slab<DeploymentCells>(capacity: maxDeployments) { _ in DeploymentCells() }
    let addresses = Slab<AddressCells>(capacity: maxAddresses) { _ in AddressCells() }

    deinit {
        endpoints.free()
        deployments.free()
        addresses.free()
    }
}
