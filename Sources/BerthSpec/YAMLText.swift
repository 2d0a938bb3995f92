import BerthDiagnostics
import Yams

/// YAML text to nodes with places. Reports one mistake where the text is no YAML, each of several doubled keys.
struct YAMLText {
    /// Deepest nesting of a spec.
    private static let deepest = 60
    /// Doubled keys that are looked for in one text.
    private static let mostDoubledKeys = 20

    private let file: SourceFile
    private let findings: Findings
    /// Earlier places of keys that are written twice, which the parser refuses: they were hidden from it.
    private var hidden: [Place: String] = [:]

    private struct Place: Hashable {
        var line: Int
        var column: Int
    }

    private init(file: SourceFile, findings: Findings) {
        self.file = file
        self.findings = findings
    }

    /// The tree of `file`, or nil where it is no YAML (then a finding says why) or empty.
    static func parse(_ file: SourceFile, _ findings: Findings) -> SpecNode? {
        guard AliasWeight.isBounded(file.text) else {
            findings.error(
                "`\(file.path)` repeats anchors inside anchors until nothing could hold the result",
                at: .file(file, line: 1, column: 1),
                reason: .specUnreadable,
                help: ["write the repeated parts out"]
            )
            return nil
        }
        var reading = YAMLText(file: file, findings: findings)
        guard let root = reading.compose() else { return nil }
        return reading.node(root, depth: 0)
    }

    // MARK: Composing

    private mutating func compose() -> Node? {
        var text = file.text
        for attempt in 0...Self.mostDoubledKeys {
            do {
                guard let root = try Yams.compose(yaml: text, .basic, .default, .utf8) else {
                    reportEmpty()
                    return nil
                }
                return root
            } catch let error as YamlError {
                guard case .duplicatedKeysInMapping(let keys, let context) = error, let key = keys.first else {
                    report(error)
                    return nil
                }
                guard attempt < Self.mostDoubledKeys, let edited = hide(key, at: context.mark, in: text, attempt) else {
                    findings.error(
                        "key `\(key)` is written twice in the same mapping",
                        at: .file(file, line: context.mark.line, column: context.mark.column),
                        help: ["keep one of the two"]
                    )
                    return nil
                }
                text = edited
            } catch {
                findings.error(
                    "`\(file.path)` cannot be read as YAML: \(error)",
                    at: .file(file, line: 1, column: 1),
                    reason: .specUnreadable
                )
                return nil
            }
        }
        return nil
    }

    /// The text with the key at `mark` overwritten by signs that no key has, so that the parser goes on; nil where the
    /// key is not written there literally.
    private mutating func hide(_ key: String, at mark: Mark, in text: String, _ attempt: Int) -> String? {
        guard !key.isEmpty, let substitute = Unicode.Scalar(0xE000 + attempt) else { return nil }
        let shown = SourceFile(path: "", folder: "", text: text)
        guard shown.lines.indices.contains(mark.line - 1) else { return nil }
        let line = Array(shown.lines[mark.line - 1].unicodeScalars)
        var start = mark.column - 1
        guard line.indices.contains(start) else { return nil }
        if line[start] == "\"" || line[start] == "'" { start += 1 }
        let letters = Array(key.unicodeScalars)
        guard start + letters.count <= line.count, Array(line[start..<start + letters.count]) == letters else {
            return nil
        }
        var edited = line
        for index in start..<start + letters.count { edited[index] = substitute }
        hidden[Place(line: mark.line, column: mark.column)] = key
        var lines = shown.lines
        lines[mark.line - 1] = String(String.UnicodeScalarView(edited))
        return lines.joined(separator: "\n")
    }

    private func reportEmpty() {
        findings.error(
            "`\(file.path)` is empty",
            at: .file(file, line: 1, column: 1),
            reason: .specUnreadable,
            help: ["write the spec, at least `name: …`"]
        )
    }

    // MARK: Nodes

    private func node(_ node: Node, depth: Int) -> SpecNode? {
        let origin = origin(node)
        guard depth < Self.deepest else {
            findings.error("nested deeper than \(Self.deepest) levels", at: origin)
            return nil
        }
        switch node {
        case .scalar(let scalar):
            let isText = scalar.tag == Tag(.str) || scalar.tag == Tag(.nonSpecific)
            let isPlain = scalar.style == .plain && !isText
            return SpecNode(content: .scalar(.init(text: scalar.string, isPlain: isPlain)), origin: origin)
        case .sequence(let sequence):
            return SpecNode(
                content: .sequence(sequence.compactMap { self.node($0, depth: depth + 1) }),
                origin: origin
            )
        case .mapping(let mapping):
            return SpecNode(content: .mapping(entries(mapping, depth: depth)), origin: origin)
        case .alias:
            findings.error("an alias that stands for nothing", at: origin)
            return nil
        }
    }

