import BerthDiagnostics

/// From which indexes packages come, where the spec itself says so.
struct IndexOptions: Hashable, Sendable {
    var indexURL: String?
    var extraIndexURLs: [String] = []
    var findLinks: [String] = []
    var trustedHosts: [String] = []
    var usesNoIndex = false
    var allowsPrereleases = false
    var noBinary: [String] = []
    var onlyBinary: [String] = []

    /// Everything that may hold credentials.
    var urls: [String] { [indexURL].compactMap { $0 } + extraIndexURLs + findLinks }

    /// For the key of the environment, with the credentials already taken out of the URLs.
    func keyLines(_ redact: Redactor) -> [String] {
        var lines = indexURL.map { ["index \(redact($0))"] } ?? []
        lines += extraIndexURLs.map { "extra \(redact($0))" } + findLinks.map { "links \(redact($0))" }
        if usesNoIndex { lines.append("no-index") }
        if allowsPrereleases { lines.append("pre") }
        return lines + noBinary.map { "no-binary \($0)" } + onlyBinary.map { "only-binary \($0)" }
    }
}

/// Reads the `pip:` list and the files that it names with `-r`.
struct RequirementReader {
    /// Files within files.
    private static let maxDepth = 8
    private static let maxRequirements = 5000

    private(set) var requirements: [Requirement] = []
    private(set) var constraintFiles: [String] = []
    private(set) var index = IndexOptions()
    private(set) var notes: [String] = []

    /// Reads one line; relative paths are relative to `folder`.
    mutating func read(_ entry: CondaFile.Entry, in folder: String?, depth: Int = 0) throws(Diagnostic) {
        guard requirements.count < Self.maxRequirements else {
            throw refusal("more than \(Self.maxRequirements) requirements", entry)
        }
        let text = entry.text.drop { $0.isWhitespace }
        if text.isEmpty || text.hasPrefix("#") { return }
        guard text.hasPrefix("-") else {
            requirements.append(try Requirement(pip: entry, relativeTo: folder))
            return
        }
        let end = text.firstIndex { $0.isWhitespace || $0 == "=" } ?? text.endIndex
        var option = String(text[..<end])
        var value = String(text[end...].drop { $0.isWhitespace || $0 == "=" })
        // `-rfile` is `-r file`.
        if option.count > 2, !option.hasPrefix("--") {
            value = String(option.dropFirst(2)) + text[end...]
            option = String(option.prefix(2))
        }
        while value.last?.isWhitespace == true { value.removeLast() }
        try apply(option, value, entry, folder, depth)
    }

    private mutating func apply(
        _ option: String,
        _ value: String,
        _ entry: CondaFile.Entry,
        _ folder: String?,
        _ depth: Int
    ) throws(Diagnostic) {
        switch option {
        case "-r", "--requirement": try include(value, entry, folder, depth + 1)
        case "-c", "--constraint":
            let path = try Requirement.absolutePath(value, for: entry, relativeTo: folder)
            guard Files.exists(path) else { throw refusal("`\(value)` does not exist", entry) }
            constraintFiles.append(path)
        case "-e", "--editable":
            var target = entry
            target.text = value
            requirements.append(try Requirement(pip: target, relativeTo: folder))
            notes.append(
                "`\(entry.text)`: installed as a copy, because an environment is never changed after it is built"
            )
        case "-i", "--index-url": index.indexURL = value
        case "--extra-index-url": index.extraIndexURLs.append(value)
        case "-f", "--find-links":
            let isAddress = value.contains("://") || value.hasPrefix("/")
            index.findLinks.append(
                isAddress ? value : try Requirement.absolutePath(value, for: entry, relativeTo: folder)
            )
        case "--no-index": index.usesNoIndex = true
        case "--pre": index.allowsPrereleases = true
        case "--trusted-host": index.trustedHosts.append(value)
        case "--no-binary": index.noBinary += value.split(separator: ",").map(String.init)
        case "--only-binary": index.onlyBinary += value.split(separator: ",").map(String.init)
        case "--prefer-binary", "--require-hashes", "--use-feature", "--no-cache-dir", "--upgrade", "-U", "-q",
            "--quiet", "--progress-bar", "--default-timeout", "--timeout", "--retries":
            notes.append("`\(option)` has no meaning here and is left out")
        default:
            let known = ["--index-url", "--extra-index-url", "--find-links", "--requirement", "--constraint", "--pre"]
            throw refusal(
                "`\(option)` is no option that a `pip:` list can have",
                entry,
                help: nearestName(to: option, among: known).map { "write `\($0)`" }
            )
        }
    }

    private mutating func include(
        _ name: String,
        _ entry: CondaFile.Entry,
        _ folder: String?,
        _ depth: Int
    ) throws(Diagnostic) {
        guard depth <= Self.maxDepth else { throw refusal("`-r` files name each other without end", entry) }
        let path = try Requirement.absolutePath(name, for: entry, relativeTo: folder)
        let bytes: [UInt8]?
        do {
            bytes = try Files.read(path, limit: CondaFile.maxBytes)
        } catch {
            throw refusal("`\(name)` cannot be read", entry, evidence: [Evidence("file", error.text)])
        }
        guard let bytes else { throw refusal("`\(name)` does not exist", entry, evidence: [Evidence("path", path)]) }
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        var pending = ""
        var first = 1
        for (number, line) in lines.enumerated() {
            if pending.isEmpty { first = number + 1 }
            let text = line.hasSuffix("\r") ? line.dropLast() : line
            if text.hasSuffix("\\") {
                pending += text.dropLast()
                continue
            }
            let included = CondaFile.Entry(
                text: pending + text,
                location: SourceLocation(path: name, line: first, column: 1),
                sourceLine: String(lines[first - 1])
            )
            pending = ""
            try read(included, in: String(path[..<slash]), depth: depth)
        }
    }

    private func refusal(
        _ message: String,
        _ entry: CondaFile.Entry,
        evidence: [Evidence] = [],
        help: String? = nil
    ) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .specInvalid,
            message,
            location: entry.location,
            sourceLine: entry.sourceLine,
            evidence: evidence,
            help: [help ?? "put right this line of `\(entry.location.path)`"]
        )
    }
}
