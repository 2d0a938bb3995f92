import BerthJSON

/// A node of a parsed expression.
///
/// `depth` is that of the tree below; the parser bounds it, so that walking a tree never exhausts the stack.
struct Node: Sendable {
    indirect enum Form: Sendable {
        case current
        case field(String)
        case index(Int)
        case slice(Slice)
        case literal(JSON)
        /// Each applied to the result of the one before: `a.b`, `a[0]`, `a | b`.
        case chain([Node])
        case or([Node])
        case and([Node])
        case not(Node)
        case comparison(Comparison, Node, Node)
        /// `right` on each element of `left`, nulls left out.
        case listProjection(left: Node, right: Node)
        /// `right` on each value of the object `left`, nulls left out.
        case valueProjection(left: Node, right: Node)
        case filter(left: Node, condition: Node, right: Node)
        case flatten(Node)
        case list([Node])
        case object([(key: String, value: Node)])
        case call(FunctionCall)
    }

    let form: Form
    let depth: Int

    static let current = Node(.current, over: [])

    init(_ form: Form, over children: [Node]) {
        self.form = form
        depth = 1 + (children.lazy.map(\.depth).max() ?? 0)
    }

    /// True for `@` where nothing was written: a projection that ends.
    var isCurrent: Bool { if case .current = form { true } else { false } }
}

/// `[start:stop:step]`.
struct Slice: Sendable {
    let start: Int?
    let stop: Int?
    let step: Int
    /// In bytes of the expression.
    let offset: Int
}

enum Comparison: Sendable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
}

struct FunctionCall: Sendable {
    enum Argument: Sendable {
        case value(Node)
        /// `&expression`.
        case expression(Node)

        var node: Node {
            switch self {
            case .value(let node), .expression(let node): node
            }
        }
    }

    let name: String
    let arguments: [Argument]
    /// Of the name, in bytes of the expression.
    let offset: Int
}
