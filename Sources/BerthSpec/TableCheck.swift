import BerthDiagnostics

/// Checks a tree against a key table: unknown and missing keys, wrong types, values out of range.
struct TableCheck {
    /// Arguments that give what a file may leave out.
    private static let flags = ["name": "-n NAME", "endpoint_name": "-e ENDPOINT"]

    let findings: Findings
    /// Every object that a key may belong to, for «belongs under …».
    let root: KeyTable

    init(_ root: KeyTable, _ findings: Findings) {
        self.root = root
        self.findings = findings
    }

    func check(_ node: SpecNode) { object(node, root, path: "", holder: node.origin) }

    // MARK: Objects

    /// A missing key is reported at `holder`: the key that holds the object.
    private func object(_ node: SpecNode, _ table: KeyTable, path: String, holder: Origin) {
        guard let entries = node.entries else {
            let subject = path.isEmpty ? table.name : "`\(path)`"
            findings.error("\(subject) must be a mapping of keys, not \(node.written)", at: node.origin)
            return
        }
        for entry in entries {
            let inner = path.isEmpty ? entry.key : "\(path).\(entry.key)"
            guard let key = table[entry.key] else {
                unknown(entry, table, path: path)
                continue
            }
            if key.isReadOnly { continue }
            if entry.value.isNull {
                if key.isRequired { findings.error("`\(inner)` has no value", at: entry.keyOrigin) }
                continue
            }
            value(entry.value, key.type, path: inner, holder: entry.keyOrigin)
        }
        for key in table.keys where key.isRequired && !entries.contains(where: { $0.key == key.name }) {
            let subject = path.isEmpty ? table.name : "`\(path)`"
            let flag = path.isEmpty ? Self.flags[key.name].map { "; or give it with \($0)" } ?? "" : ""
            findings.error(
                "\(subject) has no `\(key.name)`",
                at: holder,
                help: ["add `\(key.name)`, \(key.doc)\(flag)"]
            )
        }
    }

    private func unknown(_ entry: SpecNode.Entry, _ table: KeyTable, path: String) {
        var help: [String] = []
        let writable = table.keys.filter { !$0.isReadOnly && $0.name != "$schema" }.map(\.name)
        if findings.isFull {
            // Counted, not shown: the search for names would be in vain.
        } else if let near = nearestName(to: entry.key, among: writable) {
            help = ["write `\(near)`"]
        } else if let place = Self.home(of: entry.key, in: root) {
            help = [place.isEmpty ? "move `\(entry.key)` to the outermost level" : "move it under `\(place)`"]
        } else if writable.count <= 12 {
            help = ["use one of: \(writable.joined(separator: ", "))"]
        }
        let subject = path.isEmpty ? table.name : "`\(path)`"
        findings.error("\(subject) has no key `\(entry.key)`", at: entry.keyOrigin, help: help)
    }

    /// The path of the object that has `key`: `environment` for `conda_file`; nil where none or several have it.
    private static func home(of key: String, in table: KeyTable) -> String? {
        func search(_ table: KeyTable, _ path: String) -> [String] {
            var found = table[key].map { $0.isReadOnly ? [] : [path] } ?? []
            for inner in table.keys {
                let name = path.isEmpty ? inner.name : "\(path).\(inner.name)"
                switch inner.type {
                case .object(let next), .textOr(.object(let next)): found += search(next, name)
                default: continue
                }
            }
            return found
        }
        let homes = search(table, "")
        return homes.count == 1 ? homes.first : nil
    }

    // MARK: Values

    private func value(_ node: SpecNode, _ type: ValueType, path: String, holder: Origin) {
        switch type {
        case .anything: break
        case .text: text(node, path)
        case .boolean:
            if node.bool == nil { mustBe("`true` or `false`", node, path) }
        case .integer(let range): integer(node, range, path)
        case .number(let range): number(node, range, path)
        case .choice(let choices): self.choice(node, choices, path)
        case .textMap: map(node, path) { text($0, $1) }
        case .integerMap(let range): map(node, path) { integer($0, range, $1) }
        case .list(let element): list(node, element, path, holder)
        case .map(let element): map(node, path) { value($0, element, path: $1, holder: $0.origin) }
        case .object(let table): object(node, table, path: path, holder: holder)
        case .textOr(let other):
            if node.text == nil { value(node, other, path: path, holder: holder) }
        case .listOrMap(let element):
            if node.entries != nil {
                map(node, path) { value($0, element, path: $1, holder: $0.origin) }
            } else {
                list(node, element, path, holder)
            }
        }
    }

    private func mustBe(_ what: String, _ node: SpecNode, _ path: String, help: [String] = []) {
        findings.error("`\(path)` must be \(what), not \(node.written)", at: node.origin, help: help)
    }

    private func text(_ node: SpecNode, _ path: String) {
        if node.text == nil { mustBe("a text", node, path) }
    }

    private func integer(_ node: SpecNode, _ range: ClosedRange<Int>, _ path: String) {
        guard let value = node.int else { return mustBe("a whole number", node, path) }
        if value < range.lowerBound {
            findings.error("`\(path)` is \(value), the least is \(range.lowerBound)", at: node.origin)
        } else if value > range.upperBound {
            findings.error("`\(path)` is \(value), the most is \(range.upperBound)", at: node.origin)
        }
    }

    private func number(_ node: SpecNode, _ range: ClosedRange<Double>, _ path: String) {
        guard let value = node.double, let written = node.text else { return mustBe("a number", node, path) }
        if !range.contains(value) {
            let bounds = "\(plain(range.lowerBound)) to \(plain(range.upperBound))"
            findings.error("`\(path)` is \(written), the range is \(bounds)", at: node.origin)
        }
    }

    private func plain(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }

    private func choice(_ node: SpecNode, _ choices: [String], _ path: String) {
        let listed = choices.joined(separator: ", ")
        guard let text = node.text else { return mustBe("one of \(listed)", node, path) }
        guard BerthSpec.choice(text, of: choices) == nil else { return }
        let near = nearestName(to: text, among: choices).map { ["write `\($0)`"] } ?? []
        findings.error("`\(path)` is \(node.written), not one of \(listed)", at: node.origin, help: near)
    }

    private func list(_ node: SpecNode, _ element: ValueType, _ path: String, _ holder: Origin) {
        guard let elements = node.elements else { return mustBe("a list", node, path) }
        for (index, item) in elements.enumerated() {
            value(item, element, path: "\(path)[\(index)]", holder: item.origin)
        }
    }

    private func map(_ node: SpecNode, _ path: String, _ check: (SpecNode, String) -> Void) {
        guard let entries = node.entries else {
            return mustBe("a mapping of names to values", node, path)
        }
        for entry in entries {
            if entry.value.isNull {
                findings.error(
                    "`\(path).\(entry.key)` has no value",
                    at: entry.keyOrigin,
                    help: ["write `\(entry.key): \"\"` for an empty text"]
                )
            } else {
                check(entry.value, "\(path).\(entry.key)")
            }
        }
    }
}
