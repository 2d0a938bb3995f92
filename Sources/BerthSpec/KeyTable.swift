/// The keys of one kind of object in a spec: what the reader checks against, what editors' schemas are made from, and
/// where nearest names come from. The one source of truth for keys.
struct KeyTable: Sendable {
    /// With an article, as messages say it: `a deployment`.
    let name: String
    let keys: [Key]

    init(_ name: String, _ keys: [Key]) {
        self.name = name
        self.keys = keys
    }

    struct Key: Sendable {
        let name: String
        let type: ValueType
        var isRequired = false
        /// Set by the service; accepted, so that the output of `show` can be read again, and ignored.
        var isReadOnly = false
        /// The key of today, for keys of the forms of 2021.
        var today: String?
        /// One line for editors.
        let doc: String
    }

    subscript(name: String) -> Key? { keys.first { $0.name == name } }
    var names: [String] { keys.map(\.name) }
}

indirect enum ValueType: Sendable {
    case text
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case boolean
    /// One of these, without regard to case, `_` and `-`.
    case choice([String])
    /// Names to texts.
    case textMap
    /// Names to whole numbers.
    case integerMap(ClosedRange<Int>)
    case list(ValueType)
    case map(ValueType)
    case object(KeyTable)
    /// A text, or something larger.
    case textOr(ValueType)
    /// One value or a list of such, or a mapping of names to such.
    case listOrMap(ValueType)
    case anything
}

extension KeyTable.Key {
    static func key(_ name: String, _ type: ValueType, _ doc: String, today: String? = nil) -> Self {
        .init(name: name, type: type, today: today, doc: doc)
    }

    static func required(_ name: String, _ type: ValueType, _ doc: String) -> Self {
        .init(name: name, type: type, isRequired: true, doc: doc)
    }

    static func readOnly(_ name: String, _ type: ValueType = .anything, _ doc: String = "set by the service") -> Self {
        .init(name: name, type: type, isReadOnly: true, doc: doc)
    }

    static let schema = key("$schema", .text, "the JSON Schema that an editor checks this file with; ignored")
    static let description = key("description", .text, "a text for people")
    static let tags = key("tags", .textMap, "names and texts of your own")
    static let properties = key("properties", .textMap, "names and texts that tools attach")
}

/// The spelling that the reference gives to a choice: `AMLToken`, `aml-token` → `aml_token`; nil for none of them.
func choice(_ text: String, of choices: [String]) -> String? {
    func plain(_ text: String) -> String { text.lowercased().filter { $0 != "_" && $0 != "-" } }
    let wanted = plain(text)
    return choices.first { plain($0) == wanted }
}
