/// A value of a spec with the place where it was written; what the reader, the overrides and the conversions work on.
struct SpecNode: Sendable {
    enum Content: Sendable {
        case scalar(Scalar)
        case sequence([SpecNode])
        case mapping([Entry])
    }

    struct Scalar: Sendable {
        /// As written: `3.10` stays `3.10`.
        var text: String
        /// Whether it was written without quotes, and so may mean a number, a truth value or nothing.
        var isPlain: Bool
    }

    struct Entry: Sendable {
        var key: String
        var keyOrigin: Origin
        var value: SpecNode
    }

    var content: Content
    var origin: Origin
    /// The key as it was written, where a conversion has given it today's name: `model.local_path`.
    var formerKey: String?
}

extension SpecNode {
    static func text(_ text: String, isPlain: Bool = false, origin: Origin) -> SpecNode {
        SpecNode(content: .scalar(Scalar(text: text, isPlain: isPlain)), origin: origin)
    }

    var entries: [Entry]? { if case .mapping(let entries) = content { entries } else { nil } }
    var elements: [SpecNode]? { if case .sequence(let elements) = content { elements } else { nil } }

    private var scalar: Scalar? { if case .scalar(let scalar) = content { scalar } else { nil } }

    /// Whether nothing was written: an empty value, `~` or `null`.
    var isNull: Bool {
        guard let scalar, scalar.isPlain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.text)
    }

    /// The text as it was written, also of numbers and truth values; nil for nothing, lists and mappings.
    var text: String? { isNull ? nil : scalar?.text }

    /// `true`, `yes`, `on`, `1` and their opposites, in any case, quoted or not.
    var bool: Bool? {
        switch text?.lowercased() {
        case "true", "yes", "on", "y", "1": true
        case "false", "no", "off", "n", "0": false
        default: nil
        }
    }

    /// A whole number, quoted or not, also written as `3.0`. Numbers with leading zeros have two meanings: nil.
    var int: Int? {
        guard let text else { return nil }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty else { return nil }
        if parts.count == 2, !(parts[1].allSatisfy { $0 == "0" } && !parts[1].isEmpty) { return nil }
        let digits = whole.first == "-" || whole.first == "+" ? whole.dropFirst() : whole
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), digits.count == 1 || digits.first != "0" else {
            return nil
        }
        return Int(whole)
    }

    /// A finite decimal number, quoted or not.
    var double: Double? {
        guard let text, text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }) else { return nil }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// The last entry under `key`, nil where there is none or nothing is written there.
    subscript(key: String) -> SpecNode? {
        entry(key).flatMap { $0.value.isNull ? nil : $0.value }
    }

    func entry(_ key: String) -> Entry? { entries?.last { $0.key == key } }

    /// What was written, for «must be …, not …».
    var written: String {
        switch content {
        case .sequence: return "a list"
        case .mapping: return "a mapping"
        case .scalar(let scalar):
            if isNull { return "nothing" }
            let shown = scalar.text.count > 60 ? scalar.text.prefix(57) + "…" : scalar.text[...]
            return "`\(shown.split(whereSeparator: \.isNewline).joined(separator: " "))`"
        }
    }
}

extension SpecNode {
    /// This mapping with `value` under `key`, in the key's place or at the end. Nothing where this is no mapping.
    mutating func set(_ key: String, _ value: SpecNode, keyOrigin: Origin? = nil) {
        guard var entries else { return }
        let entry = Entry(key: key, keyOrigin: keyOrigin ?? value.origin, value: value)
        if let index = entries.lastIndex(where: { $0.key == key }) {
            entries[index] = entry
        } else {
            entries.append(entry)
        }
        content = .mapping(entries)
    }

    @discardableResult
    mutating func remove(_ key: String) -> Entry? {
        guard var entries, let index = entries.lastIndex(where: { $0.key == key }) else { return nil }
        let entry = entries.remove(at: index)
        content = .mapping(entries)
        return entry
    }
}
