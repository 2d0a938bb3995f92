/// What a stack shows that a thread waits in.
enum Pause: Sendable {
    case sleep, network, lock, input, server, subprocess, download, computing

    init(_ frames: [Frame]) {
        let own = frames.last { $0.isUser }?.text ?? ""
        let inner = frames.suffix(8)
        func passes(_ files: String...) -> Bool {
            inner.contains { frame in files.contains { frame.path.hasSuffix($0) } }
        }
        if Self.isServer(frames, inner, own) {
            self = .server
        } else if own.containsAny("input(", "getpass(", "sys.stdin") {
            self = .input
        } else if own.containsAny("time.sleep(", "sleep(") {
            self = .sleep
        } else if own.containsAny(
            "snapshot_download",
            "hf_hub_download",
            "from_pretrained",
            "urlretrieve",
            ".download("
        ) {
            self = .download
        } else if passes("subprocess.py") || own.containsAny("subprocess.", "os.system(", "os.popen(", "os.wait") {
            self = .subprocess
        } else if passes(
            "socket.py",
            "ssl.py",
            "http/client.py",
            "urllib3/connection.py",
            "urllib/request.py",
            "httpcore/_sync/http11.py"
        )
            || own.containsAny(".connect(", ".recv(", ".accept(", "urlopen(", "requests.", "create_connection(")
        {
            self = .network
        } else if passes(
            "threading.py",
            "queue.py",
            "concurrent/futures/_base.py",
            "multiprocessing/pool.py",
            "multiprocessing/connection.py"
        )
            || own.containsAny(".acquire(", ".join(", ".wait(", ".get(", ".result(")
        {
            self = .lock
        } else {
            self = .computing
        }
    }

    /// Whether the script runs a server of its own.
    private static func isServer(_ frames: [Frame], _ inner: some Sequence<Frame>, _ own: String) -> Bool {
        let entries = ["serve_forever", "run_simple", "run_app", "run_until_complete_server"]
        if inner.contains(where: { entries.contains($0.function) }) || own.hasPrefix("serve(") { return true }
        let calls = [
            "serve_forever(", "app.run(", "uvicorn.run(", "run_simple(", ".launch(", "waitress.serve(", "web.run_app(",
        ]
        if calls.contains(where: { own.containsAny($0) }) { return true }
        return frames.contains { $0.isUser && $0.text.containsAny("app.run(", "uvicorn.run(", "serve_forever(") }
    }

    /// `…, where it sleeps`.
    var text: String {
        switch self {
        case .sleep: "sleeps"
        case .network: "waits for an answer from the network"
        case .lock: "waits for another thread or process"
        case .input: "waits for input, which nobody can type"
        case .server: "runs a server of its own, which never returns"
        case .subprocess: "waits for a program that it has started"
        case .download: "downloads"
        case .computing: "is still at work"
        }
    }

    var help: String? {
        switch self {
        case .sleep: "remove the wait"
        case .network: "give the call a timeout, and check that the host can be reached from this machine"
        case .lock: "find what it waits for: a lock that is held, a thread that never ends"
        case .input: "read the value from `environment_variables:` with os.environ"
        case .server:
            "remove the server: requests reach run() without one (or move it under `if __name__ == \"__main__\":`)"
        case .subprocess: "give the call a timeout, or remove it"
        case .download: "ship the files with the model in place of downloading them"
        case .computing: nil
        }
    }
}
