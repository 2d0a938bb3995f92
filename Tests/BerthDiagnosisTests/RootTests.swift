import BerthJSON
import Testing

@testable import BerthDiagnosis

@Suite("The root of a chain of exceptions")
struct RootTests {
    private func exception(_ type: String, _ text: String, user: Bool = true, outer: Bool? = nil) -> Exception {
        var exception = Exception(type: type, message: type)
        exception.frames = [outer, user].compactMap(\.self).map {
            Frame(path: "/code/score.py", line: 1, function: "init", text: text, isUser: $0)
        }
        return exception
    }

    private func root(_ chain: Exception...) -> String { RaisedError(phase: .initializing, chain: chain).root.type }

    @Test("`raise` in the user's handler only puts other words on it")
    func wrapper() {
        #expect(
            root(exception("RuntimeError", "raise RuntimeError(x) from e"), exception("KeyError", "x[1]")) == "KeyError"
        )
    }

    @Test("a handler that stumbles hides the cause, and is told beside it")
    func handler() {
        let chain = [exception("AttributeError", "log(e.msg)"), exception("OSError", "open(p)")]
        let error = RaisedError(phase: .initializing, chain: chain)
        #expect(error.root.type == "OSError")
        #expect(error.ofHandler?.type == "AttributeError")
    }

    @Test("a fallback that fails speaks for itself")
    func fallback() {
        let chain = [exception("ModuleNotFoundError", "import b"), exception("ModuleNotFoundError", "import a")]
        #expect(RaisedError(phase: .importing, chain: chain).root.frames.first?.text == "import b")
    }

    @Test("a library's translation of its own error stands")
    func translation() {
        #expect(
            root(exception("LoadError", "raise LoadError", user: false), exception("KeyError", "d[k]", user: false))
                == "LoadError"
        )
    }

    @Test("a library's words on an error of the user's own code do not")
    func callback() {
        let cause = exception("ValueError", "int(x)", user: true, outer: false)
        #expect(root(exception("StepError", "raise StepError", user: false), cause) == "ValueError")
    }

    @Test("sys.exit in a handler is not the cause")
    func exit() {
        #expect(root(exception("SystemExit", "sys.exit(1)"), exception("OSError", "open(p)")) == "OSError")
    }
}
