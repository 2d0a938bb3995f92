/// The variables that uv is run with: the user's own, minus what would change an environment unseen, plus pip's
/// settings in uv's words, plus what the spec says about indexes.
///
/// Index addresses go by variables, never by arguments, which other users of the machine can read.
struct UvEnvironment: Hashable, Sendable {
    /// Would make another environment than the one that the key names, or lead tools to another place.
    private static let stripped: Set<String> = [
        "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONOPTIMIZE", "VIRTUAL_ENV",
        "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_BREAK_SYSTEM_PACKAGES",
        "UV_COMPILE_BYTECODE", "UV_PROJECT", "UV_PROJECT_ENVIRONMENT", "UV_WORKING_DIR", "UV_WORKING_DIRECTORY",
        "UV_NO_INSTALL_PROJECT", "UV_PYTHON_PREFERENCE", "UV_MANAGED_PYTHON", "UV_NO_MANAGED_PYTHON", "UV_LOCKED",
        "UV_FROZEN", "UV_VENV_SEED", "UV_VENV_CLEAR", "UV_NO_VERIFY_HASHES", "UV_OVERRIDE", "UV_NO_DEPS",
        "__PYVENV_LAUNCHER__",
    ]

    private(set) var variables: [String: String]
    /// uv's cache, which holds the downloads and the files that environments share by hard links.
    var cacheFolder: String { variables["UV_CACHE_DIR"] ?? "" }
    /// Everything that may hold credentials.
    let secretURLs: [String]

    /// Where the user names no cache, `defaultCache` is it. It lies beside the environments, on the same file system,
    /// so that hard links work.
    init(settings: EnvironmentSettings, pip: PipConfiguration, index: IndexOptions, defaultCache: String) {
        var variables = settings.processEnvironment.filter { !Self.stripped.contains($0.key) }
        variables["PATH"] = settings.searchFolders.joined(separator: ":")
        if (variables["UV_CACHE_DIR"] ?? "").isEmpty { variables["UV_CACHE_DIR"] = defaultCache }
        variables["UV_PYTHON_DOWNLOADS"] = "never"
        variables["UV_NO_PROGRESS"] = "1"
        variables["NO_COLOR"] = "1"
        Self.setIndexes(&variables, pip, index)
        Self.setNetwork(&variables, pip, index)
        self.variables = variables
        let names = ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS"]
        let proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]
        secretURLs = (names + proxies).compactMap { variables[$0] } + index.urls
    }

    private static func setIndexes(_ variables: inout [String: String], _ pip: PipConfiguration, _ index: IndexOptions)
    {
        func isUnset(_ names: String...) -> Bool { names.allSatisfy { (variables[$0] ?? "").isEmpty } }
        if let own = index.indexURL {
            // As with pip, the file's index replaces that of the machine.
            variables["UV_INDEX_URL"] = nil
            variables["UV_DEFAULT_INDEX"] = own
        } else if isUnset("UV_DEFAULT_INDEX", "UV_INDEX_URL"), let url = pip.words("index-url").first {
            variables["UV_DEFAULT_INDEX"] = url
        }
        var extra = index.extraIndexURLs
        if isUnset("UV_INDEX", "UV_EXTRA_INDEX_URL") { extra += pip.words("extra-index-url") }
        if !extra.isEmpty {
            let before = (variables["UV_INDEX"] ?? "").split(separator: " ").map(String.init)
            variables["UV_INDEX"] = (extra + before).joined(separator: " ")
        }
        if !isUnset("UV_INDEX", "UV_EXTRA_INDEX_URL"), isUnset("UV_INDEX_STRATEGY") {
            // pip takes the best version of all indexes, and conda files are written for pip.
            variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
        }
        var links = index.findLinks
        if isUnset("UV_FIND_LINKS") {
            // pip passes over a folder that does not exist; uv does not.
            links += pip.words("find-links").filter { $0.contains("://") || Files.exists($0) }
        }
        if !links.isEmpty {
            let before = (variables["UV_FIND_LINKS"] ?? "").split(separator: ",").map(String.init)
            variables["UV_FIND_LINKS"] = (links + before).joined(separator: ",")
        }
        if index.usesNoIndex || (isUnset("UV_NO_INDEX") && pip.isOn("no-index")) { variables["UV_NO_INDEX"] = "1" }
        if index.allowsPrereleases || (isUnset("UV_PRERELEASE") && pip.isOn("pre")) {
            variables["UV_PRERELEASE"] = "allow"
        }
    }

    private static func setNetwork(_ variables: inout [String: String], _ pip: PipConfiguration, _ index: IndexOptions)
    {
        func isUnset(_ name: String) -> Bool { (variables[name] ?? "").isEmpty }
        if isUnset("SSL_CERT_FILE"), let path = pip.values["cert"], Files.exists(path) {
            variables["SSL_CERT_FILE"] = path
        }
        let hosts = index.trustedHosts + (isUnset("UV_INSECURE_HOST") ? pip.words("trusted-host") : [])
        if !hosts.isEmpty {
            let before = (variables["UV_INSECURE_HOST"] ?? "").split(separator: " ").map(String.init)
            variables["UV_INSECURE_HOST"] = (hosts + before).joined(separator: " ")
        }
        if let proxy = pip.values["proxy"] {
            for name in ["HTTP_PROXY", "HTTPS_PROXY"] where isUnset(name) && isUnset(name.lowercased()) {
                variables[name] = proxy.contains("://") ? proxy : "http://\(proxy)"
            }
        }
        if isUnset("UV_HTTP_TIMEOUT"), let seconds = (pip.values["timeout"] ?? pip.values["default-timeout"]),
            Double(seconds) != nil
        {
            variables["UV_HTTP_TIMEOUT"] = String(seconds.prefix { $0 != "." })
        }
    }
}
