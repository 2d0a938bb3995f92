import BerthDiagnostics
import Yams

/// A conda environment file, with the place of everything in it.
struct CondaFile: Hashable, Sendable {
    /// Longer texts are refused.
    static let maxBytes = 1 << 20

    /// One line of `dependencies` or of its `pip` list.
    struct Entry: Hashable, Sendable {
        var text: String
        var location: SourceLocation
        var sourceLine: String
    }

    var name: String?
    var channels: [String] = []
    var dependencies: [Entry] = []
    var pip: [Entry] = []
    /// `variables:`, which conda sets when the environment is activated.
    var variables: [String: String] = [:]
    /// Keys that mean nothing in a conda file.
    var unknownKeys: [Entry] = []

    /// Reads a conda file's text; `path` is its name for messages.
    init(text: String, path: String) throws(Diagnostic) {
        guard text.utf8.count <= Self.maxBytes else {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "conda file `\(path)` has \(text.utf8.count) bytes, more than \(Self.maxBytes)",
                location: SourceLocation(path: path)
            )
        }
        var reader = Reader(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        guard let root = try reader.compose(text) else { return }
        guard case .mapping(let mapping) = root else {
            throw reader.refusal("conda file `\(path)` is no mapping with `dependencies:`", at: root)
        }
        for (key, value) in mapping {
            switch key.string {
            case "name": name = value.scalar?.string
            case "channels": channels = (value.sequence ?? []).compactMap { $0.scalar?.string }
            case "dependencies": try readDependencies(value, &reader)
            case "variables":
                for (name, value) in value.mapping ?? [:] {
                    if let name = name.string, let value = value.scalar?.string { variables[name] = value }
                }
            case "prefix", "platforms": break
            default: unknownKeys.append(reader.entry(key.string ?? "?", at: key))
            }
        }
    }

    private mutating func readDependencies(_ value: Node, _ reader: inout Reader) throws(Diagnostic) {
        if value.isEmptyValue { return }
        guard let items = value.sequence else {
            throw reader.refusal("`dependencies` in `\(reader.path)` is no list", at: value)
        }
        for item in items {
            if let scalar = item.scalar {
                if item.isEmptyValue { continue }
                dependencies.append(reader.entry(scalar.string, at: item))
                continue
            }
            guard let mapping = item.mapping else {
                throw reader.refusal("an entry of `dependencies` in `\(reader.path)` is a list", at: item)
            }
            for (key, list) in mapping {
                guard key.string == "pip" else {
                    throw reader.refusal(
                        "`\(key.string ?? "?")` in `dependencies` of `\(reader.path)` is no `pip` list",
                        at: key,
                        help: "write a package as `name=version`, without a blank after a colon"
                    )
                }
                try readPip(list, &reader)
            }
        }
    }

    private mutating func readPip(_ value: Node, _ reader: inout Reader) throws(Diagnostic) {
        if value.isEmptyValue { return }
        guard let items = value.sequence else {
            throw reader.refusal("`pip` in `\(reader.path)` is no list", at: value)
        }
        for item in items {
            guard let scalar = item.scalar else {
                throw reader.refusal(
                    "an entry of `pip` in `\(reader.path)` is no requirement",
                    at: item,
                    help: "write one requirement per line, such as `- scikit-learn==1.5.2`"
                )
            }
            if !item.isEmptyValue { pip.append(reader.entry(scalar.string, at: item)) }
        }
    }
}

extension Node {
    /// `key:` with nothing behind it.
    fileprivate var isEmptyValue: Bool {
        guard let scalar else { return false }
        return scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
    }
}

/// The place of nodes in the text, and the refusals that name it.
private struct Reader {
    let path: String
    let lines: [Substring]

    func compose(_ text: String) throws(Diagnostic) -> Node? {
        do {
            return try Yams.compose(yaml: text)
        } catch {
            throw refusal(error)
        }
    }

    func sourceLine(_ number: Int?) -> String? {
        guard let number, lines.indices.contains(number - 1) else { return nil }
        return String(lines[number - 1])
    }

    func entry(_ text: String, at node: Node) -> CondaFile.Entry {
        CondaFile.Entry(
            text: text,
            location: SourceLocation(path: path, line: node.mark?.line, column: node.mark?.column),
            sourceLine: sourceLine(node.mark?.line) ?? text
        )
    }

    func refusal(_ message: String, at node: Node, help: String? = nil) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .specInvalid,
            message,
            location: SourceLocation(path: path, line: node.mark?.line, column: node.mark?.column),
            sourceLine: sourceLine(node.mark?.line),
            help: [help ?? "compare with: dependencies: [python=3.11, pip, {pip: [scikit-learn==1.5.2]}]"]
        )
    }

    private func refusal(_ error: any Error) -> Diagnostic {
        var mark: Mark?
        var problem = "\(error)"
        if let error = error as? YamlError {
            switch error {
            case .scanner(_, let text, let place, _), .parser(_, let text, let place, _),
                .composer(_, let text, let place, _):
                (problem, mark) = (text, place)
            case .duplicatedKeysInMapping(let duplicates, let context):
                (problem, mark) = (
                    "the key `\(duplicates.sorted().joined(separator: "`, `"))` is written twice", context.mark
                )
            case .reader(let text, _, _, _), .writer(let text), .emitter(let text), .representer(let text):
                problem = text
            case .no, .memory, .dataCouldNotBeDecoded:
                break
            }
        }
        return Diagnostic(
            .badArgument,
            .specInvalid,
            "conda file `\(path)` is no YAML: \(problem)",
            location: SourceLocation(path: path, line: mark?.line, column: mark?.column),
            sourceLine: sourceLine(mark?.line),
            help: ["put right the indentation or the quotes at this place"]
        )
    }
}
