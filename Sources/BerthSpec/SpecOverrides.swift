/// `--set`, `--add` and `--remove`: changes to a spec's tree before it is checked.
package struct SpecOverrides: Sendable {
    /// `path=value` each. Values are JSON where they can be read so, else texts.
    package var set: [String]
    /// The words of each `--add`: a path, then `key=value`, JSON or a text.
    package var add: [[String]]
    /// The words of each `--remove`: a path, then perhaps an index of the list there.
    package var remove: [[String]]
    /// Take every value as a text.
    package var forceString: Bool

    package static let none = SpecOverrides()

    package init(
        set: [String] = [],
        add: [[String]] = [],
        remove: [[String]] = [],
        forceString: Bool = false
    ) {
        self.set = set
        self.add = add
        self.remove = remove
        self.forceString = forceString
    }

    package var isEmpty: Bool { self.set.isEmpty && add.isEmpty && remove.isEmpty }
}
