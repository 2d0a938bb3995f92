import Testing

@testable import BerthCLI

@Suite("Defaults")
struct DefaultsFileTests {
    private let text =
        "# mine\n[core]\noutput = table\n\n[defaults]\ngroup = team\nworkspace=main\n\n[cloud]\nname = AzureCloud\n"

    @Test("defaults are read with the file they come from")
    func reads() {
        let file = DefaultsFile(path: "/c", text: text)
        #expect(file.value("group") == "team")
        #expect(file.value("workspace") == "main")
        #expect(file.value("output", section: "core") == "table")
        #expect(file.value("name") == nil)
        #expect(file.entries.map(\.name) == ["group", "workspace"])
        #expect(file.entries.allSatisfy { $0.source == "/c" })
    }

    @Test("a change keeps all other lines")
    func sets() {
        var file = DefaultsFile(path: "/c", text: text)
        file.set("workspace", to: "other")
        file.set("location", to: "local")
        #expect(
            file.text
                == "# mine\n[core]\noutput = table\n\n[defaults]\ngroup = team\nworkspace = other\nlocation = local\n\n"
                + "[cloud]\nname = AzureCloud\n"
        )
    }

    @Test("an empty value removes a default, and only in its section")
    func removes() {
        var file = DefaultsFile(path: "/c", text: text)
        file.set("group", to: "")
        file.set("name", to: "")
        #expect(file.value("group") == nil)
        #expect(file.value("name", section: "cloud") == "AzureCloud")
    }

    @Test("a first default makes the section")
    func first() {
        var file = DefaultsFile(path: "/c", text: "")
        file.set("group", to: "team")
        #expect(file.text == "[defaults]\ngroup = team\n")
    }

    @Test("called as az, the folder of az counts, and its environment variables win")
    func asAz() {
        let environment = ["HOME": "/h", "AZURE_DEFAULTS_GROUP": "fromenv"]
        #expect(DefaultsFile.path(asAz: true, environment: environment) == "/h/.azure/config")
        #expect(DefaultsFile.path(asAz: true, environment: ["AZURE_CONFIG_DIR": "/a"]) == "/a/config")
        #expect(DefaultsFile.path(asAz: false, environment: environment) == "/h/.berth/config")
        let file = DefaultsFile(path: "/c", text: text, environment: environment)
        #expect(file.value("group") == "fromenv")
        #expect(file.entries.first?.source == "AZURE_DEFAULTS_GROUP")
    }

    @Test("help shows the defaults and where they come from")
    func help() {
        let file = DefaultsFile(path: "/c", text: text)
        let shown = HelpText(program: "berth", defaults: file.entries).command(OnlineEndpointShow.command)
        #expect(shown.contains("  workspace = main  (from /c)"))
    }
}
