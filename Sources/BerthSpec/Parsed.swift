/// BerthSpec: YAML specs of today's form and of 2021 to values of the model and back, with the place of every mistake.

package import BerthDiagnostics

/// What reading a spec gave: the value, every mistake, and where each key was written.
package struct Parsed<Spec: Sendable>: Sendable {
    /// nil where there is an error among `diagnostics`.
    package let spec: Spec?
    /// Errors and warnings, in the order of the file's lines.
    package let diagnostics: [Diagnostic]
    package let positions: SpecPositions

    package var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }
    package var warnings: [Diagnostic] { diagnostics.filter { $0.severity == .warning } }
}

/// Where the values of a spec were written.
package struct SpecPositions: Sendable {
    private let root: SpecNode?

    init(root: SpecNode?) { self.root = root }

    /// The place of the value at a key path such as `environment.conda_file` or `deployments[0].name`; of the key where
    /// the value is a mapping or a list. nil where nothing was written there.
    package subscript(_ keyPath: String) -> SourceLocation? { origin(keyPath)?.location }

    /// The line of the file at that place, for a message.
    package func sourceLine(_ keyPath: String) -> String? { origin(keyPath)?.sourceLine }

    private func origin(_ keyPath: String) -> Origin? {
        guard var node = root, let path = OverridePath(keyPath) else { return nil }
        var origin = node.origin
        for step in path.steps {
            switch step {
            case .key(let key):
                guard let entry = node.entry(key) else { return nil }
                node = entry.value
                origin = entry.value.entries == nil && entry.value.elements == nil ? node.origin : entry.keyOrigin
            case .index(let index):
                guard let elements = node.elements, elements.indices.contains(index) else { return nil }
                node = elements[index]
                origin = node.origin
            case .matching(let key, let value):
                guard let element = node.elements?.first(where: { $0[key]?.text == value }) else { return nil }
                node = element
                origin = node.origin
            }
        }
        return origin
    }
}
