import Yams

/// A conda file that is written inside of a spec, as the text of a file.
enum CondaText {
    static func text(_ node: SpecNode) -> String {
        let tree = yaml(node)
        do {
            return try Yams.serialize(node: tree, allowUnicode: true)
        } catch {
            preconditionFailure("a tree that was read cannot be written as YAML: \(error)")
        }
    }

    private static func yaml(_ node: SpecNode) -> Node {
        switch node.content {
        case .scalar(let scalar):
            // Quotes stay: `"3.10"` is a text for the reader of the conda file too.
            Node(scalar.text, scalar.isPlain ? .implicit : Tag(.str), scalar.isPlain ? .plain : .doubleQuoted)
        case .sequence(let elements):
            Node(elements.map(yaml), .implicit, .block)
        case .mapping(let entries):
            Node(entries.map { (Node($0.key), yaml($0.value)) }, .implicit, .block)
        }
    }
}
