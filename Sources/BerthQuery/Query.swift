/// BerthQuery: JMESPath, complete, over `BerthJSON`; what `--query` and `berth query` apply.

package import BerthJSON

/// A JMESPath expression, parsed once and applied to any number of values.
///
/// Follows the JMESPath specification and its compliance tests. Where the specification is silent it does as the
/// Python implementation does, since that is what `az --query` runs: strings can be ordered with `<`, and a literal
/// that is no JSON is taken as a string. Objects keep the order of their keys. `1 == 1.0`, `true != 1`.
package struct Query: Sendable {
    /// Longest accepted expression, in bytes of UTF-8.
    package static let maxExpressionBytes = 65_536
    /// Deepest accepted nesting. Chains (`a.b.c`, `a || b || c`) do not nest.
    package static let maxDepth = 256

    package let expression: String
    private let root: Node

    /// Parses `expression`; throws an error of kind `syntax` where it is none.
    package init(_ expression: String) throws(QueryError) {
        guard expression.utf8.count <= Self.maxExpressionBytes else {
            throw QueryError(.syntax, "the expression is longer than \(Self.maxExpressionBytes) bytes", at: 0)
        }
        self.expression = expression
        let source = QuerySource(expression)
        do {
            var parser = try QueryParser(source)
            root = try parser.expressionToEnd()
        } catch {
            throw source.located(error)
        }
    }

    /// The result of the expression on `value`; throws any kind but `syntax`.
    package func apply(to value: JSON) throws(QueryError) -> JSON {
        do {
            return try root.evaluate(on: value)
        } catch {
            throw QuerySource(expression).located(error)
        }
    }
}

/// Why an expression is wrong, or cannot be applied to a value.
package struct QueryError: Error, Hashable, Sendable {
    /// The error kinds of the JMESPath specification.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case syntax
        case invalidType = "invalid-type"
        case invalidArity = "invalid-arity"
        case invalidValue = "invalid-value"
        case unknownFunction = "unknown-function"
    }

    package var kind: Kind
    /// Lower-case start, no full stop; does not repeat the kind.
    package var message: String
    /// Where in the expression, 0-based, in Unicode scalars.
    package var offset: Int

    package init(_ kind: Kind, _ message: String, at offset: Int) {
        self.kind = kind
        self.message = message
        self.offset = offset
    }
}

/// The bytes of an expression. Inside the module an offset counts bytes; `located` turns it into scalars.
struct QuerySource {
    let bytes: [UInt8]

    init(_ expression: String) { bytes = Array(expression.utf8) }

    func located(_ error: QueryError) -> QueryError {
        var located = error
        // A scalar begins at each byte that does not continue another one.
        located.offset = bytes.prefix(error.offset).count { $0 & 0xC0 != 0x80 }
        return located
    }
}
