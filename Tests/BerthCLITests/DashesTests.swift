import Testing

@testable import BerthCLI

@Suite("Dashes")
struct DashesTests {
    @Test(
        "typographic dashes at the start of an option become hyphens",
        arguments: [
            ("–-container", "--container"), ("--container", "--container"), ("—container", "--container"),
            ("−−container", "--container"), ("–n", "-n"), ("-n", "-n"), ("−e", "-e"), ("‑‑set=a=1", "--set=a=1"),
            ("-ojson", "-ojson"), ("–o=json", "-o=json"),
        ]
    )
    func straightens(written: String, meant: String) {
        #expect(Dashes.straighten(written) == meant)
    }

    @Test("a lone dash, and a dash before a blank, are values", arguments: ["-", "–", "— yes", "blue", ""])
    func valuesStay(word: String) {
        #expect(!Dashes.startsOption(word))
    }
}
