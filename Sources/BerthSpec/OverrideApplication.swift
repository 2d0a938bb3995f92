import BerthDiagnostics
import BerthJSON

/// Applies overrides to a tree, in the order set, add, remove; each word that does not fit is a finding.
struct OverrideApplication {
    private let overrides: SpecOverrides
    private let findings: Findings

    static func apply(_ overrides: SpecOverrides, to root: inout SpecNode, _ findings: Findings) {
        let application = OverrideApplication(overrides: overrides, findings: findings)
        for assignment in overrides.set { application.set(assignment, &root) }
        for words in overrides.add { application.add(words, &root) }
        for words in overrides.remove { application.remove(words, &root) }
    }

    private func set(_ assignment: String, _ root: inout SpecNode) {
        let origin = Origin.argument("--set \(assignment)")
        guard let (pathText, valueText) = OverridePath.split(assignment) else {
            findings.error("`--set \(assignment)` has no `=`", at: origin, help: ["write --set KEY=VALUE"])
            return
        }
        guard let path = parsed(pathText, "--set", origin) else { return }
        let value = value(String(valueText), origin)
        change(&root, path.steps[...], done: "", origin) { $0 = value }
    }

    private func add(_ words: [String], _ root: inout SpecNode) {
        let origin = Origin.argument("--add \(words.joined(separator: " "))")
        guard var first = words.first else { return }
        var values = Array(words.dropFirst())
        if values.isEmpty, let (path, value) = OverridePath.split(first) {
            // `--add tags.a=1` and `--add list=x` say the same as with a blank.
            values = [String(value)]
            first = String(path)
        }
        guard !values.isEmpty else {
            findings.error("`--add \(first)` has no value", at: origin, help: ["write --add \(first) VALUE"])
            return
        }
        guard let path = parsed(first, "--add", origin) else { return }
        var additions: [SpecNode] = []
        var members: [(String, SpecNode)] = []
        for word in values {
            if !overrides.forceString, let json = try? JSON.parse(word) {  // No JSON: a text, or key=value.
                additions.append(SpecNode(json: json, origin: origin))
            } else if let (key, value) = OverridePath.split(word) {
                members.append((String(key), self.value(String(value), origin)))
            } else {
                additions.append(.text(word, isPlain: !overrides.forceString, origin: origin))
            }
        }
        change(&root, path.steps[...], done: "", origin) { node in
            merge(additions, members, into: &node, first, origin)
        }
    }

    private func merge(
        _ additions: [SpecNode],
        _ members: [(String, SpecNode)],
        into node: inout SpecNode,
        _ path: String,
        _ origin: Origin
    ) {
        switch node.content {
        case .mapping:
            guard additions.allSatisfy({ $0.entries != nil }) else {
                findings.error("`\(path)` is a mapping, to which only KEY=VALUE can be added", at: origin)
                return
            }
            for entry in additions.flatMap({ $0.entries ?? [] }) { node.set(entry.key, entry.value) }
            for (key, value) in members { node.set(key, value) }
        case .sequence(var elements):
            elements += additions
            if !members.isEmpty { elements.append(mapping(members, origin)) }
            node.content = .sequence(elements)
        case .scalar where node.isNull:
            if members.isEmpty {
                node =
                    additions.count == 1 && additions[0].entries != nil
                    ? additions[0] : SpecNode(content: .sequence(additions), origin: origin)
            } else {
                node = mapping(members, origin)
            }
        case .scalar:
            findings.error("`\(path)` is a text, to which nothing can be added", at: origin, help: ["use --set"])
        }
    }

    private func mapping(_ members: [(String, SpecNode)], _ origin: Origin) -> SpecNode {
        SpecNode(
            content: .mapping(members.map { SpecNode.Entry(key: $0.0, keyOrigin: origin, value: $0.1) }),
            origin: origin
        )
    }

    private func remove(_ words: [String], _ root: inout SpecNode) {
        let argument = "--remove \(words.joined(separator: " "))"
        let origin = Origin.argument(argument)
        guard let first = words.first, let path = parsed(first, "--remove", origin), let last = path.steps.last else {
            return
        }
        var steps = path.steps
        if words.count > 1 {
            guard words.count == 2, let index = Int(words[1]), index >= 0 else {
                findings.error("`\(argument)` must be a path and perhaps an index", at: origin)
                return
            }
            steps.append(.index(index))
        }
        var removed = false
        let final = steps.last ?? last
        let parents = steps.dropLast()
        guard exists(root, parents) else {
            findings.error("`\(first)` is not in the spec, so it cannot be removed", at: origin)
            return
        }
        change(&root, parents, done: "", origin) { node in
            removed = drop(final, from: &node)
        }
        if !removed { findings.error("`\(first)` is not in the spec, so it cannot be removed", at: origin) }
    }

