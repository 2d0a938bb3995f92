package import BerthJSON

/// The JSON Schemas that editors check specs with, made from the key tables. The files lie in `schemas/`.
package enum SpecSchema: String, CaseIterable, Sendable {
    case endpoint
    case deployment
    case model
    case environment
    case code
    case endpoint2021 = "endpoint-2021"

    package var fileName: String { "\(rawValue).schema.json" }

    /// JSON Schema draft 7, which editors' YAML extensions know best.
    package var json: JSON {
        var root = JSONObject([
            ("$schema", "http://json-schema.org/draft-07/schema#"),
            ("title", .string("Berth: " + table.name)),
        ])
        for (key, value) in Self.object(table) { root[key] = value }
        return .object(root)
    }

    private var table: KeyTable {
        switch self {
        case .endpoint: .endpoint
        case .deployment: .deployment
        case .model: .model
        case .environment: .environment
        case .code: .code
        case .endpoint2021: .endpoint2021
        }
    }

    private static func object(_ table: KeyTable) -> JSONObject {
        var properties = JSONObject()
        for key in table.keys {
            var property = JSONObject([("description", .string(description(key)))])
            if key.isReadOnly { property["readOnly"] = true }
            for (name, value) in schema(key.type) { property[name] = value }
            properties[key.name] = .object(property)
        }
        var object = JSONObject([
            ("type", "object"), ("additionalProperties", false), ("properties", .object(properties)),
        ])
        // Names may come from flags, so an editor does not ask for them.
        let required = table.keys.filter { $0.isRequired && !["name", "endpoint_name"].contains($0.name) }
        if !required.isEmpty { object["required"] = JSON(required.map(\.name)) }
        return object
    }

    private static func description(_ key: KeyTable.Key) -> String {
        key.today.map { "\(key.doc); today: \($0)" } ?? key.doc
    }

    private static func schema(_ type: ValueType) -> JSONObject {
        switch type {
        case .text: JSONObject([("type", JSON(["string", "number", "boolean"]))])
        case .boolean: JSONObject([("type", "boolean")])
        case .integer(let range): integer(range)
        case .number(let range):
            JSONObject([
                ("type", "number"), ("minimum", .double(range.lowerBound)), ("maximum", .double(range.upperBound)),
            ])
        case .choice(let choices): JSONObject([("type", "string"), ("enum", JSON(choices))])
        case .textMap: map(schema(.text))
        case .integerMap(let range): map(integer(range))
        case .list(let element): JSONObject([("type", "array"), ("items", .object(schema(element)))])
        case .map(let value): map(schema(value))
        case .object(let table): object(table)
        case .textOr(let other): anyOf(JSONObject([("type", "string")]), schema(other))
        case .listOrMap(let element): anyOf(schema(.list(element)), map(schema(element)))
        case .anything: JSONObject()
        }
    }

    private static func anyOf(_ first: JSONObject, _ second: JSONObject) -> JSONObject {
        JSONObject([("anyOf", .array([.object(first), .object(second)]))])
    }

    private static func integer(_ range: ClosedRange<Int>) -> JSONObject {
        var object = JSONObject([("type", "integer"), ("minimum", .integer(range.lowerBound))])
        if range.upperBound < Int(Int32.max) { object["maximum"] = .integer(range.upperBound) }
        return object
    }

    private static func map(_ values: JSONObject) -> JSONObject {
        JSONObject([("type", "object"), ("additionalProperties", .object(values))])
    }
}
