/// BerthModel: the nouns of managed online endpoints and the rules that decide about them. No I/O, no clock.

/// An amount of memory or disk.
package struct Bytes: Hashable, Comparable, Sendable {
    package var count: Int

    package init(_ count: Int) { self.count = count }

    package static func mebibytes(_ count: Double) -> Bytes { Bytes(Int(count * 1_048_576)) }
    package static func gibibytes(_ count: Double) -> Bytes { Bytes(Int(count * 1_073_741_824)) }
    package static func < (left: Bytes, right: Bytes) -> Bool { left.count < right.count }

    /// For people: `1.5 GiB`, `300 MiB`, `12 bytes`.
    package var text: String {
        let units: [(Double, String)] = [(1_073_741_824, "GiB"), (1_048_576, "MiB"), (1024, "KiB")]
        for (size, unit) in units where Double(count) >= size {
            let tenths = (Double(count) / size * 10).rounded() / 10
            return tenths == tenths.rounded() ? "\(Int(tenths)) \(unit)" : "\(tenths) \(unit)"
        }
        return "\(count) bytes"
    }
}

/// A number of virtual processor cores.
package struct Cores: Hashable, Comparable, Sendable {
    package var count: Int

    package init(_ count: Int) { self.count = count }

    package static func < (left: Cores, right: Cores) -> Bool { left.count < right.count }
}

/// A share of traffic, 0 to 100.
package struct Percent: Hashable, Comparable, Sendable {
    package var value: Int

    /// nil outside of 0 to 100.
    package init?(_ value: Int) {
        guard (0...100).contains(value) else { return nil }
        self.value = value
    }

    package static func < (left: Percent, right: Percent) -> Bool { left.value < right.value }
}

/// A text that is never printed: its description is `***`.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    package init(_ value: String) { self.value = value }

    /// The text itself, for the one place that sends or compares it.
    package func reveal() -> String { value }
    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
