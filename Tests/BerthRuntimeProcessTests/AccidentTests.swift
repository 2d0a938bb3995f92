import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import CBerthPlatform
import Glibc
import Testing

@testable import BerthRuntimeProcess

@Suite("accidents", .serialized)
struct AccidentTests {
    private static let waiting =
        "import os, signal\nos.write(3, b'{\"event\": \"ready\"}\\n')\nwhile True: signal.pause()\n"

    @Test("when launch is killed, nothing of the instance stays, and it is lost", arguments: [[], [FencePart.cgroup]])
    func launchKilled(unwanted: [FencePart]) async throws {
        let bench = try InstanceBench(without: Set(unwanted))
        let plan = try bench.plan(
            """
            import os, signal
            if os.fork() == 0:
                os.setsid()
                os.write(3, b'{"event": "ready", "pid": %d}\\n' % os.getpid())
            while True: signal.pause()
            """
        )
        try await bench.driver.start(plan)
        let ready = try await bench.event(of: plan.folder) { $0.name == .ready }
        let launched = try await bench.event(of: plan.folder) { $0.name == .launched }
        let grandchild = try #require(ready.body["pid"]?.intValue)
        let child = try #require(launched.body["pid"]?.intValue)
        guard case .running(let launch) = await bench.driver.inspect(plan.folder) else {
            Issue.record("not running")
            return
        }
        kill(pid_t(launch), SIGKILL)
        #expect(waitForEnd(of: child))
        let events = try await bench.events(of: plan.folder)
        #expect(events.last?.name == .lost)
        #expect(waitForEnd(of: grandchild))
        #expect(await bench.driver.inspect(plan.folder) == .lost)
        try await bench.driver.stop(plan.folder, grace: .seconds(1))
        try await bench.driver.start(plan)
        #expect(await bench.driver.inspect(plan.folder) == .lost)
    }

    @Test("SIGTERM to launch is a stop")
    func launchTerminated() async throws {
        let bench = try InstanceBench()
        let plan = try bench.plan(Self.waiting)
        try await bench.driver.start(plan)
        _ = try await bench.event(of: plan.folder) { $0.name == .ready }
        guard case .running(let launch) = await bench.driver.inspect(plan.folder) else {
            Issue.record("not running")
            return
        }
        kill(pid_t(launch), SIGTERM)
        let last = try #require(try await bench.events(of: plan.folder).last)
        #expect(last.body["killedByUs"]?.stringValue == "stop")
        #expect(last.body["signal"]?.intValue == Int(SIGTERM))
    }

    @Test("a flood of output keeps its head and its end, within the bound")
    func flood() async throws {
        let bench = try InstanceBench()
        let plan = try bench.plan(
            """
            import sys
            print("first line")
            block = "".join("%099d\\n" % n for n in range(10000))
            for _ in range(60): sys.stdout.write(block)
            print("last line")
            """
        )
        _ = try await bench.run(plan)
        let files = LogFiles.sizes(in: plan.folder.logFolder)
        #expect(files.reduce(0, +) <= LogSettings.standard.totalBytes)
        #expect(files.reduce(0, +) >= LogSettings.standard.totalBytes / 2)
        let log = bench.log(plan.folder)
        #expect(log.first == "first line")
        #expect(log.last == "last line")
        #expect(log.filter { $0.hasSuffix("bytes of output are not kept") }.count == 1)
        #expect(LogReader(path: plan.folder.log(.inferenceServer)).tail(lines: 2).first?.count == 99)
    }

    @Test("every reader gets all events from the beginning: early, late, after the end, and next to one that is stuck")
    func replay() async throws {
        let bench = try InstanceBench()
        let plan = try bench.plan(
            """
            import os, signal, sys
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(4))
            for n in range(1000):
                os.write(3, b'{"event": "stack", "n": %d, "text": "%s"}\\n' % (n, b"x" * 500))
            os.write(3, b'{"event": "ready"}\\n')
            while True: signal.pause()
            """
        )
        try await bench.driver.start(plan)
        let stuck = LaunchConnection(to: plan.folder)
        _ = try await bench.event(of: plan.folder) { $0.name == .stack && $0.body["n"]?.intValue == 5 }
        async let early = bench.events(of: plan.folder)
        _ = try await bench.event(of: plan.folder) { $0.name == .ready }
        async let late = bench.events(of: plan.folder)
        try await bench.driver.stop(plan.folder, grace: .seconds(10))
        let (first, second) = try await (early, late)
        let third = try await bench.events(of: plan.folder)
        #expect(first.filter { $0.name == .stack }.compactMap { $0.body["n"]?.intValue } == Array(0..<1000))
        #expect(first == second)
        #expect(first == third)
        #expect(first.last?.body["exitStatus"]?.intValue == 4)
        _ = consume stuck
    }

