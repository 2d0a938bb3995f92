/// BerthOutput: how the result of a command is written with `-o`, in the forms of `az`; values in, text out.

package import BerthJSON

/// A value of `-o` / `--output`.
package enum OutputFormat: String, CaseIterable, Hashable, Sendable {
    case json
    /// JSON, coloured on a terminal.
    case jsonc
    case table
    case tsv
    case yaml
    /// YAML, coloured on a terminal.
    case yamlc
    case none

    /// The text for stdout, with its last line break; empty where there is nothing to write.
    ///
    /// `colour` says that stdout is a terminal that wants it; only `jsonc` and `yamlc` look at it. `isQueried` says that
    /// the value is what `--query` made of the result: then table and tsv show all members, in the order of the query,
    /// while otherwise they sort them by name, as `az` does, and the table leaves `id`, `type` and `etag` out.
    package func render(_ value: JSON, colour: Bool = false, isQueried: Bool = false) -> String {
        switch self {
        case .json: return value.text(.indented) + "\n"
        case .jsonc: return JSONOutput(paint: Paint(enabled: colour)).render(value)
        case .table: return TableOutput(isQueried: isQueried).render(value)
        case .tsv: return TSVOutput(isQueried: isQueried).render(value)
        case .yaml: return YAMLOutput(paint: Paint(enabled: false)).render(value)
        case .yamlc: return YAMLOutput(paint: Paint(enabled: colour)).render(value)
        case .none: return ""
        }
    }
}

/// Colours for the parts of a value.
struct Paint: Sendable {
    enum Part: Sendable { case key, text, other }

    let enabled: Bool

    func callAsFunction(_ part: Part, _ text: String) -> String {
        guard enabled else { return text }
        let code =
            switch part {
            case .key: "34;1"
            case .text: "32"
            case .other: "36"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}

extension JSON {
    /// As Python's `str` spells it, which is what `az` writes into tables and lines of tsv.
    var pythonText: String {
        switch self {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): String(value)
        case .double: text()
        case .string(let value): value
        case .array, .object: text()
        }
    }

    var isContainer: Bool { arrayValue != nil || objectValue != nil }
}

extension JSONObject {
    /// The members, by name where they are to be sorted.
    func ordered(sorted: Bool) -> [(key: String, value: JSON)] {
        let members = Array(self)
        guard sorted else { return members }
        // By code points, as Python sorts.
        return members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}
