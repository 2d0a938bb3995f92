import BerthDiagnostics
import BerthJSON
import BerthRuntime
import BerthRuntimeProcess
import Glibc

/// `berth launch <instance folder>`: the parent of one instance.
enum LaunchRole {
    static func run(_ arguments: [String]) -> Int32 {
        guard arguments.count == 1, let folder = arguments.first else {
            return Usage.refuse("usage: berth launch <instance folder>")
        }
        return Launch.run(folder: folder)
    }
}

/// `berth infsrv …`: the inference server by hand, run by the Python that is first on PATH.
enum InferenceServerRole {
    static func run(_ arguments: [String]) -> Int32 {
        guard let server = Libexec.inferenceServer else {
            return Usage.refuse("the inference server is not beside this berth: set BERTH_LIBEXEC to libexec/berth")
        }
        let words = ["python3", server] + arguments
        let argv = words.map { strdup($0) } + [nil]
        execvp("python3", argv)
        return Usage.refuse("python3 cannot be started: \(String(cString: strerror(errno)))")
    }
}

enum Usage {
    static func refuse(_ words: String) -> Int32 {
        StandardError.line(words)
        return 2
    }
}

enum StandardError {
    static func line(_ words: String) {
        let bytes = Array((words + "\n").utf8)
        _ = write(2, bytes, bytes.count)
    }
}

/// The line on file descriptor 3 by which a role tells its starter how its start went.
struct ReadyLine {
    let descriptor: Int32?

    /// `--ready-fd N` among `arguments`.
    init(arguments: [String]) {
        guard let index = arguments.firstIndex(of: "--ready-fd"), arguments.indices.contains(index + 1) else {
            descriptor = nil
            return
        }
        descriptor = Int32(arguments[index + 1])
    }

    func ready() { say("ready") }

    func failed(_ diagnostic: Diagnostic) {
        say("error: " + diagnostic.json.text())
        StandardError.line(diagnostic.text())
    }

    private func say(_ words: String) {
        guard let descriptor else { return }
        let bytes = Array((words + "\n").utf8)
        _ = write(descriptor, bytes, bytes.count)
        close(descriptor)
    }
}
