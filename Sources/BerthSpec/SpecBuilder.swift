import BerthDiagnostics
import BerthJSON
import BerthModel

/// Makes values of the model from a tree that was checked against its key table, and checks the rules that a table
/// cannot say. A value that the table refused is left at its default: it was reported.
struct SpecBuilder {
    let findings: Findings
    /// Where paths of the command line start from.
    let folder: String

    // MARK: Values

    func textMap(_ node: SpecNode?) -> [String: String] {
        var result: [String: String] = [:]
        for entry in node?.entries ?? [] { result[entry.key] = entry.value.text }
        return result
    }

    func integerMap(_ node: SpecNode?) -> [String: Int] {
        var result: [String: Int] = [:]
        for entry in node?.entries ?? [] { result[entry.key] = entry.value.int }
        return result
    }

    func choice<Value: RawRepresentable & CaseIterable>(_ node: SpecNode?, _ type: Value.Type) -> Value?
    where Value.RawValue == String {
        node?.text.flatMap { BerthSpec.choice($0, of: Value.allCases.map(\.rawValue)) }.flatMap(Value.init)
    }

    func isEnabled(_ node: SpecNode?) -> Bool {
        node?.text.flatMap { BerthSpec.choice($0, of: ["enabled", "disabled"]) } != "disabled"
    }

    func json(_ node: SpecNode) -> JSON {
        switch node.content {
        case .sequence(let elements): return .array(elements.map(json))
        case .mapping(let entries): return .object(JSONObject(entries.map { ($0.key, json($0.value)) }))
        case .scalar(let scalar):
            if node.isNull { return .null }
            guard scalar.isPlain else { return .string(scalar.text) }
            if let value = node.int, !scalar.text.contains(".") { return .integer(value) }
            if let value = node.double { return .double(value) }
            switch scalar.text {
            case "true", "True", "TRUE": return .bool(true)
            case "false", "False", "FALSE": return .bool(false)
            default: return .string(scalar.text)
            }
        }
    }

    // MARK: Names

    /// The name under `key`, checked against the documented pattern.
    func name(_ root: SpecNode, _ key: String, of what: String) -> String {
        guard let node = root[key], let name = node.text else { return "" }
        checkName(name, what, at: node.origin, flag: key == "endpoint_name" ? "-e ENDPOINT" : "-n NAME")
        return name
    }

    func checkName(_ name: String, _ what: String, at origin: Origin, flag: String? = nil) {
        let bounds = NameRule.endpointLength
        if name.hasPrefix("<"), name.hasSuffix(">") {
            findings.error(
                "the \(what)'s name is still the placeholder `\(name)`",
                at: origin,
                help: [flag.map { "write a name, or give it with \($0)" } ?? "write a name"]
            )
        } else if !bounds.contains(name.count) {
            findings.error(
                "\(what) name `\(name)` has \(name.count) characters, allowed are \(bounds.lowerBound) to \(bounds.upperBound)",
                at: origin
            )
        } else if !NameRule.isWellFormed(name) {
            findings.error(
                "\(what) name `\(name)` must begin with a letter, hold letters, digits and dashes only, and not end "
                    + "with a dash",
                at: origin,
                help: suggestion(name).map { ["write `\($0)`"] } ?? []
            )
        }
    }

    /// The name with what is not allowed exchanged for dashes, where that makes a good one.
    private func suggestion(_ name: String) -> String? {
        var result = ""
        for sign in name {
            if sign.isASCII, sign.isLetter || sign.isNumber {
                result.append(sign)
            } else if result.last != "-" {
                result.append("-")
            }
        }
        while let first = result.first, !first.isLetter { result.removeFirst() }
        while result.last == "-" { result.removeLast() }
        return NameRule.isWellFormed(result) && NameRule.endpointLength.contains(result.count) ? result : nil
    }

    // MARK: Paths

    enum Expected { case file, folder, either }

