/// The functions of the specification, and what each takes.
enum Function: String, CaseIterable, Sendable {
    case abs, avg, ceil, contains
    case endsWith = "ends_with"
    case floor, join, keys, length, map, max
    case maxBy = "max_by"
    case merge, min
    case minBy = "min_by"
    case notNull = "not_null"
    case reverse, sort
    case sortBy = "sort_by"
    case startsWith = "starts_with"
    case sum
    case toArray = "to_array"
    case toNumber = "to_number"
    case toString = "to_string"
    case type, values

    /// What a parameter accepts.
    enum Parameter: Sendable {
        case any, number, string, array, object
        case arrayOrString, arrayOrStringOrObject
        case arrayOfNumbers, arrayOfStrings, arrayOfNumbersOrStrings
        case expression

        /// As in the specification.
        var name: String {
            switch self {
            case .any: "any value"
            case .number: "number"
            case .string: "string"
            case .array: "array"
            case .object: "object"
            case .arrayOrString: "array or string"
            case .arrayOrStringOrObject: "array, string or object"
            case .arrayOfNumbers: "array of numbers"
            case .arrayOfStrings: "array of strings"
            case .arrayOfNumbersOrStrings: "array of numbers or of strings"
            case .expression: "expression (`&…`)"
            }
        }
    }

    var parameters: [Parameter] {
        switch self {
        case .abs, .ceil, .floor: [.number]
        case .avg, .sum: [.arrayOfNumbers]
        case .contains: [.arrayOrString, .any]
        case .endsWith, .startsWith: [.string, .string]
        case .join: [.string, .arrayOfStrings]
        case .keys, .values, .merge: [.object]
        case .length: [.arrayOrStringOrObject]
        case .map: [.expression, .array]
        case .max, .min, .sort: [.arrayOfNumbersOrStrings]
        case .maxBy, .minBy, .sortBy: [.array, .expression]
        case .notNull, .toArray, .toNumber, .toString, .type: [.any]
        case .reverse: [.arrayOrString]
        }
    }

    /// Whether the last parameter may be given more than once.
    var isVariadic: Bool { self == .merge || self == .notNull }
}
