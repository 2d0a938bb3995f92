import BerthJSON
import BerthQuery
import Foundation
import Testing

/// The case files beside this file: a value, and what each expression gives on it.
private struct Case: Sendable, CustomTestStringConvertible {
    let file: String
    let given: JSON
    let expression: String
    let expected: Outcome

    var testDescription: String { "\(file): \(expression)" }

    static func all() throws -> [Case] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "cases")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "json" }.flatMap { file in
            let document = try JSON.parse(Array(Data(contentsOf: file)))
            let given = document["given"] ?? .null
            return try #require(document["cases"]?.arrayValue).map { entry in
                let expression = try #require(entry["expression"]?.stringValue)
                if let kind = entry["error"]?.stringValue {
                    return Case(
                        file: file.lastPathComponent,
                        given: given,
                        expression: expression,
                        expected: .error(kind)
                    )
                }
                let result = try #require(entry["result"])
                return Case(
                    file: file.lastPathComponent,
                    given: given,
                    expression: expression,
                    expected: .result(normalized(result).text())
                )
            }
        }
    }
}

/// What an expression gives. Results are compared by their text, so that the order of keys counts.
private enum Outcome: Hashable, Sendable {
    case result(String)
    case error(String)

    init(of expression: String, on given: JSON) {
        do {
            self = .result(normalized(try Query(expression).apply(to: given)).text())
        } catch {
            self = .error(error.kind.rawValue)
        }
    }
}

/// With each number that is an integer written as one, since `2.0` and `2` are the same value.
private func normalized(_ value: JSON) -> JSON {
    switch value {
    case .double(let number): Int(exactly: number).map(JSON.integer) ?? value
    case .array(let elements): .array(elements.map(normalized))
    case .object(let members): .object(JSONObject(members.map { ($0.key, normalized($0.value)) }))
    case .null, .bool, .integer, .string: value
    }
}

@Suite("Query: case files")
struct CaseFileTests {
    @Test("every expression of the case files gives its result, or fails with its kind")
    func cases() throws {
        let cases = try Case.all()
        #expect(cases.count >= 900)
        for entry in cases {
            #expect(Outcome(of: entry.expression, on: entry.given) == entry.expected, "\(entry.testDescription)")
        }
    }

    @Test("the case files hold every kind of error and every function")
    func coverage() throws {
        let cases = try Case.all()
        let kinds = Set(cases.compactMap { if case .error(let kind) = $0.expected { kind } else { nil } })
        #expect(kinds == Set(QueryError.Kind.allCases.map(\.rawValue)))
        let functions = [
            "abs", "avg", "ceil", "contains", "ends_with", "floor", "join", "keys", "length", "map", "max", "max_by",
            "merge", "min", "min_by", "not_null", "reverse", "sort", "sort_by", "starts_with", "sum", "to_array",
            "to_number", "to_string", "type", "values",
        ]
        for function in functions {
            #expect(cases.contains { $0.expression.contains("\(function)(") }, "\(function)")
        }
    }
}
