/// Which deployment takes which request: smooth weighted round robin, laid out once for a whole period.
///
/// Within a period every deployment has exactly its share, and its turns are spread evenly.
enum TrafficSchedule {
    /// The indices of the deployments in the order of their turns; as long as the weights' sum over their common
    /// divisor, at most 100 for percents. Empty where every weight is 0.
    static func period(of weights: [Int]) -> [UInt8] {
        let divisor = weights.reduce(0, greatestCommonDivisor)
        guard divisor > 0 else { return [] }
        let steps = weights.map { $0 / divisor }
        let total = steps.reduce(0, +)
        var current = [Int](repeating: 0, count: steps.count)
        var period: [UInt8] = []
        period.reserveCapacity(total)
        for _ in 0..<total {
            var best = 0
            for index in steps.indices {
                current[index] += steps[index]
                if current[index] > current[best] { best = index }
            }
            current[best] -= total
            period.append(UInt8(best))
        }
        return period
    }

    private static func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
        right == 0 ? left : greatestCommonDivisor(right, left % right)
    }

    /// Whether the n-th request is copied when `percent` of all are.
    static func isMirrored(_ place: Int, percent: Int) -> Bool {
        (place + 1) * percent / 100 > place * percent / 100
    }
}