    @Test("a folder is launched once, however often and at the same time it is started")
    func twoStarts() async throws {
        let bench = try InstanceBench()
        let plan = try bench.plan("print('run')\n" + Self.waiting)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 { group.addTask { try await bench.driver.start(plan) } }
            try await group.waitForAll()
        }
        _ = try await bench.event(of: plan.folder) { $0.name == .ready }
        try await bench.driver.start(plan)
        try await bench.driver.stop(plan.folder, grace: .seconds(5))
        try await bench.driver.start(plan)
        let events = try await bench.events(of: plan.folder)
        #expect(events.filter { $0.name == .launched }.count == 1)
        #expect(events.filter { $0.name == .exited }.count == 1)
        #expect(bench.log(plan.folder) == ["run"])
    }

    @Test(
        "paths with blanks, other scripts and great length work",
        arguments: ["mein Verzeichnis, ü 日本", String(repeating: "sehr-lang/", count: 14) + "x"]
    )
    func paths(name: String) async throws {
        let bench = try InstanceBench(name: name)
        let plan = try bench.plan(
            """
            import os, socket
            s = socket.socket(socket.AF_UNIX)
            s.bind(os.environ["BERTH_RUN_DIR"] + "/worker-0.sock")
            open("ausgabe ü", "w") if False else print(os.getcwd() == os.path.dirname(os.path.abspath(__file__)))
            """
        )
        let events = try await bench.run(plan)
        #expect(events.last?.body["exitStatus"]?.intValue == 0)
        #expect(bench.log(plan.folder) == ["True"])
        let short = plan.folder.socketFolder
        try plan.folder.remove()
        #expect(access(short, F_OK) != 0)
        #expect(await bench.driver.inspect(plan.folder) == .absent)
    }

    @Test("a full disk loses output, never the events and how it ended", .enabled(if: geteuid() == 0, "needs a mount"))
    func fullDisk() async throws {
        let bench = try InstanceBench()
        let disk = bench.root + "/instances"
        try FileTree.makeFolder(disk)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=200k,mode=0700") == 0)
        defer { umount2(disk, CInt(MNT_DETACH)) }
        let plan = try bench.plan(
            """
            import os, sys
            for _ in range(100): print("x" * 10000)
            try:
                open(os.environ["BERTH_SCRATCH_DIR"] + "/x", "w").write("x" * 1000000)
            except OSError as error:
                os.write(3, b'{"event": "import-failed", "errno": %d}\\n' % error.errno)
            sys.exit(7)
            """
        )
        try await bench.driver.start(plan)
        let events = try await bench.events(of: plan.folder)
        #expect(events.contains { $0.name == .warning && $0.body["kind"]?.stringValue == "log-not-written" })
        #expect(events.first { $0.name == .importFailed }?.body["errno"]?.intValue == Int(ENOSPC))
        #expect(events.last?.body["exitStatus"]?.intValue == 7)
        #expect(plan.folder.exitReport()?.ending == .exited(status: 7))
        let second = try bench.plan("", id: "i2-full")
        await #expect(throws: Diagnostic.self) { try await bench.driver.start(second) }
    }

    @Test("a home that cannot be written is named", .enabled(if: geteuid() == 0, "needs a mount"))
    func readOnlyHome() async throws {
        let bench = try InstanceBench()
        let plan = try bench.plan("")
        let home = bench.root + "/instances"
        try #require(mount(home, home, nil, UInt(MS_BIND), nil) == 0)
        try #require(mount(nil, home, nil, UInt(MS_BIND | MS_REMOUNT | MS_RDONLY), nil) == 0)
        defer { umount2(home, CInt(MNT_DETACH)) }
        do {
            try await bench.driver.start(plan)
            Issue.record("started")
        } catch {
            #expect(error.reason == .homeNotWritable)
            #expect(error.evidence.first?.text.contains("Read-only file system") == true)
        }
    }

    @Test("lines that are no events, too long or forged do no harm")
    func badEvents() async throws {
        let bench = try InstanceBench()
        let plan = try bench.plan(
            """
            import os
            os.write(3, b'nonsense\\n{"event": "exited", "exitStatus": 0}\\n{"event":"memory-limit-exceeded"}\\n')
            os.write(3, b'{"event": "stack", "x": "' + b"x" * 70000 + b'"}\\n')
            os.write(3, b'{"event": "ready", "source": "launch"}\\nhalf a line')
            os._exit(5)
            """
        )
        let events = try await bench.run(plan)
        #expect(events.filter { $0.name == .warning }.map { $0.body["kind"]?.stringValue } == ["bad-event"])
        #expect(events.first { $0.name == .ready }?.source == "inference-server")
        #expect(!events.contains { $0.name == .memoryLimitExceeded })
        #expect(events.last?.body["exitStatus"]?.intValue == 5)
    }

    @Test("a dump reaches a program that expects it, and never harms one that does not")
    func dump() async throws {
        let bench = try InstanceBench()
        let plan = try bench.plan(
            """
            import os, signal
            os.write(3, b'{"event": "boot"}\\n')
            while not os.path.exists(os.environ["BERTH_SCRATCH_DIR"] + "/go"): pass
            signal.signal(signal.SIGUSR2, lambda *_: os.write(3, b'{"event": "stack"}\\n'))
            os.write(3, b'{"event": "ready"}\\n')
            while True: signal.pause()
            """
        )
        await #expect(throws: Diagnostic.self) { try await bench.driver.dump(plan.folder) }
        try await bench.driver.start(plan)
        _ = try await bench.event(of: plan.folder) { $0.name == .boot }
        try await bench.driver.dump(plan.folder)
        _ = try await bench.event(of: plan.folder) { $0.body["kind"]?.stringValue == "dump-unavailable" }
        try AtomicFile.write([], to: plan.folder.scratchFolder + "/go")
        _ = try await bench.event(of: plan.folder) { $0.name == .ready }
        try await bench.driver.dump(plan.folder)
        _ = try await bench.event(of: plan.folder) { $0.name == .stack }
        try await bench.driver.stop(plan.folder, grace: .zero)
    }
}

enum LogFiles {
    static func sizes(in folder: String) -> [Int] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var sizes: [Int] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            var status = stat()
            if name.hasPrefix("inference-server"), stat(folder + "/" + name, &status) == 0 {
                sizes.append(Int(status.st_size))
            }
        }
        return sizes
    }
}