    /// The absolute path that `node` names; a finding where it must be on this disk and is not.
    func localPath(_ node: SpecNode, _ today: String, expecting: Expected) -> String {
        let key = node.formerKey ?? today
        let written = withoutFilePrefix(node.text ?? "")
        let absolute = PathText.absolute(written, from: base(of: node))
        if case .stored = node.origin { return absolute }
        guard !written.isEmpty else {
            findings.error("`\(key)` is empty", at: node.origin)
            return absolute
        }
        switch (FileAccess.kind(absolute), expecting) {
        case (.missing, _):
            let hint = MissingPath.hint(written: written, absolute: absolute)
            findings.error(
                "`\(key)` names `\(written)`, which does not exist",
                at: node.origin,
                evidence: hint.evidence,
                help: hint.help
            )
        case (.directory, .file):
            findings.error("`\(key)` names `\(written)`, which is a folder, not a file", at: node.origin)
        case (.file, .folder):
            findings.error(
                "`\(key)` names `\(written)`, which is a file, not a folder",
                at: node.origin,
                help: ["name the folder: `\(PathText.folder(of: written))`"]
            )
        case (.file, _), (.directory, _), (.other, _):
            break
        }
        return absolute
    }

    /// A local path, or the URI of something that is elsewhere.
    func pathOrURI(_ node: SpecNode, _ key: String, expecting: Expected = .either) -> String {
        guard let text = node.text, PathText.isRemote(text) else {
            return localPath(node, key, expecting: expecting)
        }
        return text
    }

    func withoutFilePrefix(_ text: String) -> String {
        guard text.hasPrefix("file:") else { return text }
        let rest = text.dropFirst("file:".count)
        return String(rest.hasPrefix("//") ? rest.dropFirst(2) : rest)
    }

    /// Where relative paths in `node` start from.
    func base(of node: SpecNode) -> String {
        if case .file(let file, _, _) = node.origin { file.folder } else { folder }
    }

    // MARK: References

    enum Reference {
        case registered(String)
        case object(SpecNode)
    }

    /// `azureml:…`, an ARM id, `file:<yaml>` or a mapping; nil where it is none of them (then a finding says so).
    func reference(_ node: SpecNode, _ key: String, table: KeyTable) -> Reference? {
        if node.entries != nil { return .object(node) }
        guard let text = node.text else { return nil }
        if text.hasPrefix("file:") { return nestedFile(node, key, table) }
        if text.hasPrefix("/subscriptions/") || text.hasPrefix("azureml://") { return .registered(text) }
        guard text.hasPrefix("azureml:") else {
            findings.error(
                "`\(key)` is `\(text)`, neither azureml:<name>:<version> nor \(table.name) of its own",
                at: node.origin,
                help: [helpForPlainReference(node, text, key)]
            )
            return nil
        }
        let short = String(text.dropFirst("azureml:".count))
        if short.hasPrefix("/subscriptions/") || short.hasPrefix("//") { return .registered(short) }
        let parts = short.split(omittingEmptySubsequences: false, whereSeparator: { $0 == ":" || $0 == "@" })
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !short.contains("/") else {
            let name = parts.first.map(String.init) ?? ""
            let help = name.isEmpty ? "azureml:<name>:<version>" : "azureml:\(name):1` or `azureml:\(name)@latest"
            findings.error(
                "`\(key)` is `\(text)`, which does not name one version",
                at: node.origin,
                help: ["write `\(help)`"]
            )
            return nil
        }
        return .registered(short)
    }

    private func helpForPlainReference(_ node: SpecNode, _ text: String, _ key: String) -> String {
        if FileAccess.kind(PathText.absolute(text, from: base(of: node))) != .missing {
            return text.hasSuffix(".yml") || text.hasSuffix(".yaml")
                ? "write `\(key): file:\(text)`" : "write `path: \(text)` on a line of its own under `\(key):`"
        }
        let parts = text.split(separator: ":")
        return parts.count == 2 ? "write `azureml:\(text)`" : "write `azureml:<name>:<version>`"
    }

    /// Another YAML file in the place of an object.
    private func nestedFile(_ node: SpecNode, _ key: String, _ table: KeyTable) -> Reference? {
        let before = findings.hasErrors
        let path = localPath(node, key, expecting: .file)
        guard !findings.hasErrors || before, FileAccess.kind(path) == .file else { return nil }
        let shown = withoutFilePrefix(node.text ?? "")
        let source = SpecSource(path: shown, absolute: path)
        guard let tree = SourceLoader.tree(source, findings) else { return nil }
        TableCheck(table, findings).check(tree)
        return tree.entries == nil ? nil : .object(tree)
    }
}
