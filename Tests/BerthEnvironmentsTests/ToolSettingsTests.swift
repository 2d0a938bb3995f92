import Testing

@testable import BerthEnvironments

@Suite("Settings of tools")
struct ToolSettingsTests {
    @Test(
        "credentials in addresses are taken out",
        arguments: [
            ("index https://user:pass@host/simple", "index https://***@host/simple"),
            ("https://token@host https://a:b@c", "https://***@host https://***@c"),
            ("https://host/a@b", "https://host/a@b"),
            ("git+ssh://git@github.com/x", "git+ssh://***@github.com/x"),
            ("user@host", "user@host"),
            ("http://u:p@ss@host/", "http://***@host/"),
            ("://", "://"),
        ]
    )
    func redacts(text: String, expected: String) {
        #expect(Redactor()(text) == expected)
    }

    @Test("a known password is taken out wherever it turns up")
    func knownSecret() {
        let redact = Redactor(urls: ["https://me:hunter22@host/simple"])
        #expect(redact("wrong password hunter22 for me") == "wrong password *** for me")
    }

    @Test("pip's file is read with continued lines, and `install` wins over `global`")
    func pipFile() {
        let values = PipConfiguration.parse(
            """
            # mirror
            [global]
            index-url = https://mirror.example/simple
            find-links =
                /opt/wheels
                https://links.example/
            timeout: 60
            [install]
            extra_index_url = https://extra.example/simple
            timeout = 90
            [list]
            format = columns
            """
        )
        #expect(values["index-url"] == "https://mirror.example/simple")
        #expect(PipConfiguration(values: values).words("find-links") == ["/opt/wheels", "https://links.example/"])
        #expect(values["extra-index-url"] == "https://extra.example/simple")
        #expect(values["timeout"] == "90")
        #expect(values["format"] == nil)
    }

    @Test("uv gets pip's settings where it has none of its own")
    func translation() {
        let pip = PipConfiguration(values: [
            "index-url": "https://mirror.example/simple", "extra-index-url": "https://a.example https://b.example",
            "find-links": "/nowhere/at/all https://links.example/", "trusted-host": "mirror.example",
            "default-timeout": "180", "proxy": "proxy.example:3128", "pre": "true",
        ])
        let variables = Self.variables([:], pip)
        #expect(variables["UV_DEFAULT_INDEX"] == "https://mirror.example/simple")
        #expect(variables["UV_INDEX"] == "https://a.example https://b.example")
        #expect(variables["UV_INDEX_STRATEGY"] == "unsafe-best-match")
        #expect(variables["UV_FIND_LINKS"] == "https://links.example/")
        #expect(variables["UV_INSECURE_HOST"] == "mirror.example")
        #expect(variables["UV_HTTP_TIMEOUT"] == "180")
        #expect(variables["HTTPS_PROXY"] == "http://proxy.example:3128")
        #expect(variables["UV_PRERELEASE"] == "allow")
        let own = Self.variables(["UV_DEFAULT_INDEX": "https://uv.example/", "https_proxy": "http://p/"], pip)
        #expect(own["UV_DEFAULT_INDEX"] == "https://uv.example/")
        #expect(own["HTTPS_PROXY"] == nil)
    }

    @Test("the index of the conda file replaces that of the machine")
    func ownIndex() {
        var index = IndexOptions()
        index.indexURL = "https://own.example/simple"
        let pip = PipConfiguration(values: ["index-url": "https://mirror.example/simple"])
        let variables = Self.variables(["UV_INDEX_URL": "https://uv.example/"], pip, index)
        #expect(variables["UV_DEFAULT_INDEX"] == "https://own.example/simple")
        #expect(variables["UV_INDEX_URL"] == nil)
    }

    @Test("variables that would change the environment unseen are not passed on")
    func stripped() {
        let variables = Self.variables(
            ["PYTHONPATH": "/x", "PYTHONDONTWRITEBYTECODE": "1", "VIRTUAL_ENV": "/v", "SSL_CERT_FILE": "/ca.pem"],
            PipConfiguration(values: ["cert": "/other.pem"])
        )
        #expect(variables["PYTHONPATH"] == nil)
        #expect(variables["PYTHONDONTWRITEBYTECODE"] == nil)
        #expect(variables["VIRTUAL_ENV"] == nil)
        #expect(variables["SSL_CERT_FILE"] == "/ca.pem")
        #expect(variables["UV_CACHE_DIR"] == "/cache")
    }

    private static func variables(
        _ process: [String: String],
        _ pip: PipConfiguration,
        _ index: IndexOptions = IndexOptions()
    ) -> [String: String] {
        UvEnvironment(
            settings: EnvironmentSettings(processEnvironment: process),
            pip: pip,
            index: index,
            defaultCache: "/cache"
        ).variables
    }

    @Test("a stream is cut into lines however its bytes arrive; long lines are cut off")
    func lines() {
        var splitter = LineSplitter(maxLineBytes: 5)
        #expect(splitter.feed("ab".utf8) == [])
        #expect(splitter.feed("c\nde\rfghijkl\n\nx".utf8) == ["abc", "de", "fghij", ""])
        #expect(splitter.rest() == "x")
        #expect(splitter.rest() == nil)
    }

    @Test("the packages of a lock file are read without hashes and comments")
    func pins() {
        let lock = """
            numpy==2.2.6 \\
                --hash=sha256:00 \\
                --hash=sha256:11
                # via scikit-learn
            # a comment
            pkg @ file:///tmp/pkg
            """
        #expect(EnvironmentBuild.pins(in: lock) == ["numpy==2.2.6", "pkg @ file:///tmp/pkg"])
    }
}
