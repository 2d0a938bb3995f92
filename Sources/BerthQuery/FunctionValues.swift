import BerthJSON

extension Function {
    /// The result for `arguments`, whose number and types have been checked.
    func apply(to arguments: [JSON]) -> JSON {
        let first = arguments.first ?? .null
        let last = arguments.last ?? .null
        switch self {
        case .abs: return Self.absolute(first)
        case .ceil: return Self.rounded(first, .up)
        case .floor: return Self.rounded(first, .down)
        case .sum: return Self.sum(first.arrayValue ?? [])
        case .avg: return Self.average(first.arrayValue ?? [])
        case .contains: return .bool(Self.contains(first, last))
        case .startsWith:
            return .bool((first.stringValue ?? "").utf8.starts(with: (last.stringValue ?? "").utf8))
        case .endsWith:
            return .bool(
                (first.stringValue ?? "").utf8.reversed().starts(with: (last.stringValue ?? "").utf8.reversed())
            )
        case .join:
            let parts = (last.arrayValue ?? []).compactMap(\.stringValue)
            return .string(parts.joined(separator: first.stringValue ?? ""))
        case .keys: return JSON(first.objectValue?.keys ?? [])
        case .values: return .array(first.objectValue?.values ?? [])
        case .length: return .integer(Self.length(of: first))
        case .merge: return Self.merged(arguments)
        case .notNull: return arguments.first { !$0.isNull } ?? .null
        case .reverse: return Self.reversed(first)
        case .sort:
            return .array((first.arrayValue ?? []).sorted { Order(of: $0, and: $1) == .ascending })
        case .max: return Self.extreme(first.arrayValue ?? [], replacedWhen: .ascending)
        case .min: return Self.extreme(first.arrayValue ?? [], replacedWhen: .descending)
        case .toArray: return first.arrayValue == nil ? .array([first]) : first
        case .toNumber: return Self.number(first)
        case .toString: return first.stringValue == nil ? .string(first.text()) : first
        case .type: return .string(first.typeName)
        case .map, .maxBy, .minBy, .sortBy:
            preconditionFailure("`\(rawValue)` takes an expression and is applied elsewhere")
        }
    }

    // MARK: Numbers

    private static func absolute(_ value: JSON) -> JSON {
        guard case .integer(let number) = value else { return .double((value.doubleValue ?? 0).magnitude) }
        return Int(exactly: number.magnitude).map(JSON.integer) ?? .double(Double(number.magnitude))
    }

    /// An integer; a number that no integer can hold stays as it is.
    private static func rounded(_ value: JSON, _ rule: FloatingPointRoundingRule) -> JSON {
        guard case .double(let number) = value else { return value }
        let rounded = number.rounded(rule)
        return Int(exactly: rounded).map(JSON.integer) ?? .double(rounded)
    }

    /// An integer where all are integers and the sum fits.
    private static func sum(_ numbers: [JSON]) -> JSON {
        var total = 0
        for number in numbers {
            guard case .integer(let value) = number else { return .double(doubleSum(numbers)) }
            let (next, overflows) = total.addingReportingOverflow(value)
            guard !overflows else { return .double(doubleSum(numbers)) }
            total = next
        }
        return .integer(total)
    }

    private static func doubleSum(_ numbers: [JSON]) -> Double {
        numbers.reduce(0) { $0 + ($1.doubleValue ?? 0) }
    }

    private static func average(_ numbers: [JSON]) -> JSON {
        guard !numbers.isEmpty, let total = sum(numbers).doubleValue else { return .null }
        return .double(total / Double(numbers.count))
    }

    /// The number that a string spells as JSON does; null for all else.
    private static func number(_ value: JSON) -> JSON {
        switch value {
        case .integer, .double: return value
        case .string(let text):
            guard let first = text.utf8.first, let last = text.utf8.last, isNumberSign(first), isNumberSign(last),
                let parsed = try? JSON.parse(text)  // A text that is no number gives null, by the specification.
            else { return .null }
            return parsed.doubleValue == nil ? .null : parsed
        case .null, .bool, .array, .object: return .null
        }
    }

    /// A digit or a minus: so no blanks surround the number.
    private static func isNumberSign(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    // MARK: Strings, arrays and objects

    private static func contains(_ subject: JSON, _ wanted: JSON) -> Bool {
        switch (subject, wanted) {
        case (.array(let elements), _): elements.contains(wanted)
        case (.string(let text), .string(let part)): part.isEmpty || text.utf8.contains(Array(part.utf8))
        case (.null, _), (.bool, _), (.integer, _), (.double, _), (.string, _), (.object, _): false
        }
    }

    /// Elements, members, or Unicode scalars.
    private static func length(of value: JSON) -> Int {
        switch value {
        case .string(let text): text.unicodeScalars.count
        case .array(let elements): elements.count
        case .object(let members): members.count
        case .null, .bool, .integer, .double: 0
        }
    }

    private static func reversed(_ value: JSON) -> JSON {
        guard case .string(let text) = value else { return .array((value.arrayValue ?? []).reversed()) }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: text.unicodeScalars.reversed())
        return .string(String(result))
    }

    private static func merged(_ objects: [JSON]) -> JSON {
        var result = JSONObject()
        for object in objects {
            for (key, value) in object.objectValue ?? JSONObject() { result[key] = value }
        }
        return .object(result)
    }

    private static func extreme(_ elements: [JSON], replacedWhen wanted: Order) -> JSON {
        guard var best = elements.first else { return .null }
        for element in elements.dropFirst() where Order(of: best, and: element) == wanted { best = element }
        return best
    }
}
