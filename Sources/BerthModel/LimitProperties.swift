package import BerthDiagnostics

/// The limits of an endpoint as its `properties` ask for them, within the administrator's ceilings.
///
/// | property | sets | `azure-2021` | `azure-2026` |
/// | --- | --- | --- | --- |
/// | `berth.preset` | all of the following at once | the default | |
/// | `berth.requests_per_second` | `requestsPerSecond` | 100 | 500 |
/// | `berth.max_request_bytes` | `maxRequestBytes` | 1572864 | 1572864 |
/// | `berth.max_response_bytes` | `maxResponseBytes` | 1572864 | 1572864 |
/// | `berth.max_connections` | `maxConnections` | 0 | 500 |
/// | `berth.new_connections_per_second` | `newConnectionsPerSecond` | 0 | 500 |
/// | `berth.bandwidth_bytes_per_second` | `bandwidthBytesPerSecond` | 0 | 5000000 |
///
/// 0 is no limit, which only the numbers that a preset has as 0, and the rate, may be set to.
package enum LimitProperties {
    package static let preset = "berth.preset"

    /// One number: its property, its place, and what it may be without ceilings.
    private struct Setting {
        let property: String
        let place: any WritableKeyPath<RouteTable.Limits, Int> & Sendable
        let range: ClosedRange<Int>
    }

    private static let settings: [Setting] = [
        Setting(property: "berth.requests_per_second", place: \.requestsPerSecond, range: 0...10_000_000),
        Setting(property: "berth.max_request_bytes", place: \.maxRequestBytes, range: 1...(1 << 30)),
        Setting(property: "berth.max_response_bytes", place: \.maxResponseBytes, range: 1...(1 << 40)),
        Setting(property: "berth.max_connections", place: \.maxConnections, range: 0...1_000_000),
        Setting(property: "berth.new_connections_per_second", place: \.newConnectionsPerSecond, range: 0...1_000_000),
        Setting(property: "berth.bandwidth_bytes_per_second", place: \.bandwidthBytesPerSecond, range: 0...(1 << 40)),
    ]

    /// - Parameters:
    ///   - properties: of the endpoint; other keys than those above are not looked at.
    ///   - ceilings: the highest value of each number that an endpoint may have; 0: no ceiling. They hold for what a
    ///     preset says too.
    /// - Returns: limits that can be served whatever the properties say, and what is wrong with these: a value that
    ///   cannot be read counts as absent, one above its ceiling as the ceiling.
    package static func limits(
        of properties: [String: String],
        ceilings: RouteTable.Limits = .none
    ) -> (limits: RouteTable.Limits, problems: [Diagnostic]) {
        var problems: [Diagnostic] = []
        var limits = RouteTable.Limits()
        switch properties[preset] {
        case nil, "azure-2021": break
        case "azure-2026": limits = .azure2026
        case .some(let other):
            problems.append(
                problem(preset, other, "no preset", help: "write `\(preset): azure-2021` or `\(preset): azure-2026`")
            )
        }
        for setting in settings {
            let ceiling = ceilings[keyPath: setting.place]
            let allowed = ceiling > 0 ? max(setting.range.lowerBound, 1)...max(ceiling, 1) : setting.range
            if let text = properties[setting.property] {
                if let value = Int(text), allowed.contains(value) {
                    limits[keyPath: setting.place] = value
                } else {
                    if let value = Int(text), ceiling > 0, value > ceiling || value == 0 {
                        limits[keyPath: setting.place] = ceiling
                    }
                    problems.append(
                        problem(
                            setting.property,
                            text,
                            "not a number from \(allowed.lowerBound) to \(allowed.upperBound)",
                            help: "write \(setting.property) as a number from \(allowed.lowerBound) to "
                                + "\(allowed.upperBound)"
                                + (ceiling > 0 ? ", or ask the administrator to raise the ceiling" : "")
                        )
                    )
                }
            }
            let value = limits[keyPath: setting.place]
            if ceiling > 0, value == 0 || value > ceiling { limits[keyPath: setting.place] = ceiling }
        }
        return (limits, problems)
    }

    private static func problem(_ property: String, _ value: String, _ what: String, help: String) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .specInvalid,
            "the property `\(property)` of the endpoint is `\(value.prefix(100))`, which is \(what)",
            help: [help]
        )
    }
}

extension RouteTable.Limits {
    /// Without any limit; as ceilings: without any ceiling.
    package static var none: RouteTable.Limits {
        var limits = RouteTable.Limits()
        limits.requestsPerSecond = 0
        limits.maxRequestBytes = 0
        limits.maxResponseBytes = 0
        return limits
    }
}
