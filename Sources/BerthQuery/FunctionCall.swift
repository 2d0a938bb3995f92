import BerthDiagnostics
import BerthJSON

/// An argument whose expression has been evaluated, or which is an expression itself.
private enum Evaluated {
    case value(JSON)
    case expression(Node)
}

extension FunctionCall {
    /// The result of the call where `@` is `value`.
    func evaluate(on value: JSON) throws(QueryError) -> JSON {
        var given: [Evaluated] = []
        given.reserveCapacity(arguments.count)
        for argument in arguments {
            switch argument {
            case .value(let node): given.append(.value(try node.evaluate(on: value)))
            case .expression(let node): given.append(.expression(node))
            }
        }
        guard let function = Function(rawValue: name) else { throw unknown }
        try checkCount(of: given, for: function)
        for (index, argument) in given.enumerated() {
            let parameter = function.parameters[Swift.min(index, function.parameters.count - 1)]
            guard parameter.accepts(argument) else { throw refusal(of: argument, as: parameter, at: index) }
        }
        if case .expression(let node) = given.first, case .value(let array) = given.last {
            return try Self.map(node, array.arrayValue ?? [])
        }
        if case .value(let array) = given.first, case .expression(let node) = given.last {
            return try byKey(function, array.arrayValue ?? [], node)
        }
        return function.apply(to: given.compactMap { if case .value(let value) = $0 { value } else { nil } })
    }

    private var unknown: QueryError {
        let nearest = nearestName(to: name, among: Function.allCases.lazy.map(\.rawValue))
        let hint = nearest.map { "; did you mean `\($0)`?" } ?? ""
        return QueryError(.unknownFunction, "no function is named `\(name)`\(hint)", at: offset)
    }

    private func checkCount(of given: [Evaluated], for function: Function) throws(QueryError) {
        let wanted = function.parameters.count
        guard function.isVariadic ? given.count < wanted : given.count != wanted else { return }
        let least = function.isVariadic ? "at least " : ""
        throw QueryError(
            .invalidArity,
            "`\(name)` takes \(least)\(wanted) argument\(wanted == 1 ? "" : "s"), \(given.count) given",
            at: offset
        )
    }

    private func refusal(of argument: Evaluated, as parameter: Function.Parameter, at index: Int) -> QueryError {
        let actual =
            switch argument {
            case .expression: "an expression"
            case .value(let value): "\(value.typeName) `\(value.excerpt)`"
            }
        return QueryError(
            .invalidType,
            "argument \(index + 1) of `\(name)` must be: \(parameter.name); it is: \(actual)",
            at: offset
        )
    }

    // MARK: Functions that apply an expression

    private static func map(_ node: Node, _ elements: [JSON]) throws(QueryError) -> JSON {
        var results: [JSON] = []
        results.reserveCapacity(elements.count)
        for element in elements { results.append(try node.evaluate(on: element)) }
        return .array(results)
    }

    private func byKey(_ function: Function, _ elements: [JSON], _ node: Node) throws(QueryError) -> JSON {
        var keyed: [(key: JSON, element: JSON)] = []
        keyed.reserveCapacity(elements.count)
        for element in elements {
            let key = try node.evaluate(on: element)
            // Comparable with the first key: so all are numbers, or all are strings.
            guard Order(of: keyed.first?.key ?? key, and: key) != nil else {
                let message = "the keys of `\(name)` must be all numbers or all strings; one is: \(key.typeName)"
                throw QueryError(.invalidType, message, at: offset)
            }
            keyed.append((key, element))
        }
        if function == .sortBy {
            // The sort of the standard library is stable.
            return .array(keyed.sorted { Order(of: $0.key, and: $1.key) == .ascending }.map(\.element))
        }
        let wanted: Order = function == .maxBy ? .ascending : .descending
        guard var best = keyed.first else { return .null }
        for candidate in keyed.dropFirst() where Order(of: best.key, and: candidate.key) == wanted { best = candidate }
        return best.element
    }
}

extension Function.Parameter {
    fileprivate func accepts(_ argument: Evaluated) -> Bool {
        switch argument {
        case .expression: if case .expression = self { true } else { false }
        case .value(let value): accepts(value)
        }
    }

    private func accepts(_ value: JSON) -> Bool {
        switch self {
        case .any: true
        case .number: value.isNumber
        case .string: value.stringValue != nil
        case .array: value.arrayValue != nil
        case .object: value.objectValue != nil
        case .arrayOrString: value.arrayValue != nil || value.stringValue != nil
        case .arrayOrStringOrObject:
            value.arrayValue != nil || value.stringValue != nil || value.objectValue != nil
        case .arrayOfNumbers: value.arrayValue?.allSatisfy(\.isNumber) ?? false
        case .arrayOfStrings: value.arrayValue?.allSatisfy(\.isString) ?? false
        case .arrayOfNumbersOrStrings:
            value.arrayValue.map { $0.allSatisfy(\.isNumber) || $0.allSatisfy(\.isString) } ?? false
        case .expression: false
        }
    }
}

extension JSON {
    fileprivate var isNumber: Bool { doubleValue != nil }
    fileprivate var isString: Bool { stringValue != nil }

    /// The name that the function `type` gives.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer, .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// The beginning of the value's text, for a message.
    fileprivate var excerpt: String {
        let text = self.text()
        return text.count > 40 ? text.prefix(40) + "…" : text
    }
}
