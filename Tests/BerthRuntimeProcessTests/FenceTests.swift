import BerthJSON
import BerthModel
import BerthRuntime
import CBerthPlatform
import Glibc
import Testing

@testable import BerthRuntimeProcess

@Suite("the fence", .serialized, .enabled(if: LandlockRuleset.kernelVersion > 0, "this kernel has no Landlock"))
struct FenceTests {
    /// Tries each of `attempts` (Python expressions) in an instance, and returns the names of those that succeeded.
    private func succeeded(
        _ attempts: [(name: String, code: String)],
        bench: InstanceBench,
        environment: [String: String] = [:],
        readable: [String] = []
    ) async throws -> [String] {
        var script = "import os, signal, socket, sys\nS = os.environ['BERTH_SCRATCH_DIR']\nallowed = []\n"
        for (name, code) in attempts {
            script +=
                "try:\n    \(code)\n    print('OK \(name)')\nexcept (OSError, ValueError) as error:\n    print('NO \(name)', error)\n"
        }
        let plan = try bench.plan(script, environment: environment, readable: readable)
        let events = try await bench.run(plan)
        let log = bench.log(plan.folder)
        #expect(events.last?.body["exitStatus"]?.intValue == 0, "\(log)")
        return log.filter { $0.hasPrefix("OK ") }.map { String($0.dropFirst(3)) }
    }

    /// The whole fence, each of its walls alone, and a place where the view has a `/tmp` of its own.
    static let fences: [(Set<FencePart>, String)] = [
        ([], "/tmp"), ([], "/var/tmp"), ([.view], "/tmp"), ([.landlock], "/var/tmp"),
    ]
    static let canView = berth_view_probe() == 0

    private func isTestable(_ unwanted: Set<FencePart>) -> Bool { Self.canView || !unwanted.contains(.landlock) }

    @Test(
        "an instance reads neither a secret outside nor another instance, and writes nowhere outside",
        arguments: fences
    )
    func denies(unwanted: Set<FencePart>, parent: String) async throws {
        guard isTestable(unwanted) else { return }
        let bench = try InstanceBench(under: parent, without: unwanted)
        let outside = bench.root + "/outside"
        try FileTree.makeFolder(outside)
        try AtomicFile.write(Array("secret".utf8), to: outside + "/secret", mode: 0o644)
        let listener = try LaunchSocket(path: outside + "/socket")
        defer { listener.removeName() }
        let other = try bench.plan("", id: "other")
        let secret = "open(os.environ['OUT'] + '/secret').read()"
        let allowed = try await succeeded(
            [
                ("read secret", secret), ("list outside", "os.listdir(os.environ['OUT'])"),
                ("append to secret", "open(os.environ['OUT'] + '/secret', 'a')"),
                ("truncate secret", "os.truncate(os.environ['OUT'] + '/secret', 0)"),
                ("make outside", "open(os.environ['OUT'] + '/new', 'w')"),
                ("remove secret", "os.unlink(os.environ['OUT'] + '/secret')"),
                ("link it in", "os.link(os.environ['OUT'] + '/secret', S + '/stolen')"),
                ("move it in", "os.rename(os.environ['OUT'] + '/secret', S + '/stolen')"),
                ("read through a link", "os.symlink(os.environ['OUT'] + '/secret', S + '/l'); open(S + '/l').read()"),
                ("read another instance", "open(os.environ['OTHER'] + '/code/main.py').read()"),
                ("read the home", "os.listdir('/root')"),
                ("read passwords", "open('/etc/shadow').read()"),
                ("change its code", "open(__file__, 'a')"),
                ("write its log", "open(os.environ['LOG'], 'a')"),
                ("read variables of its parent", "open('/proc/%d/environ' % os.getppid()).read()"),
                ("connect outside", "socket.socket(socket.AF_UNIX).connect(os.environ['OUT'] + '/socket')"),
                ("change a mode", "os.chmod(os.environ['OUT'] + '/secret', 0o777)"),
                ("change times", "os.utime(os.environ['OUT'] + '/secret')"),
                ("mount", "os.chroot('/usr')"),
                ("memory of its parent", "open('/proc/%d/mem' % os.getppid(), 'rb').read(1)"),
                (
                    "raise its limits",
                    "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (99999999, 99999999))"
                ),
                ("get out through its parent", "os.listdir('/proc/%d/root/root' % os.getppid())"),
            ],
            bench: bench,
            environment: [
                "OUT": outside, "OTHER": other.folder.path, "LOG": bench.folder().log(.inferenceServer),
            ]
        )
        // What Landlock leaves open, the own view closes.
        let leftOpen = unwanted.contains(.view) ? ["connect outside", "change a mode", "change times"] : []
        // Without Landlock, processes of the same user are not kept apart: that is said in `notEnforced`.
        let ofParent = ["read variables of its parent", "memory of its parent", "get out through its parent"]
        #expect(allowed.filter { !(unwanted.contains(.landlock) && ofParent.contains($0)) } == leftOpen)
        #expect(try RegularFile.read(outside + "/secret", limit: 100) == Array("secret".utf8))
    }

