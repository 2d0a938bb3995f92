import BerthJSON

extension Node {
    /// The value of this expression where `@` is `value`.
    func evaluate(on value: JSON) throws(QueryError) -> JSON {
        switch form {
        case .current: return value
        case .field(let name): return value[name] ?? .null
        case .index(let position): return value.element(at: position)
        case .slice(let slice): return try slice.apply(to: value)
        case .literal(let literal): return literal
        case .chain(let links):
            var result = value
            for link in links { result = try link.evaluate(on: result) }
            return result
        case .or(let branches): return try Self.first(of: branches, on: value) { $0.isTruthy }
        case .and(let branches): return try Self.first(of: branches, on: value) { !$0.isTruthy }
        case .not(let operand): return .bool(!(try operand.evaluate(on: value)).isTruthy)
        case .comparison(let comparison, let left, let right):
            return comparison.apply(try left.evaluate(on: value), try right.evaluate(on: value))
        case .listProjection(let left, let right):
            guard case .array(let elements) = try left.evaluate(on: value) else { return .null }
            return try right.project(elements)
        case .valueProjection(let left, let right):
            guard case .object(let members) = try left.evaluate(on: value) else { return .null }
            return try right.project(members.values)
        case .filter(let left, let condition, let right):
            guard case .array(let elements) = try left.evaluate(on: value) else { return .null }
            var kept: [JSON] = []
            for element in elements where try condition.evaluate(on: element).isTruthy { kept.append(element) }
            return try right.project(kept)
        case .flatten(let operand): return try operand.evaluate(on: value).flattened
        case .list(let elements): return try Self.list(of: elements, on: value)
        case .object(let members): return try Self.object(of: members, on: value)
        case .call(let call): return try call.evaluate(on: value)
        }
    }

    /// The value of the first branch that `decides`, or of the last one; the branches after it are not evaluated.
    private static func first(
        of branches: [Node],
        on value: JSON,
        deciding decides: (JSON) -> Bool
    ) throws(QueryError) -> JSON {
        var result = JSON.null
        for branch in branches {
            result = try branch.evaluate(on: value)
            if decides(result) { break }
        }
        return result
    }

    private func project(_ elements: [JSON]) throws(QueryError) -> JSON {
        var results: [JSON] = []
        results.reserveCapacity(elements.count)
        for element in elements {
            let result = try evaluate(on: element)
            if !result.isNull { results.append(result) }
        }
        return .array(results)
    }

    private static func list(of elements: [Node], on value: JSON) throws(QueryError) -> JSON {
        guard !value.isNull else { return .null }
        var results: [JSON] = []
        for element in elements { results.append(try element.evaluate(on: value)) }
        return .array(results)
    }

    private static func object(
        of members: [(key: String, value: Node)],
        on value: JSON
    ) throws(QueryError) -> JSON {
        guard !value.isNull else { return .null }
        var results = JSONObject()
        for member in members { results[member.key] = try member.value.evaluate(on: value) }
        return .object(results)
    }
}

extension JSON {
    /// Everything but null, false and what is empty; 0 too.
    fileprivate var isTruthy: Bool {
        switch self {
        case .null: false
        case .bool(let value): value
        case .integer, .double: true
        case .string(let value): !value.isEmpty
        case .array(let elements): !elements.isEmpty
        case .object(let members): !members.isEmpty
        }
    }

    /// The element at `position`, counted from the end where it is negative; null where there is none.
    fileprivate func element(at position: Int) -> JSON {
        guard case .array(let elements) = self else { return .null }
        return self[position < 0 ? elements.count + position : position] ?? .null
    }

    /// An array with the elements of its arrays in their place, one level deep; null where this is no array.
    fileprivate var flattened: JSON {
        guard case .array(let elements) = self else { return .null }
        var flat: [JSON] = []
        for element in elements {
            if case .array(let inner) = element { flat += inner } else { flat.append(element) }
        }
        return .array(flat)
    }
}

extension Slice {
    func apply(to value: JSON) throws(QueryError) -> JSON {
        guard case .array(let elements) = value else { return .null }
        guard step != 0 else { throw QueryError(.invalidValue, "the step of a slice cannot be 0", at: offset) }
        let count = elements.count
        // Going backwards, the place before the first element is -1 and the last one is count - 1.
        let lowest = step > 0 ? 0 : -1
        let highest = step > 0 ? count : count - 1
        func clamped(_ bound: Int) -> Int { min(max(bound < 0 ? bound + count : bound, lowest), highest) }
        let first = start.map(clamped) ?? (step > 0 ? lowest : highest)
        let end = stop.map(clamped) ?? (step > 0 ? highest : lowest)
        return .array(Swift.stride(from: first, to: end, by: step).map { elements[$0] })
    }
}

extension Comparison {
    /// true or false; null where the order of two values is asked that have none.
    fileprivate func apply(_ left: JSON, _ right: JSON) -> JSON {
        switch self {
        case .equal: return .bool(left == right)
        case .notEqual: return .bool(left != right)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            guard let order = Order(of: left, and: right) else { return .null }
            return .bool(holds(for: order))
        }
    }

    private func holds(for order: Order) -> Bool {
        switch self {
        case .equal: order == .same
        case .notEqual: order != .same
        case .less: order == .ascending
        case .lessOrEqual: order != .descending
        case .greater: order == .descending
        case .greaterOrEqual: order != .ascending
        }
    }
}

/// How two numbers, or two strings, follow each other.
enum Order {
    case ascending, same, descending

    /// nil where the values are not both numbers or both strings. Strings follow the order of their code points.
    init?(of left: JSON, and right: JSON) {
        switch (left, right) {
        case (.integer(let a), .integer(let b)): self = a < b ? .ascending : a == b ? .same : .descending
        case (.integer, .double), (.double, .integer), (.double, .double):
            guard let a = left.doubleValue, let b = right.doubleValue else { return nil }
            self = a < b ? .ascending : a == b ? .same : .descending
        case (.string(let a), .string(let b)):
            // The order of UTF-8 bytes is the order of code points.
            self =
                a.utf8.lexicographicallyPrecedes(b.utf8)
                ? .ascending : b.utf8.lexicographicallyPrecedes(a.utf8) ? .descending : .same
        case (.null, _), (.bool, _), (.integer, _), (.double, _), (.string, _), (.array, _), (.object, _):
            return nil
        }
    }
}
