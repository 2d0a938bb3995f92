/// What is known of a spec's environment before it is built: without the network, and without starting a program where
/// the machine's interpreters are known already.
package struct EnvironmentOutlook: Sendable {
    /// The interpreter that the environment would have; nil where another tool chooses it.
    package var python: String?
    package var pythonVersion: String
    /// Names of the packages that are asked for, in PyPI's normal form.
    package var packages: [String]
    /// Some requirement is an address or a path, or another tool resolves: `packages` is not all.
    package var isPartial: Bool
    /// The environment itself, where it was built before.
    package var prepared: PreparedEnvironment?
}
