import BerthDiagnostics

/// One package that pip or uv is asked for.
struct Requirement: Hashable, Sendable {
    /// As it is given to the tool.
    var text: String
    /// In PyPI's normal form; nil for an address or a path without a name.
    var name: String?
    var clauses: [CondaSpec.Clause]
    /// An absolute path on this machine whose content is installed.
    var localPath: String?
    /// Where the user wrote it.
    var origin: CondaFile.Entry

    /// For messages: the name, or the text where there is none.
    var subject: String { name ?? text }

    /// Whether some comparison limits the version.
    var limitsVersion: Bool { !clauses.isEmpty || text.contains("@") }
}

extension Requirement {
    /// Reads a requirement as pip writes it: `scikit-learn[x]>=1.0,<2; python_version>"3.8"`, an address, a path.
    ///
    /// Relative paths are relative to `folder`, which is nil where the file that holds the line is not on disk.
    init(pip entry: CondaFile.Entry, relativeTo folder: String?) throws(Diagnostic) {
        let text = Self.withoutComment(entry.text)
        self.init(text: text, name: nil, clauses: [], localPath: nil, origin: entry)
        if Self.isPath(text) {
            try readPath(text, relativeTo: folder)
            return
        }
        let nameEnd =
            text.firstIndex { !($0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0))) } ?? text.endIndex
        let rest = text[nameEnd...].drop { $0.isWhitespace }
        if text[nameEnd...].hasPrefix("://") || text[nameEnd...].hasPrefix("+") { return }
        guard nameEnd > text.startIndex else {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "`\(text)` is no requirement: it does not begin with a package's name",
                location: entry.location,
                sourceLine: entry.sourceLine,
                help: ["write it as `name==version`"]
            )
        }
        name = PackageTables.normalized(String(text[..<nameEnd]))
        let withoutExtras =
            rest.hasPrefix("[") ? rest[(rest.firstIndex(of: "]") ?? rest.startIndex)...].dropFirst() : rest
        clauses = Self.clauses(in: withoutExtras.prefix { $0 != ";" && $0 != "@" })
    }

    private static func withoutComment(_ text: String) -> String {
        var end = text.endIndex
        var previous: Character = " "
        for index in text.indices {
            // Inside an address a `#` begins the fragment; a comment has a blank before it.
            if text[index] == "#", previous.isWhitespace {
                end = index
                break
            }
            previous = text[index]
        }
        var result = text[..<end]
        while result.last?.isWhitespace == true { result.removeLast() }
        return String(result.drop { $0.isWhitespace })
    }

    private static func isPath(_ text: String) -> Bool {
        let path = text.prefix { $0 != "[" && $0 != ";" && $0 != " " }
        if path.hasPrefix(".") || path.hasPrefix("/") || path.hasPrefix("~/") || path.hasPrefix("file:") { return true }
        guard !path.contains("://"), !path.contains("@") else { return false }
        return [".whl", ".tar.gz", ".zip", ".tar.bz2"].contains { path.hasSuffix($0) } || path.contains("/")
    }

    private mutating func readPath(_ text: String, relativeTo folder: String?) throws(Diagnostic) {
        // The path ends where extras or a marker begin; blanks belong to it.
        var path = text[..<(text.firstRange(of: " ;")?.lowerBound ?? text.endIndex)]
        var tail = String(text[path.endIndex...])
        if path.hasSuffix("]"), let bracket = path.lastIndex(of: "[") {
            tail = String(path[bracket...]) + tail
            path = path[..<bracket]
        }
        var location = String(path)
        if location.hasPrefix("file:") {
            location = String(location.dropFirst(location.hasPrefix("file://") ? 7 : 5))
        }
        let absolute = try Self.absolutePath(location, for: origin, relativeTo: folder)
        guard Files.exists(absolute) else {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "`\(location)` does not exist",
                location: origin.location,
                sourceLine: origin.sourceLine,
                evidence: [Evidence("path", absolute)],
                help: ["put right the path, which is relative to the file that names it"]
            )
        }
        localPath = absolute
        self.text = "\(Self.quotedPath(absolute))\(tail)"
    }

    static func absolutePath(
        _ path: String,
        for origin: CondaFile.Entry,
        relativeTo folder: String?
    ) throws(Diagnostic) -> String {
        if path.hasPrefix("/") { return path }
        guard let folder else {
            throw Diagnostic(
                .badArgument,
                .specInvalid,
                "`\(path)` is relative to the conda file, which is not on this machine",
                location: origin.location,
                sourceLine: origin.sourceLine,
                help: ["write the requirements into the conda file itself"]
            )
        }
        let joined = folder + "/" + path
        return Files.realPath(joined) ?? joined
    }

    /// A path as an address, so that blanks and other signs in it are no syntax.
    private static func quotedPath(_ path: String) -> String {
        var result = "file://"
        for byte in path.utf8 {
            let sign = Character(Unicode.Scalar(byte))
            if byte < 0x80, sign.isLetter || sign.isNumber || "/._-~".contains(sign) {
                result.append(sign)
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    private static func clauses(in text: Substring) -> [CondaSpec.Clause] {
        text.split(separator: ",").compactMap { part in
            let bare = part.filter { !$0.isWhitespace && $0 != "(" && $0 != ")" }
            let sign = bare.prefix { "=<>!~".contains($0) }
            guard !sign.isEmpty else { return nil }
            var version = bare.dropFirst(sign.count).prefix { !"-".contains($0) || $0 == "." }
            let isPrefix = version.hasSuffix(".*")
            if isPrefix { version = version.dropLast(2) }
            return CondaSpec.Clause(relation: String(sign), version: String(version), isPrefix: isPrefix)
        }
    }
}