    @Test("an instance can do what a scoring script needs", arguments: fences)
    func allows(unwanted: Set<FencePart>, parent: String) async throws {
        guard isTestable(unwanted) else { return }
        let bench = try InstanceBench(under: parent, without: unwanted)
        let model = bench.root + "/das Modell ü"
        try FileTree.makeFolder(model)
        try AtomicFile.write(Array("weights".utf8), to: model + "/model.pkl")
        let attempts: [(name: String, code: String)] = [
            ("write scratch", "open(S + '/x', 'w').write('x')"),
            ("rename in scratch", "os.mkdir(S + '/d'); os.rename(S + '/x', S + '/d/y')"),
            ("temporary file", "import tempfile; tempfile.NamedTemporaryFile().write(b'x')"),
            ("read model", "assert open(os.environ['MODEL'] + '/model.pkl').read() == 'weights'"),
            ("import ssl", "import ssl; ssl.create_default_context()"),
            ("resolve", "socket.getaddrinfo('localhost', 80)"),
            ("listen", "s = socket.socket(socket.AF_UNIX); s.bind(os.environ['BERTH_RUN_DIR'] + '/worker-0.sock')"),
            ("subprocess", "import subprocess; subprocess.run(['/bin/ls', S], check=True, stdout=subprocess.DEVNULL)"),
            ("multiprocessing", "import multiprocessing as m; m.get_context('fork').Semaphore(1).acquire()"),
            (
                "shared memory",
                "from multiprocessing.shared_memory import SharedMemory as M; m = M(create=True, size=9); m.unlink()"
            ),
            ("null", "open('/dev/null', 'w').write('x')"), ("random", "open('/dev/urandom', 'rb').read(4)"),
            ("proc", "open('/proc/meminfo').read(); open('/proc/self/status').read(); os.listdir('/proc/self/fd')"),
            ("time zone", "import time; time.tzset()"),
            ("user", "os.path.expanduser('~'); import getpass; getpass.getuser()"),
            ("home is scratch", "assert os.environ['HOME'] == S == os.environ['TMPDIR']"),
            ("only its descriptors", "assert sorted(os.listdir('/proc/self/fd'))[:4] == ['0', '1', '2', '3']"),
            ("signal itself", "os.kill(os.getpid(), 0)"),
        ]
        let allowed = try await succeeded(
            parent == "/tmp" ? attempts : attempts + [("write to tmp", "open('/tmp/x', 'w').write('x')")],
            bench: bench,
            environment: ["MODEL": model],
            readable: [model, "/no/such/folder"]
        )
        #expect(allowed.filter { $0 != "write to tmp" } == attempts.map(\.name), "\(bench.log(bench.folder()))")
    }

    @Test("signals and abstract sockets stay inside", .enabled(if: LandlockRuleset.kernelVersion >= 6))
    func scoped() async throws {
        let bench = try InstanceBench()
        let outside = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(outside) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = "berth-\(UInt32.random(in: 0...UInt32.max))"
        withUnsafeMutableBytes(of: &address.sun_path) { $0[1...].copyBytes(from: Array(name.utf8)) }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.utf8.count)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(outside, $0, size) }
        }
        #expect(bound == 0 && listen(outside, 1) == 0)
        let allowed = try await succeeded(
            [
                ("signal its parent", "os.kill(os.getppid(), 0)"),
                ("signal the tests", "os.kill(\(getpid()), 0)"),
                ("abstract socket", "socket.socket(socket.AF_UNIX).connect('\\0\(name)')"),
            ],
            bench: bench
        )
        #expect(allowed == [])
    }

    @Test("what the fence says about itself names what is missing")
    func words() async throws {
        let bench = try InstanceBench(without: [.landlock, .view, .cgroup])
        let events = try await bench.run(try bench.plan(""))
        let launched = try #require(events.first)
        #expect(launched.body["fence"]?.arrayValue == ["no-new-privileges", "rlimits", "session", "memory-watch"])
        let missing = (launched.body["notEnforced"]?.arrayValue ?? []).compactMap(\.stringValue).joined(separator: "\n")
        for word in ["Landlock is switched off", "outside of its fence", "no cgroup", "more than 1 cores"] {
            #expect(missing.contains(word))
        }
        let fingerprint = await bench.driver.fingerprint()
        #expect(fingerprint.enforced.contains("landlock"))
    }

    @Test("what is public in a folder is allowed, and nothing else of it")
    func publicPaths() throws {
        let bench = try InstanceBench()
        let root = bench.root + "/etc"
        for folder in ["open/below", "mixed/keys", "closed"] { try FileTree.makeFolder("\(root)/\(folder)") }
        for folder in ["open", "open/below", "mixed"] { chmod("\(root)/\(folder)", 0o755) }
        for (file, mode) in [
            ("a", 0o644), ("open/below/b", 0o644), ("mixed/c", 0o644), ("mixed/key", 0o600), ("s", 0o640),
        ] {
            try AtomicFile.write([], to: "\(root)/\(file)", mode: mode_t(mode))
            chmod("\(root)/\(file)", mode_t(mode))
        }
        let found = FencePaths.publicPaths(in: root, depth: 0)
        #expect(found.paths == ["\(root)/a", "\(root)/mixed/c", "\(root)/open"])
        #expect(!found.isWhole)
    }
}
