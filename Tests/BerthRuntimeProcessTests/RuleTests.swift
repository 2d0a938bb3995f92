import BerthJSON
import BerthModel
import BerthRuntime
import Glibc
import Testing

@testable import BerthRuntimeProcess

@Suite("rules and texts of the kernel")
struct RuleTests {
    private let laptop = """
        36 25 0:31 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate
        40 25 0:40 / /home/a\\040b rw - ext4 /dev/sda1 rw
        """
    private let hybrid = """
        30 23 0:26 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        31 30 0:27 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:3 - cgroup cgroup rw,cpu,cpuacct
        33 30 0:29 /docker/abc /sys/fs/cgroup/pids\\040x ro - cgroup cgroup rw,pids
        """

    @Test("mounts of cgroups are found in both versions")
    func mounts() {
        #expect(
            CgroupText.mounts(laptop) == [.init(isVersion2: true, root: "/", folder: "/sys/fs/cgroup", controllers: [])]
        )
        let mounts = CgroupText.mounts(hybrid)
        #expect(
            mounts.map(\.folder) == ["/sys/fs/cgroup/memory", "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/pids x"]
        )
        #expect(mounts[1].controllers == ["rw", "cpu", "cpuacct"])
        #expect(CgroupText.folder(of: "/", in: mounts[0]) == "/sys/fs/cgroup/memory")
        #expect(CgroupText.folder(of: "/user/x", in: mounts[0]) == "/sys/fs/cgroup/memory/user/x")
        #expect(CgroupText.folder(of: "/docker/abc/y", in: mounts[2]) == "/sys/fs/cgroup/pids x/y")
        #expect(CgroupText.folder(of: "/docker/abcd", in: mounts[2]) == nil)
    }

    @Test("memberships are found in both versions")
    func memberships() {
        let text = "12:pids:/user.slice\n4:cpu,cpuacct:/\n1:name=systemd:/a:b\n0::/user.slice/x.scope\nnonsense\n"
        let found = CgroupText.memberships(text)
        #expect(found.map(\.path) == ["/user.slice", "/", "/a:b", "/user.slice/x.scope"])
        #expect(found.last?.controllers == [])
    }

    @Test("the counter of kills is read from the files of both versions")
    func counters() {
        let events = "low 0\nhigh 0\nmax 31\noom 2\noom_kill 1\noom_group_kill 0\n"
        #expect(CgroupText.value("oom_kill", in: events) == 1)
        let control = "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"
        #expect(CgroupText.value("oom_kill", in: control) == 3)
        #expect(CgroupText.value("oom_kill", in: "oom_kill\n") == nil)
    }

    @Test("limits are written to the files of version 2, in a tree that looks like a delegated one")
    func version2() throws {
        let bench = try InstanceBench()
        let slice = bench.root + "/user.slice"
        try FileTree.makeFolder(slice + "/own.scope")
        try AtomicFile.write(Array("cpu memory pids\n".utf8), to: slice + "/cgroup.subtree_control")
        let mount = "36 25 0:31 / \(bench.root) rw - cgroup2 cgroup2 rw\n"
        // A real kernel makes the files with the folder; here there are none, so no group comes about, and nothing stays.
        let group = InstanceCgroup.make(
            id: "a/b",
            limits: InstanceLimits(memory: Bytes(1), cores: Cores(2)),
            memberships: "0::/user.slice/own.scope\n",
            mounts: mount
        )
        #expect(group == nil)
        #expect(access(slice + "/berth-a_b-\(getpid())", F_OK) != 0)
    }

    @Test("sizes of a process are read")
    func sizes() {
        let memory = ProcessMemory(statm: "2500 1000 300 5 0 700 0\n", pageBytes: 4096)
        #expect(memory?.resident == 4_096_000 && memory?.shared == 1_228_800)
        #expect(ProcessMemory(statm: "", pageBytes: 4096) == nil)
        let rollup = "5581-7ffd [rollup]\nRss:  2000 kB\nPss:    1234 kB\nPss_Dirty:   9 kB\n"
        #expect(ProcessMemory.proportional(rollup: rollup) == 1234 * 1024)
        #expect(ProcessMemory.proportional(rollup: "") == nil)
    }

    @Test("a process's parent is read behind any name, and both ways of finding a tree agree")
    func parents() throws {
        #expect(ProcessTree.parent(stat: "42 (a) b (c) S 17 42 42 0 -1") == 17)
        #expect(ProcessTree.parent(stat: "42") == nil)
        let own = ProcessTree.childrenByParent().first { $0.value.contains(Int(getpid())) }
        #expect(own?.key == Int(getppid()))
    }

    @Test("a handler for a signal is seen in a process's status")
    func handlers() {
        let status = "Name:\tpython3\nSigIgn:\t0000000001001000\nSigCgt:\t0000000000000802\n"
        #expect(ProcessSignals.catches(SIGUSR2, status: status))
        #expect(ProcessSignals.catches(SIGINT, status: status))
        #expect(!ProcessSignals.catches(SIGTERM, status: status))
        #expect(!ProcessSignals.catches(SIGTERM, status: ""))
    }

    @Test("the memory watch tells each new tenth once, and kills above the limit only where nobody else does")
    func watch() {
        var watch = MemoryWatch(limitBytes: 1000, kills: true)
        #expect(
            [50, 100, 150, 90, 199].map { watch.measured($0) } == [.nothing, .report, .nothing, .nothing, .nothing]
        )
        #expect([350, 340, 599].map { watch.measured($0) } == [.report, .nothing, .report])
        #expect(!watch.isNear)
        #expect(watch.measured(600) == .report)
        #expect(watch.isNear)
        #expect([1000, 1001].map { watch.measured($0) } == [.report, .kill])
        #expect(watch.peakBytes == 1001)
        var watching = MemoryWatch(limitBytes: 1000, kills: false)
        #expect([1001, 1002].map { watching.measured($0) } == [.report, .nothing])
    }

    @Test("lines are cut from pieces, and those that are too long are passed over")
    func lines() {
        var buffer = LineBuffer(limit: 5)
        #expect(buffer.lines(adding: Array("ab".utf8)[...]) == [])
        #expect(
            buffer.lines(adding: Array("c\n\nxy\n123456\nok\n12".utf8)[...])
                == ["abc", "xy", "ok"].map { Array($0.utf8) }
        )
        #expect(buffer.lines(adding: Array("3456789".utf8)[...]) == [])
        #expect(buffer.lines(adding: Array("0\n12345\n".utf8)[...]) == [Array("12345".utf8)])
        #expect(buffer.skipped == 2)
    }

    @Test(
        "commands are read with their bounds",
        arguments: [
            (#"{"do": "stop", "graceSeconds": 2.5}"#, LaunchCommand.stop(graceSeconds: 2.5)),
            (#"{"do": "stop"}"#, .stop(graceSeconds: 30)),
            (#"{"do": "stop", "graceSeconds": -1}"#, .stop(graceSeconds: 0)),
            (#"{"do": "stop", "graceSeconds": 1e9}"#, .stop(graceSeconds: 3600)), (#"{"do": "dump", "x": 1}"#, .dump),
        ]
    )
    func commands(line: String, command: LaunchCommand) {
        #expect(LaunchCommand(line: Array(line.utf8)) == command)
        #expect(LaunchCommand(line: Array("x\(line)".utf8)) == nil)
    }

    @Test("a log of events that is full still takes what launch has to say")
    func fullEventLog() throws {
        let bench = try InstanceBench()
        let log = try EventLog(path: bench.root + "/events.jsonl")
        let text = JSON.string(String(repeating: "x", count: 60_000))
        for _ in 0..<200 { log.append(InstanceEvent(.runFailed, at: 1, [("x", text)])) }
        #expect(log.end < LaunchSettings.eventBytesForRepeated + 70_000)
        for _ in 0..<200 { log.append(InstanceEvent(.workerExited, at: 1, [("x", text)])) }
        #expect(log.end < LaunchSettings.eventBytesForAll + 70_000)
        let before = log.end
        log.append(InstanceEvent(.exited, at: 1, [("exitStatus", 3)]))
        #expect(log.end > before)
        #expect(String(decoding: log.read(from: before, count: 1000), as: UTF8.self).contains("\"exited\""))
        let first = String(decoding: log.read(from: 0, count: log.end), as: UTF8.self)
        #expect(first.contains("events-dropped"))
    }

    @Test("a path is followed to its end, and each link on the way is kept")
    func walks() throws {
        let bench = try InstanceBench()
        let root = bench.root
        try FileTree.makeFolder(root + "/real/below")
        symlink("real", root + "/alias")
        symlink("\(root)/alias/below/../below", root + "/far")
        symlink("loop", root + "/loop")
        let walk = try #require(PathWalk(root + "/far/."))
        #expect(walk.end == root + "/real/below")
        #expect(walk.isFolder)
        #expect(walk.links.map(\.path) == [root + "/far", root + "/alias"])
        #expect(PathWalk(root + "/loop") == nil)
        #expect(PathWalk(root + "/none") == nil)
        #expect(PathWalk("/dev/null")?.isFolder == false)
    }

    @Test("what the user's variables say about places counts, what they say about us does not")
    func environment() throws {
        let bench = try InstanceBench()
        let plan = try bench.plan("", environment: ["HOME": "/elsewhere", "BERTH_EVENT_FD": "9", "A": "1"])
        let variables = InstanceProgram.environment(of: plan)
        #expect(variables.first == "BERTH_INSTANCE_DIR=\(plan.folder.path)")
        #expect(variables.contains("HOME=/elsewhere"))
        #expect(variables.contains("BERTH_EVENT_FD=3"))
        #expect(variables.contains("TMPDIR=\(plan.folder.scratchFolder)"))
        #expect(variables.contains("A=1"))
    }
}
