import BerthJSON
import BerthModel
import BerthRuntime
import Glibc
import Testing

@testable import BerthRuntimeProcess

@Suite("the memory of an instance", .serialized)
struct MemoryTests {
    private static let canMakeCgroup: Bool = {
        let limits = InstanceLimits(memory: .gibibytes(1), cores: Cores(1))
        guard let group = InstanceCgroup.make(id: "test-\(getpid())", limits: limits) else { return false }
        group.remove()
        return true
    }()

    @Test("more memory than the limit ends the instance, and the events say so exactly")
    func memoryLimit() async throws {
        let bench = try InstanceBench(without: [.cgroup])
        let plan = try bench.plan(
            "held = []\nwhile True: held.append(bytearray(8 << 20))\n",
            memory: .mebibytes(200)
        )
        let events = try await bench.run(plan)
        let told = try #require(events.first { $0.name == .memoryLimitExceeded })
        let limit = try #require(told.body["limitBytes"]?.intValue)
        #expect(limit == 200 << 20)
        #expect(try #require(told.body["residentBytes"]?.intValue) > limit)
        #expect(events.last?.body["killedByUs"]?.stringValue == "memory-limit")
        #expect(events.last?.body["signal"]?.intValue == Int(SIGKILL))
    }

    @Test("memory that forked processes share counts once")
    func shared() async throws {
        let bench = try InstanceBench(without: [.cgroup])
        let plan = try bench.plan(
            """
            import os, sys
            held = bytearray(os.urandom(1 << 20) * 120)
            read, write = os.pipe()
            for _ in range(4):
                if os.fork() == 0:
                    os.read(read, 1)
                    os._exit(0)
            os.write(3, b'{"event": "ready"}\\n')
            os.read(0, 1)
            import signal; signal.pause()
            """,
            memory: .mebibytes(200)
        )
        try await bench.driver.start(plan)
        // Five processes of 120 MiB each: together 600 MiB if counted one by one.
        let event = try await bench.event(of: plan.folder) {
            $0.name == .memory && ($0.body["residentBytes"]?.intValue ?? 0) > 120 << 20
        }
        #expect(try #require(event.body["residentBytes"]?.intValue) < 200 << 20)
        try await bench.driver.stop(plan.folder, grace: .zero)
        #expect(try await bench.events(of: plan.folder).contains { $0.name == .memoryLimitExceeded } == false)
    }

    @Test(
        "in a cgroup the kernel kills, and its counter is in the report",
        .enabled(if: canMakeCgroup, "no cgroup can be made here")
    )
    func cgroup() async throws {
        let bench = try InstanceBench()
        let plan = try bench.plan("held = []\nwhile True: held.append(bytearray(8 << 20))\n", memory: .mebibytes(200))
        let events = try await bench.run(plan)
        let exit = try #require(events.last)
        #expect(exit.body["signal"]?.intValue == Int(SIGKILL))
        #expect(exit.body["killedByUs"] == nil)
        #expect(try #require(exit.body["oomKills"]?.intValue) >= 1)
        let fence = events.first?.body["fence"]?.arrayValue ?? []
        #expect(fence.contains("cgroup-v1") || fence.contains("cgroup-v2"))
        #expect(access(plan.folder.cgroupFile, F_OK) != 0)
    }

    @Test(
        "a worker that the kernel kills is told with the counter's rise",
        .enabled(if: canMakeCgroup, "no cgroup can be made here")
    )
    func worker() async throws {
        let bench = try InstanceBench()
        let plan = try bench.plan(
            """
            import os
            pid = os.fork()
            if pid == 0:
                held = []
                while True: held.append(bytearray(8 << 20))
            os.waitpid(pid, 0)
            os.write(3, b'{"event": "worker-exited", "worker": 0, "signal": 9}\\n')
            """,
            memory: .mebibytes(200)
        )
        let events = try await bench.run(plan)
        let exited = try #require(events.first { $0.name == .workerExited })
        #expect(exited.body["oomKills"]?.intValue == 1)
        #expect(events.last?.body["exitStatus"]?.intValue == 0)
    }
}
