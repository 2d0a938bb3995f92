import BerthDiagnostics
import BerthJSON
import BerthRuntime

/// The settings that `configure --defaults` keeps: sections of `key = value` lines, as `az` writes them.
///
/// Lines that are no settings (comments, what other programs wrote) are kept when the file is written again.
struct DefaultsFile: Hashable, Sendable {
    /// One default, and where it comes from.
    struct Entry: Hashable, Sendable {
        let name: String
        let value: String
        /// The file's path, or the environment variable.
        let source: String

        var json: JSON { ["name": .string(name), "source": .string(source), "value": .string(value)] }
    }

    let path: String
    private var lines: [String]
    private var environment: [String: String]

    /// The settings in `text`, which is empty where there is no file yet.
    init(path: String, text: String, environment: [String: String] = [:]) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        self.environment = environment
    }

    /// The file that counts: `$AZURE_CONFIG_DIR/config` (default `~/.azure/config`) when called as `az`, else
    /// `config` in the home of Berth.
    static func path(asAz: Bool, environment: [String: String]) -> String {
        guard asAz else { return BerthHome(environment: environment).configFile }
        if let folder = environment["AZURE_CONFIG_DIR"], !folder.isEmpty { return folder + "/config" }
        return (environment["HOME"] ?? "") + "/.azure/config"
    }

    /// The value of `name` in `section`; an environment variable `AZURE_<SECTION>_<NAME>` wins, as with `az`.
    func value(_ name: String, section: String = "defaults") -> String? {
        if let value = environment[Self.variable(section, name)], !value.isEmpty { return value }
        return setting(name, section: section)
    }

    /// All defaults, in the file's order, those of the environment included.
    var entries: [Entry] {
        var entries: [Entry] = []
        for (section, line) in settings where section == "defaults" {
            guard let (name, value) = Self.split(line) else { continue }
            let variable = Self.variable(section, name)
            if let override = environment[variable], !override.isEmpty {
                entries.append(Entry(name: name, value: override, source: variable))
            } else {
                entries.append(Entry(name: name, value: value, source: path))
            }
        }
        for name in ["group", "workspace", "location"] where !entries.contains(where: { $0.name == name }) {
            let variable = Self.variable("defaults", name)
            if let value = environment[variable], !value.isEmpty {
                entries.append(Entry(name: name, value: value, source: variable))
            }
        }
        return entries
    }

    /// Sets a default; an empty value removes it.
    mutating func set(_ name: String, to value: String) {
        var section = ""
        var kept: [String] = []
        for line in lines {
            if let name = Self.section(line) { section = name }
            if section == "defaults", Self.split(line)?.0 == name { continue }
            kept.append(line)
        }
        lines = kept
        guard !value.isEmpty else { return }
        if let header = lines.firstIndex(where: { Self.section($0) == "defaults" }) {
            var end = header + 1
            while end < lines.count, Self.split(lines[end]) != nil { end += 1 }
            lines.insert("\(name) = \(value)", at: end)
        } else {
            lines += ["[defaults]", "\(name) = \(value)"]
        }
    }

    var text: String { lines.map { $0 + "\n" }.joined() }

    private func setting(_ name: String, section: String) -> String? {
        for (owner, line) in settings where owner == section {
            if let (key, value) = Self.split(line), key == name { return value }
        }
        return nil
    }

    private var settings: [(section: String, line: String)] {
        var section = ""
        var found: [(String, String)] = []
        for line in lines {
            if let name = Self.section(line) { section = name } else { found.append((section, line)) }
        }
        return found
    }

    private static func section(_ line: String) -> String? {
        let trimmed = line.trimmed
        guard trimmed.hasPrefix("["), trimmed.hasSuffix("]") else { return nil }
        return String(trimmed.dropFirst().dropLast()).trimmed
    }

    private static func split(_ line: String) -> (String, String)? {
        let trimmed = line.trimmed
        guard let first = trimmed.first, first != "#", first != ";", section(line) == nil,
            let sign = trimmed.firstIndex(of: "=")
        else { return nil }
        return (String(trimmed[..<sign]).trimmed, String(trimmed[trimmed.index(after: sign)...]).trimmed)
    }

    private static func variable(_ section: String, _ name: String) -> String {
        "AZURE_\(section.uppercased())_\(name.uppercased())"
    }
}

extension String {
    /// Without blanks at both ends.
    var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