    private func drop(_ step: OverridePath.Step, from node: inout SpecNode) -> Bool {
        if case .key(let key) = step { return node.remove(key) != nil }
        guard var elements = node.elements, let index = position(step, in: elements) else { return false }
        elements.remove(at: index)
        node.content = .sequence(elements)
        return true
    }

    // MARK: Walking

    private func parsed(_ text: some StringProtocol, _ option: String, _ origin: Origin) -> OverridePath? {
        let path = OverridePath(text)
        if path == nil {
            findings.error("`\(text)` is no path", at: origin, help: ["write \(option) as in a.b[0].c"])
        }
        return path
    }

    private func value(_ text: String, _ origin: Origin) -> SpecNode {
        if overrides.forceString { return .text(text, origin: origin) }
        // Numbers and truth values keep their spelling: the reader decides what they are.
        if let first = text.first, "{[\"".contains(first), let json = try? JSON.parse(text) {  // No JSON: a text.
            return SpecNode(json: json, origin: origin)
        }
        return .text(text, isPlain: true, origin: origin)
    }

    private func exists(_ root: SpecNode, _ steps: some Sequence<OverridePath.Step>) -> Bool {
        var node = root
        for step in steps {
            if case .key(let key) = step {
                guard let next = node.entry(key)?.value else { return false }
                node = next
            } else {
                guard let elements = node.elements, let index = position(step, in: elements) else { return false }
                node = elements[index]
            }
        }
        return true
    }

    private func position(_ step: OverridePath.Step, in elements: [SpecNode]) -> Int? {
        switch step {
        case .key: nil
        case .index(let index): elements.indices.contains(index) ? index : nil
        case .matching(let key, let value): elements.firstIndex { $0[key]?.text == value }
        }
    }

    /// Goes down `steps`, makes mappings that are not there yet, and applies `body` to the node at the end.
    private func change(
        _ node: inout SpecNode,
        _ steps: ArraySlice<OverridePath.Step>,
        done: String,
        _ origin: Origin,
        _ body: (inout SpecNode) -> Void
    ) {
        guard let step = steps.first else { return body(&node) }
        let rest = steps.dropFirst()
        switch step {
        case .key(let key):
            if node.isNull { node = SpecNode(content: .mapping([]), origin: origin) }
            guard let entries = node.entries else {
                let what = node.elements == nil ? "a text" : "a list"
                findings.error("`\(done)` is \(what), it has no `\(key)`", at: origin)
                return
            }
            let index = entries.lastIndex { $0.key == key }
            var value = index.map { entries[$0].value } ?? .text("", isPlain: true, origin: origin)
            change(&value, rest, done: done.isEmpty ? key : "\(done).\(key)", origin, body)
            node.set(key, value, keyOrigin: rest.isEmpty ? origin : index.map { entries[$0].keyOrigin })
        case .index, .matching:
            guard var elements = node.elements else {
                findings.error("`\(done)` is no list", at: origin)
                return
            }
            guard let index = position(step, in: elements) else {
                findings.error("`\(done)` has \(elements.count) elements, none is meant by the index", at: origin)
                return
            }
            change(&elements[index], rest, done: "\(done)[\(index)]", origin, body)
            node.content = .sequence(elements)
        }
    }
}

extension SpecNode {
    /// JSON as a tree. Numbers and truth values become plain scalars.
    init(json: JSON, origin: Origin) {
        switch json {
        case .null: self = .text("null", isPlain: true, origin: origin)
        case .bool, .integer, .double: self = .text(json.text(), isPlain: true, origin: origin)
        case .string(let text): self = .text(text, origin: origin)
        case .array(let elements):
            self.init(content: .sequence(elements.map { SpecNode(json: $0, origin: origin) }), origin: origin)
        case .object(let members):
            let entries = members.map { key, value in
                Entry(key: key, keyOrigin: origin, value: SpecNode(json: value, origin: origin))
            }
            self.init(content: .mapping(entries), origin: origin)
        }
    }
}
