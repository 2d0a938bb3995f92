import Testing

@testable import BerthCLI

@Suite("Traffic on the command line")
struct TrafficArgumentTests {
    @Test(
        "today's form, that of 2021, and words of their own mean the same",
        arguments: [
            ["blue=90 green=10"], ["blue:90,green:10"], ["blue=90", "green=10"], ["blue=90, green=10%"],
        ]
    )
    func forms(words: [String]) throws {
        #expect(try TrafficArgument.parse(words, option: "traffic") == ["blue": 90, "green": 10])
    }

    @Test("what is no share is refused", arguments: ["blue", "=5", "blue=x", "blue=101", "blue=-1", "blue=5 blue=6"])
    func refuses(word: String) {
        #expect(throws: CommandFailure.self) { try TrafficArgument.parse([word], option: "traffic") }
    }

    @Test("live shares sum to 0 or 100")
    func sums() throws {
        try TrafficArgument.checkLive(["a": 100], option: "traffic")
        try TrafficArgument.checkLive(["a": 0, "b": 0], option: "traffic")
        #expect(throws: CommandFailure.self) { try TrafficArgument.checkLive(["a": 90], option: "traffic") }
    }

    @Test("one deployment may get copies, of at most half of the requests")
    func mirror() throws {
        try TrafficArgument.checkMirror(["a": 50, "b": 0], option: "mirror-traffic")
        #expect(throws: CommandFailure.self) { try TrafficArgument.checkMirror(["a": 51], option: "mirror-traffic") }
        #expect(throws: CommandFailure.self) {
            try TrafficArgument.checkMirror(["a": 1, "b": 1], option: "mirror-traffic")
        }
    }
}
