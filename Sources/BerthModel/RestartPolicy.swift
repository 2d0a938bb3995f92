/// When an instance that ended is started anew: at once after a long life, later and later while it keeps dying.
package struct RestartPolicy: Hashable, Sendable {
    package struct Settings: Hashable, Sendable {
        package var first: Duration = .seconds(1)
        package var longest: Duration = .seconds(60)
        /// After this long a life the count begins anew.
        package var forgiveAfter: Duration = .seconds(120)

        package init() {}
    }

    private let settings: Settings
    private var failuresInARow = 0

    package init(settings: Settings = Settings()) { self.settings = settings }

    /// How long to wait before the next start, after a life of `lived`.
    package mutating func ended(after lived: Duration) -> Duration {
        if lived >= settings.forgiveAfter { failuresInARow = 0 }
        failuresInARow += 1
        guard failuresInARow > 1 else { return .zero }
        let doublings = min(failuresInARow - 2, 16)
        return min(settings.first * (1 << doublings), settings.longest)
    }
}
