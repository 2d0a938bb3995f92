import BerthJSON
import Glibc
import Synchronization
import Testing

@testable import BerthCLI

@Suite("Command line")
struct CommandLineTests {
    @Test("results are rendered as asked, after the query")
    func version() async {
        let json = await CommandLineProbe.run("version")
        #expect(json.out == "{\n  \"berth\": \"\(ShowVersion.number)\"\n}\n")
        let text = await CommandLineProbe.run("version", "--query", "berth", "-o", "tsv")
        #expect(text.out == ShowVersion.number + "\n")
        let none = await CommandLineProbe.run("version", "-o", "none")
        #expect(none.status == 0 && none.out.isEmpty)
        let flag = await CommandLineProbe.run("--version")
        #expect(flag.out == json.out)
    }

    @Test("a result that cannot be written is a failure, whatever the command did")
    func lostOutput() async {
        let errors = Mutex("")
        let console = Console(isTerminal: false, lost: { ENOSPC }) { stream, text in
            if stream == .error { errors.withLock { $0 += text } }
        }
        let status = await CommandLineMain.run(
            arguments: ["berth", "version"],
            environment: CommandLineProbe.environment,
            console: console
        )
        #expect(status == 1)
        #expect(errors.withLock(\.self).hasPrefix("error[ERR_1350]: the result could not be written"))
    }

    @Test("called as az, commands are spelt as az spells them")
    func asAz() async {
        let answer = await CommandLineProbe.run(
            "ml",
            "online-endpoint",
            "show",
            program: "/usr/lib/compat/bin/az"
        )
        #expect(answer.status == 2)
        #expect(answer.error.contains("`az ml online-endpoint show` needs `--name`/`-n`"))
    }

    @Test("notes about pasted dashes are kept quiet by --only-show-errors")
    func quiet() async {
        let loud = await CommandLineProbe.run("version", "–o", "none")
        #expect(loud.error == "note: `–o` is understood as `-o`\n")
        let quiet = await CommandLineProbe.run("version", "–o", "none", "--only-show-errors")
        #expect(quiet.error.isEmpty)
    }

    @Test("pages of codes are printed in both languages")
    func explain() async {
        let english = await CommandLineProbe.run("explain", "ERR_2200")
        #expect(english.status == 0 && english.out.hasPrefix("# ERR_2200"))
        let japanese = await CommandLineProbe.run("explain", "err_2200", "--lang", "ja")
        #expect(japanese.status == 0 && japanese.out != english.out)
    }

    @Test("a wrong query is found before anything is done")
    func query() async {
        let answer = await CommandLineProbe.run("online-endpoint", "list", "--local", "--query", "[?a==", "-o", "json")
        #expect(answer.status == 2)
        let last = answer.error.split(separator: "\n").last.map(String.init) ?? ""
        #expect(throws: Never.self) { try JSON.parse(last) }
    }
}
