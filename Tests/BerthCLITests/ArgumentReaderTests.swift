import BerthDiagnostics
import Testing

@testable import BerthCLI

@Suite("Arguments")
struct ArgumentReaderTests {
    private func read(_ words: String...) throws -> (Command, Arguments) {
        let reader = CommandLineReader(groups: CommandTable.groups, commands: CommandTable.single, program: "berth")
        guard case .run(let command, let arguments) = try reader.read(words) else {
            throw NotACommand()
        }
        return (command, arguments)
    }

    private struct NotACommand: Error {}

    private func failure(_ words: String...) -> CommandFailure? {
        let reader = CommandLineReader(groups: CommandTable.groups, commands: CommandTable.single, program: "berth")
        do {
            _ = try reader.read(words)
            return nil
        } catch {
            return error
        }
    }

    @Test("a unique prefix of a long option is enough")
    func prefixes() throws {
        let (_, arguments) = try read("online-deployment", "show", "--endpoint", "diabetes", "--na", "blue")
        #expect(arguments.string(CommonOption.endpointName) == "diabetes")
        #expect(arguments.string(CommonOption.deploymentName) == "blue")
        let (_, invoke) = try read("online-endpoint", "invoke", "-n", "e", "--request", "r.json", "--deployment=green")
        #expect(invoke.string(OnlineEndpointInvoke.deployment) == "green")
    }

    @Test("a prefix of several options is refused with all of them")
    func ambiguous() {
        let message = failure("online-deployment", "create", "--s", "a=1")?.diagnostics.first?.message ?? ""
        #expect(message.contains("`--set`") && message.contains("`--subscription`"))
    }

    @Test("an option's exact name goes before longer names that begin with it")
    func exactWins() throws {
        let (_, arguments) = try read("online-endpoint", "create", "-n", "e", "--set", "a=1")
        #expect(arguments.strings(CommonOption.set) == ["a=1"])
    }

    @Test("several words behind one `--set`, and several `--set`, are all kept")
    func severalWords() throws {
        let (_, arguments) = try read(
            "online-deployment",
            "create",
            "-f",
            "f.yml",
            "--set",
            "a=1",
            "b=-2",
            "--local",
            "--set",
            "c=3"
        )
        #expect(arguments.strings(CommonOption.set) == ["a=1", "b=-2", "c=3"])
        #expect(arguments.groups(CommonOption.set) == [["a=1", "b=-2"], ["c=3"]])
        #expect(arguments.flag(CommonOption.local))
    }

    @Test("a pasted dash is understood, with a note")
    func pastedDash() throws {
        let (_, arguments) = try read(
            "online-deployment",
            "get-logs",
            "–n",
            "blue",
            "—endpoint-name",
            "e",
            "–-container",
            "storage-initializer"
        )
        #expect(arguments.string(CommonOption.container) == "storage-initializer")
        #expect(arguments.string(CommonOption.deploymentName) == "blue")
        #expect(arguments.notes.last == "`–-container` is understood as `--container`")
        #expect(arguments.notes.count == 3)
    }

    @Test(
        "values may be attached to short and long options",
        arguments: ["-l5", "-l=5", "--lines=5", "--tail=5", "--tai=5"]
    )
    func attached(word: String) throws {
        let (_, arguments) = try read("online-deployment", "get-logs", "-n", "b", "-e", "e", word)
        #expect(arguments.string(CommonOption.logLines) == "5")
    }

    @Test("`ml` before the command, and options before it, are tolerated")
    func early() throws {
        let (command, arguments) = try read("--debug", "-o", "tsv", "ml", "online-endpoint", "show", "-n", "e")
        #expect(command.name == "online-endpoint show")
        #expect(arguments.flag(CommonOption.debug))
        #expect(arguments.string(CommonOption.format) == "tsv")
    }

    @Test("words behind a double dash are operands, whatever they begin with")
    func doubleDash() throws {
        let (_, arguments) = try read("query", "--", "-1")
        #expect(arguments.operands == ["-1"])
    }

    @Test("verbs of earlier builds lead to today's")
    func oldVerbs() throws {
        let (command, arguments) = try read("endpoint", "log", "-n", "e", "-d", "blue", "--tail", "10")
        #expect(command.name == "endpoint get-logs")
        #expect(arguments.string(CommonOption.logLines) == "10")
    }

    @Test(
        "what is not known is answered with the nearest name",
        arguments: [
            (["online-endpont", "show"], "online-endpoint"), (["online-endpoint", "creat"], "online-endpoint create"),
            (["online-deployment", "show", "--endpint-name", "e"], "--endpoint-name"),
            (["invoke"], "online-endpoint invoke"), (["verison"], "version"),
            (
                ["online-deployment", "get-logs", "-n", "b", "-e", "e", "-c", "storage-initialiser"],
                "storage-initializer"
            ),
        ]
    )
    func nearest(words: [String], name: String) {
        let reader = CommandLineReader(groups: CommandTable.groups, commands: CommandTable.single, program: "berth")
        #expect {
            try reader.read(words)
        } throws: { error in
            guard case CommandFailure.usage(let diagnostic) = error else { return false }
            return diagnostic.help.contains { $0.contains("`berth \(name)`") || $0.contains("`\(name)`") }
        }
    }

    @Test("a required option that is missing is named with its letter")
    func missing() {
        #expect(failure("online-endpoint", "show")?.diagnostics.first?.message.contains("`--name`/`-n`") == true)
    }

    @Test("no two options of a command share a name, an alias or a letter")
    func distinct() {
        for command in CommandTable.all {
            let names = command.options.flatMap { [$0.name] + $0.aliases }
            #expect(Set(names).count == names.count, "\(command.name)")
            let letters = command.options.compactMap(\.short)
            #expect(Set(letters).count == letters.count, "\(command.name)")
        }
    }

    @Test(
        "help wins wherever it stands",
        arguments: [["-h", "online-endpoint", "show"], ["online-endpoint", "show", "--bad", "-h"]]
    )
    func help(words: [String]) throws {
        let reader = CommandLineReader(groups: CommandTable.groups, commands: CommandTable.single, program: "berth")
        guard case .help(let command) = try reader.read(words) else {
            Issue.record("no help for \(words)")
            return
        }
        #expect(command.name == "online-endpoint show")
    }
}
