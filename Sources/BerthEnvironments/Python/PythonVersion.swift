/// A version of the Python language and its patch: `3.11.7`.
package struct PythonVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var major: Int
    package var minor: Int
    package var patch: Int

    package init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// From `3.11.7` or `3.11`; nil where it is anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard (2...3).contains(parts.count), let major = parts[0], let minor = parts[1] else { return nil }
        guard parts.count == 3 else {
            self.init(major, minor)
            return
        }
        guard let patch = parts[2] else { return nil }
        self.init(major, minor, patch)
    }

    /// `3.11.7`.
    package var description: String { "\(major).\(minor).\(patch)" }

    /// `3.11`.
    package var minorText: String { "\(major).\(minor)" }

    package static func < (left: PythonVersion, right: PythonVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    func hasSameMinor(as other: PythonVersion) -> Bool { major == other.major && minor == other.minor }
}
