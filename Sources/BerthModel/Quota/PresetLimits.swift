/// Limits that hold until an administrator sets others. Source: the service's limits page.
package struct PresetLimits: Hashable, Sendable {
    package var endpointsPerRegion = 100
    package var deploymentsPerRegion = 500
    package var deploymentsPerEndpoint = 20
    package var instancesPerDeployment = 50
    /// Dedicated cores of all families together. Source: 24 to 300, by offer.
    package var coresPerRegion = Cores(300)
    package var coresPerFamily = Cores(100)
    package var graphicsCoresPerFamily = Cores(0)

    package init() {}

    /// As the service was in 2021 to 2023.
    package static var azure2021: PresetLimits {
        var limits = PresetLimits()
        limits.endpointsPerRegion = 50
        limits.deploymentsPerRegion = 200
        limits.instancesPerDeployment = 20
        return limits
    }
}

extension InstanceType {
    /// Whether the sizes of a family have graphics processors. Unknown families have none.
    package static func isGraphicsFamily(_ family: String) -> Bool {
        let wanted = family.lowercased()
        return all.contains { $0.gpus != nil && $0.family.lowercased() == wanted }
    }

    /// Every family that sizes are known of, in the order of the table.
    package static let families: [String] = {
        var seen: Set<String> = []
        return all.map(\.family).filter { seen.insert($0).inserted }
    }()
}
