import BerthAPI
import Testing

@testable import BerthCLI

@Suite("Progress")
struct ProgressDisplayTests {
    private typealias Entry = OperationResource.Progress

    @Test("without a terminal each step is a line, with the time since the start")
    func plain() {
        var display = ProgressDisplay(title: "creating deployment `blue`", isTerminal: false, width: 80)
        var text = display.show([Entry(step: "preparing the environment")], after: .milliseconds(120))
        text += display.show([Entry(step: "preparing the environment", detail: "numpy 1.26")], after: .seconds(3))
        text += display.show([], after: .seconds(4))
        text += display.show([Entry(step: "starting instances")], after: .seconds(75))
        text += display.finish(succeeded: true, after: .milliseconds(75_650))
        #expect(
            text == """
                [0.1 s] preparing the environment
                [3.0 s]   numpy 1.26
                [1 min 15 s] starting instances
                [1 min 15 s] creating deployment `blue`: done

                """
        )
    }

    @Test("on a terminal one line is redrawn, never wider than the terminal")
    func terminal() {
        var display = ProgressDisplay(title: "creating", isTerminal: true, width: 30)
        let detail = String(repeating: "x", count: 200)
        let text = display.show([Entry(step: "starting", detail: detail)], after: .seconds(1))
        #expect(text.hasPrefix("\r\u{1B}[K"))
        #expect(text.count - 4 < 30)
        #expect(!text.contains("\n"))
        let next = display.show([Entry(step: "waiting")], after: .seconds(2))
        #expect(next.contains("✓ starting (1.0 s)\n"))
        #expect(
            display.finish(succeeded: false, after: .seconds(3)).hasSuffix("✗ waiting\ncreating: failed in 3.0 s\n")
        )
    }
}
