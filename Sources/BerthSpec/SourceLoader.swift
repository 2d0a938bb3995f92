import BerthDiagnostics

/// Bytes to a tree: the file's own troubles (missing, folder, too large, no UTF-8) become findings.
enum SourceLoader {
    static func tree(_ source: SpecSource, _ findings: Findings) -> SpecNode? {
        guard let file = file(source, findings) else { return nil }
        return YAMLText.parse(file, findings)
    }

    static func file(_ source: SpecSource, _ findings: Findings, namedAt origin: Origin? = nil) -> SourceFile? {
        let bytes: [UInt8]
        switch source.content {
        case .bytes(let given):
            guard given.count <= SpecSource.maxBytes else {
                tooLarge(source.path, given.count, origin, findings)
                return nil
            }
            bytes = given
        case .file(let absolute):
            do {
                bytes = try FileAccess.read(absolute, limit: SpecSource.maxBytes)
            } catch {
                report(error, source, absolute, origin, findings)
                return nil
            }
        }
        return decode(bytes, source, findings)
    }

    private static func report(
        _ failure: FileAccess.Failure,
        _ source: SpecSource,
        _ absolute: String,
        _ origin: Origin?,
        _ findings: Findings
    ) {
        func say(_ message: String, evidence: [Evidence] = [], help: [String] = []) {
            findings.add(
                Diagnostic(
                    .badArgument,
                    .specUnreadable,
                    message,
                    location: origin?.location ?? SourceLocation(path: source.path),
                    sourceLine: origin?.sourceLine,
                    evidence: evidence,
                    help: help
                )
            )
        }
        switch failure {
        case .missing:
            let hint = MissingPath.hint(written: source.path, absolute: absolute)
            say("there is no file `\(source.path)`", evidence: hint.evidence, help: hint.help)
        case .isDirectory:
            let specs = FileAccess.names(in: absolute).filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }
            let base = source.path.hasSuffix("/") ? source.path : source.path + "/"
            say(
                "`\(source.path)` is a folder, not a file",
                help: specs.isEmpty ? [] : ["name a file in it, such as `\(base)\(specs[0])`"]
            )
        case .tooLarge(let size):
            tooLarge(source.path, size, origin, findings)
        case .unreadable(let words):
            say("`\(source.path)` cannot be read: \(words)")
        }
    }

    private static func tooLarge(_ path: String, _ size: Int, _ origin: Origin?, _ findings: Findings) {
        findings.add(
            Diagnostic(
                .badArgument,
                .specUnreadable,
                "`\(path)` has \(size) bytes, more than a spec may have (\(SpecSource.maxBytes))",
                location: origin?.location ?? SourceLocation(path: path)
            )
        )
    }

    private static func decode(_ bytes: [UInt8], _ source: SpecSource, _ findings: Findings) -> SourceFile? {
        func refuse(_ message: String, _ line: Int, _ column: Int) {
            findings.add(
                Diagnostic(
                    .badArgument,
                    .specUnreadable,
                    message,
                    location: SourceLocation(path: source.path, line: line, column: column),
                    help: ["save it as UTF-8 text"]
                )
            )
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            refuse("`\(source.path)` is written in UTF-16", 1, 1)
            return nil
        }
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        guard let text = String(validating: body, as: UTF8.self) else {
            let place = invalidPlace(body)
            refuse("`\(source.path)` is not UTF-8 here", place.line, place.column)
            return nil
        }
        return SourceFile(path: source.path, folder: source.folder, text: text)
    }

    /// The first place that decodes to no character.
    private static func invalidPlace(_ bytes: ArraySlice<UInt8>) -> (line: Int, column: Int) {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var line = 1
        var column = 1
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return (line, column)
    }
}

/// What to say about a path that leads nowhere: the nearest name, or what is there.
enum MissingPath {
    private static let mostNamesShown = 8

    /// `written` is the path as the user wrote it, `absolute` the same from `/`.
    static func hint(written: String, absolute: String) -> (evidence: [Evidence], help: [String]) {
        let parts = absolute.split(separator: "/").map(String.init)
        var folder = ""
        for (index, part) in parts.enumerated() {
            let next = folder + "/" + part
            if FileAccess.kind(next) != .missing {
                folder = next
                continue
            }
            let base = folder.isEmpty ? "/" : folder
            guard FileAccess.kind(base) == .directory else { return ([], []) }
            let names = FileAccess.names(in: base)
            let remaining = parts.count - index
            if let near = nearestName(to: part, among: names) {
                return ([], ["write `\(replacing(written, fromEnd: remaining, by: near))`"])
            }
            let shown = names.filter { !$0.hasPrefix(".") }.prefix(mostNamesShown).joined(separator: ", ")
            let more = names.count > mostNamesShown ? ", …" : ""
            let content = names.isEmpty ? "is empty" : "holds \(shown)\(more)"
            return ([Evidence("folder", "`\(PathText.name(of: base))` \(content)")], [])
        }
        return ([], [])
    }

    /// `written` with the part at `position` from its end exchanged.
    private static func replacing(_ written: String, fromEnd position: Int, by name: String) -> String {
        var parts = written.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.last == "" { parts.removeLast() }
        let index = parts.count - position
        guard parts.indices.contains(index) else { return name }
        parts[index] = name
        return parts.joined(separator: "/")
    }
}
