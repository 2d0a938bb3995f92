import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import CBerthPlatform
import Glibc
import Testing

@testable import BerthRuntimeProcess

func pidDescriptor(_ pid: Int) -> CInt? {
    let file = berth_pidfd_open(pid_t(pid))
    return file >= 0 ? file : nil
}

@Suite("the life of an instance", .serialized)
struct LifeTests {
    @Test("a program that ends is reported with its status, its output and its own events", arguments: [0, 3])
    func ends(status: Int) async throws {
        let bench = try InstanceBench()
        let plan = try bench.plan(
            """
            import os, sys, json
            print("to stdout")
            print("to stderr", file=sys.stderr)
            os.write(int(os.environ["BERTH_EVENT_FD"]), b'{"event": "boot", "pid": 1}\\n')
            sys.exit(\(status))
            """
        )
        let events = try await bench.run(plan)
        #expect(
            events.map(\.name) == [.launched, .boot, .memory, .exited]
                || events.map(\.name) == [.launched, .boot, .exited]
        )
        let exit = try #require(events.last)
        #expect(exit.body["exitStatus"]?.intValue == status)
        #expect(exit.body["killedByUs"] == nil)
        #expect(bench.log(plan.folder) == ["to stdout", "to stderr"])
        let boot = try #require(events.first { $0.name == .boot })
        #expect(boot.source == "inference-server")
        #expect(boot.at > 1_600_000_000)
        guard case .exited(let report) = await bench.driver.inspect(plan.folder) else {
            Issue.record("no exit report")
            return
        }
        #expect(report.ending == .exited(status: status))
        #expect(events.first?.body["fence"]?.arrayValue?.contains("landlock") == true)
        #expect(access(plan.folder.planFile, F_OK) != 0)
    }

    @Test("a crash is reported by its signal")
    func crashes() async throws {
        let bench = try InstanceBench()
        let events = try await bench.run(try bench.plan("import ctypes; ctypes.string_at(0)"))
        #expect(events.last?.body["signal"]?.intValue == Int(SIGSEGV))
    }

    @Test("a kill from outside is told as a signal and never as our own or as memory")
    func killedFromOutside() async throws {
        let bench = try InstanceBench()
        let plan = try bench.plan("import signal; print('up'); signal.pause()")
        try await bench.driver.start(plan)
        let launched = try await bench.event(of: plan.folder) { $0.name == .launched }
        let pid = try #require(launched.body["pid"]?.intValue)
        kill(pid_t(pid), SIGKILL)
        let last = try #require(try await bench.events(of: plan.folder).last)
        #expect(last.body["signal"]?.intValue == Int(SIGKILL))
        #expect(last.body["killedByUs"] == nil)
        #expect(last.body["oomKills"] == nil || last.body["oomKills"]?.intValue == 0)
    }

    @Test("a program that is not there ends as launch-failed at the stage exec")
    func missingProgram() async throws {
        let bench = try InstanceBench()
        var plan = try bench.plan("")
        plan.command = ["/usr/bin/no-such-program"]
        let events = try await bench.run(plan)
        #expect(events.map(\.name) == [.launchFailed, .exited])
        #expect(events.first?.body["stage"]?.stringValue == "exec")
        #expect(events.first?.body["errno"]?.intValue == Int(ENOENT))
        guard case .exited(let report) = await bench.driver.inspect(plan.folder) else {
            Issue.record("no exit report")
            return
        }
        guard case .notStarted("exec", Int(ENOENT), _) = report.ending else {
            Issue.record("not \(report.ending)")
            return
        }
    }

    @Test("a stop is polite first")
    func stops() async throws {
        let bench = try InstanceBench()
        let plan = try bench.plan(
            """
            import signal, sys, os
            def bye(*_):
                print("bye")
                sys.exit(0)
            signal.signal(signal.SIGTERM, bye)
            os.write(3, b'{"event": "ready", "worker": 0}\\n')
            while True: signal.pause()
            """
        )
        try await bench.driver.start(plan)
        _ = try await bench.event(of: plan.folder) { $0.name == .ready }
        try await bench.driver.stop(plan.folder, grace: .seconds(10))
        let last = try #require(try await bench.events(of: plan.folder).last)
        #expect(last.body["exitStatus"]?.intValue == 0)
        #expect(last.body["killedByUs"]?.stringValue == "stop")
        #expect(bench.log(plan.folder) == ["bye"])
        try await bench.driver.stop(plan.folder, grace: .seconds(10))
    }

    @Test("a program that does not listen is killed after the grace, with all that it started")
    func stopTimeout() async throws {
        let bench = try InstanceBench()
        let plan = try bench.plan(
            """
            import signal, os, subprocess, sys
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            child = subprocess.Popen([sys.executable, "-c", "import signal, os; os.setsid(); print('child', flush=True); signal.pause()"])
            os.write(3, b'{"event": "ready", "child": %d}\\n' % child.pid)
            while True: signal.pause()
            """
        )
        try await bench.driver.start(plan)
        let ready = try await bench.event(of: plan.folder) { $0.name == .ready }
        let child = try #require(ready.body["child"]?.intValue)
        try await bench.driver.stop(plan.folder, grace: .milliseconds(200))
        let last = try #require(try await bench.events(of: plan.folder).last)
        #expect(last.body["killedByUs"]?.stringValue == "stop-timeout")
        #expect(last.body["signal"]?.intValue == Int(SIGKILL))
        #expect(kill(pid_t(child), 0) != 0)
        #expect(bench.processes(of: plan.folder).isEmpty)
    }

    @Test("what a program leaves behind is killed when it ends")
    func leftovers() async throws {
        let bench = try InstanceBench()
        let plan = try bench.plan(
            """
            import os, sys, signal
            read, write = os.pipe()
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.write(3, b'{"event": "ready", "pid": %d}\\n' % os.getpid())
                    os.write(write, b"x")
                    while True: signal.pause()
                os._exit(0)
            os.read(read, 1)
            """
        )
        let events = try await bench.run(plan)
        let pid = try #require(events.first { $0.name == .ready }?.body["pid"]?.intValue)
        #expect(kill(pid_t(pid), 0) != 0)
        #expect(events.last?.body["exitStatus"]?.intValue == 0)
    }
}
