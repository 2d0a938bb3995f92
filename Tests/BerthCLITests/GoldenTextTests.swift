import BerthTesting
import Testing

@testable import BerthCLI

@Suite("Golden texts")
struct GoldenTextTests {
    @Test("the help of every command is as reviewed", arguments: CommandTable.all.map(\.name))
    func help(name: String) async {
        let words = name.split(separator: " ").map(String.init)
        let answer = await CommandLineProbe.run(words + ["-h"])
        #expect(answer.status == 0 && answer.error.isEmpty)
        let file = "help/\(words.joined(separator: "-")).txt"
        #expect(Golden.difference(answer.out, file) == nil)
    }

    @Test(
        "the help of each group and of the program is as reviewed",
        arguments: ["", "online-endpoint", "online-deployment", "endpoint"]
    )
    func groupHelp(name: String) async {
        let answer = await CommandLineProbe.run(name.isEmpty ? [] : [name])
        #expect(answer.status == 0)
        #expect(Golden.difference(answer.out, "help/\(name.isEmpty ? "berth" : name).txt") == nil)
    }

    @Test(
        "errors of usage are as reviewed",
        arguments: [
            ("unknown-command", ["online-endpont", "show"]),
            ("unknown-verb", ["online-endpoint", "creat"]),
            ("unknown-option", ["online-deployment", "show", "--endpint-name", "e"]),
            ("unserved-option", ["online-deployment", "create", "-f", "d.yml", "--local", "--vscode-debug"]),
            ("ambiguous-option", ["online-deployment", "create", "--s", "a=1"]),
            ("missing-option", ["online-deployment", "show", "-n", "blue"]),
            ("missing-value", ["online-endpoint", "show", "--name"]),
            ("too-many-words", ["online-endpoint", "show", "diabetes"]),
            ("bad-container", ["online-deployment", "get-logs", "-n", "b", "-e", "e", "-c", "sidecar"]),
            ("bad-format", ["online-endpoint", "list", "--local", "-o", "jsn"]),
            ("bad-lines", ["online-deployment", "get-logs", "--local", "-n", "b", "-e", "e", "-l", "many"]),
            ("bad-traffic", ["online-endpoint", "update", "--local", "-n", "e", "--traffic", "blue=90 green=20"]),
            ("bad-mirror", ["online-endpoint", "update", "--local", "-n", "e", "--mirror-traffic", "green=60"]),
            ("bad-query", ["online-endpoint", "list", "--local", "--query", "[?name=="]),
            ("no-server", ["online-endpoint", "list"]),
            ("no-confirmation", ["online-endpoint", "delete", "--local", "-n", "e"]),
            ("with-json", ["online-endpoint", "list", "-o", "json"]),
            ("home-not-writable", ["online-endpoint", "list", "--local"]),
            ("batch-endpoint", ["endpoint", "show", "-n", "e", "-t", "batch", "--local"]),
            ("explain-unknown", ["explain", "ERR_2201"]),
            ("completion-unknown", ["completion", "tcsh"]),
        ]
    )
    func errors(name: String, words: [String]) async {
        var environment = CommandLineProbe.environment
        // A file where a folder should be cannot be used by anybody, root included.
        environment["BERTH_HOME"] = "/dev/null/berth"
        let answer = await CommandLineProbe.run(words, environment: environment)
        #expect(Golden.difference(answer.transcript, "errors/\(name).txt") == nil)
    }

    @Test("completions and man pages are as reviewed")
    func generated() {
        for (path, text) in GenerateDocs.files() where !path.hasPrefix("man/") || path.hasSuffix("create.1") {
            #expect(Golden.difference(text, "share/\(path)") == nil)
        }
        #expect(GenerateDocs.files().count == CommandTable.all.count + 3)
    }
}