    private func entries(_ mapping: Node.Mapping, depth: Int) -> [SpecNode.Entry] {
        var own: [SpecNode.Entry] = []
        var merged: [SpecNode.Entry] = []
        for (keyNode, valueNode) in mapping {
            let place = origin(keyNode)
            guard case .scalar(let keyScalar) = keyNode else {
                findings.error("a key must be a text, not a list or a mapping", at: place)
                continue
            }
            guard let value = node(valueNode, depth: depth + 1) else { continue }
            if keyScalar.string == "<<", keyScalar.style == .plain {
                merged += entriesToMerge(value)
                continue
            }
            let earlier = keyNode.mark.flatMap { hidden[Place(line: $0.line, column: $0.column)] }
            own.append(SpecNode.Entry(key: earlier ?? keyScalar.string, keyOrigin: place, value: value))
        }
        let ownKeys = Set(own.map(\.key))
        return reportingDoubledKeys(own) + merged.filter { !ownKeys.contains($0.key) }
    }

    /// What `<<: value` brings: of several mappings, the first that has a key wins.
    private func entriesToMerge(_ value: SpecNode) -> [SpecNode.Entry] {
        switch value.content {
        case .mapping(let entries):
            return entries
        case .sequence(let elements) where elements.allSatisfy({ $0.entries != nil }):
            var seen: Set<String> = []
            return elements.flatMap { $0.entries ?? [] }.filter { seen.insert($0.key).inserted }
        case .sequence, .scalar:
            findings.error("`<<` takes an anchored mapping, not \(value.written)", at: value.origin)
            return []
        }
    }

    /// The entries with the last of each key, in the first one's place.
    private func reportingDoubledKeys(_ entries: [SpecNode.Entry]) -> [SpecNode.Entry] {
        var result: [SpecNode.Entry] = []
        var positions: [String: Int] = [:]
        for entry in entries {
            guard let index = positions[entry.key] else {
                positions[entry.key] = result.count
                result.append(entry)
                continue
            }
            let first = result[index].keyOrigin.location.line.map { ", first on line \($0)" } ?? ""
            findings.error(
                "key `\(entry.key)` is written twice\(first)",
                at: entry.keyOrigin,
                help: ["keep one of the two"]
            )
            result[index] = entry
        }
        return result
    }

    private func origin(_ node: Node) -> Origin {
        .file(file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }
}

extension YAMLText {
    // MARK: Text that is no YAML

    private func report(_ error: YamlError) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            reportSyntax(context, problem, mark)
        case .reader(let problem, let offset, _, _):
            let (line, column) = place(atCharacter: offset ?? 0)
            findings.error(
                "`\(file.path)` is no text: \(problem)",
                at: .file(file, line: line, column: column),
                reason: .specUnreadable,
                help: ["save it as plain UTF-8 text"]
            )
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded, .duplicatedKeysInMapping:
            findings.error(
                "`\(file.path)` cannot be read as YAML",
                at: .file(file, line: 1, column: 1),
                reason: .specUnreadable
            )
        }
    }

    private func reportSyntax(_ context: YamlError.Context?, _ problem: String, _ mark: Mark) {
        // Of what was opened and not closed, the beginning helps more than the end of the file.
        let isOpen = problem == "found unexpected end of stream"
        let shown = isOpen ? context?.mark ?? mark : mark
        let origin = Origin.file(file, line: shown.line, column: shown.column)
        let line = file.lines.indices.contains(mark.line - 1) ? file.lines[mark.line - 1] : ""
        let indent = line.prefix { $0 == " " || $0 == "\t" }
        let sign = line.unicodeScalars.dropFirst(max(0, mark.column - 1)).first
        if let tab = indent.firstIndex(of: "\t") {
            let column = line.distance(from: line.startIndex, to: tab) + 1
            findings.error(
                "a tab indents this line, and YAML allows blanks only",
                at: .file(file, line: mark.line, column: column),
                reason: .specUnreadable,
                help: ["replace each tab by two blanks"]
            )
            return
        }
        let (message, help): (String, String)
        switch problem {
        case "but found another document":
            (message, help) = ("a second document begins here", "keep one spec in a file, and no `---` between")
        case "mapping values are not allowed in this context":
            (message, help) = ("a second `:` in one value", "put the value in quotes, or the key on a line of its own")
        case "could not find expected ':'":
            (message, help) = ("a key without `:`", "write `key: value`")
        case "found character that cannot start any token":
            let shown = sign.map { "`\($0)`" } ?? "this sign"
            (message, help) = ("a value cannot begin with \(shown)", "put the value in quotes")
        case "found undefined alias":
            (message, help) = ("an alias that names no anchor above it", "put a value that begins with `*` in quotes")
        case "did not find expected key", "did not find expected '-' indicator":
            (message, help) = (
                "this line fits neither the level above nor the one before", "indent it as its neighbours"
            )
        case "found unexpected end of stream":
            (message, help) = ("a quote that was opened is not closed", "close the quote")
        case "did not find expected ',' or '}'":
            (message, help) = ("a `,` or the closing `}` is missing", "write `{a: 1, b: 2}`")
        case "did not find expected ',' or ']'":
            (message, help) = ("a `,` or the closing `]` is missing", "write `[1, 2]`")
        default:
            (message, help) = (
                "no valid YAML: " + [context?.text, problem].compactMap { $0 }.joined(separator: ", "),
                "check the quotes, brackets and indentation here"
            )
        }
        findings.error(message, at: origin, reason: .specUnreadable, help: [help])
    }

    private func place(atCharacter offset: Int) -> (line: Int, column: Int) {
        let before = SourceFile(path: "", folder: "", text: String(file.text.prefix(offset)) + "|")
        return (before.lines.count, before.lines.last?.unicodeScalars.count ?? 1)
    }
}
