/// What pip is told on this machine by its variables and files, because uv does not read them.
///
/// Source: pip's documentation of configuration: global files, then the user's, then `PIP_CONFIG_FILE`, then
/// variables; the later wins. The section `install` wins over `global`.
struct PipConfiguration: Hashable, Sendable {
    private static let maxFileBytes = 64 * 1024

    var values: [String: String] = [:]

    init(values: [String: String]) { self.values = values }

    init(settings: EnvironmentSettings) {
        let variables = settings.processEnvironment
        let home = settings.userHome
        let configured = variables["PIP_CONFIG_FILE"]
        // `/dev/null` is pip's documented way to say: no files at all.
        if configured != "/dev/null" {
            let shared = (variables["XDG_CONFIG_DIRS"] ?? "/etc/xdg").split(separator: ":").map { "\($0)/pip/pip.conf" }
            let personal = variables["XDG_CONFIG_HOME"] ?? "\(home)/.config"
            let files =
                shared + ["/etc/pip.conf", "\(home)/.pip/pip.conf", "\(personal)/pip/pip.conf", configured ?? ""]
            for file in files where file.hasPrefix("/") {
                let bytes = try? Files.read(file, limit: Self.maxFileBytes)  // pip could not read it either
                guard let bytes else { continue }
                values.merge(Self.parse(String(decoding: bytes, as: UTF8.self))) { $1 }
            }
        }
        for (name, value) in variables where name.hasPrefix("PIP_") && !value.isEmpty {
            let key = name.dropFirst(4).lowercased().split(separator: "_").joined(separator: "-")
            values[key] = value
        }
    }

    /// The keys of the sections `global` and `install` of an INI file; a value may go on over indented lines.
    static func parse(_ text: String) -> [String: String] {
        var sections: [String: [String: String]] = [:]
        var section = ""
        var key: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let bare = trim(line)
            if bare.isEmpty || bare.hasPrefix("#") || bare.hasPrefix(";") { continue }
            if line.first?.isWhitespace == true, let key {
                sections[section, default: [:]][key, default: ""] += " " + bare
            } else if bare.hasPrefix("["), bare.hasSuffix("]") {
                section = String(bare.dropFirst().dropLast()).lowercased()
                key = nil
            } else if let separator = bare.firstIndex(where: { $0 == "=" || $0 == ":" }) {
                let name = trim(bare[..<separator]).lowercased().split(separator: "_").joined(separator: "-")
                sections[section, default: [:]][name] = String(trim(bare[bare.index(after: separator)...]))
                key = name
            }
        }
        return (sections["global"] ?? [:]).merging(sections["install"] ?? [:]) { $1 }
    }

    private static func trim(_ text: Substring) -> Substring {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return text[first...last]
    }

    /// The words of a value that holds several.
    func words(_ key: String) -> [String] {
        (values[key] ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
    }

    func isOn(_ key: String) -> Bool { ["1", "true", "yes", "on"].contains((values[key] ?? "").lowercased()) }
}
