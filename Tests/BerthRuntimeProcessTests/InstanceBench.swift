import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import Glibc
import Testing

@testable import BerthRuntimeProcess

/// A scratch folder with instances of small Python scripts; everything in it is stopped and removed at the end.
final class InstanceBench: Sendable {
    static let deadline = Duration.seconds(20)

    private let scratch: String
    /// What stands for `BERTH_HOME`.
    let root: String
    let driver: ProcessDriver
    let python: String

    /// The scratch folder is made in `parent`.
    init(
        under parent: String = "/tmp",
        name: String = "home",
        without unwanted: Set<FencePart> = []
    ) throws {
        scratch = "\(parent)/berth-bench-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        root = scratch + "/" + name
        try FileTree.makeFolder(root)
        driver = ProcessDriver(executable: Self.probe, without: unwanted)
        python = try #require(Self.foundPython)
    }

    deinit {
        // A leftover in /tmp fails no test.
        if getenv("BERTH_KEEP_SCRATCH") == nil { try? FileTree.remove(scratch) }
    }

    /// Built beside the tests.
    static let probe: String = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/berth-launch-probe"
    }()

    static let foundPython: String? = ["/usr/bin/python3", "/usr/local/bin/python3"].first { access($0, X_OK) == 0 }

    func folder(_ id: String = "i1") -> InstanceFolder { InstanceFolder(path: "\(root)/instances/\(id)") }

    func plan(
        _ script: String,
        id: String = "i1",
        memory: Bytes = .mebibytes(512),
        environment: [String: String] = [:],
        readable: [String] = [],
        workingDirectory: String? = nil
    ) throws -> InstancePlan {
        let folder = folder(id)
        try folder.create()
        let code = folder.path + "/code"
        try FileTree.makeFolder(code)
        try AtomicFile.write(Array(script.utf8), to: code + "/main.py")
        return InstancePlan(
            folder: folder,
            command: [python, "-u", "-B", code + "/main.py"],
            environment: environment.mapValues(Secret.init),
            workingDirectory: workingDirectory ?? code,
            readable: readable,
            writable: [],
            limits: InstanceLimits(memory: memory, cores: Cores(1), processes: 256),
            workerCount: 1,
            labels: ["deployment": "blue"]
        )
    }

    /// Starts an instance and returns all of its events.
    func run(_ plan: InstancePlan) async throws -> [InstanceEvent] {
        try await driver.start(plan)
        return try await events(of: plan.folder)
    }

    /// All events until the end of the instance.
    func events(of folder: InstanceFolder) async throws -> [InstanceEvent] {
        try await within(Self.deadline) { [driver] in
            var events: [InstanceEvent] = []
            for await event in driver.events(of: folder) { events.append(event) }
            return events
        }
    }

    /// The first event for which `isWanted`; fails when the events end before.
    func event(
        of folder: InstanceFolder,
        where isWanted: @escaping @Sendable (InstanceEvent) -> Bool
    ) async throws -> InstanceEvent {
        let found = try await within(Self.deadline) { [driver] () -> InstanceEvent? in
            for await event in driver.events(of: folder) where isWanted(event) { return event }
            return nil
        }
        return try #require(found)
    }

    func log(_ folder: InstanceFolder) -> [String] { LogReader(path: folder.log(.inferenceServer)).tail(lines: nil) }

    /// Processes that carry the instance's mark, launch aside.
    func processes(of folder: InstanceFolder) -> [Int] { InstanceMark.orphans(of: folder) }
}

struct DeadlinePassed: Error {}

/// The value of `body`, or an error when it takes longer than `limit`.
func within<Value: Sendable>(
    _ limit: Duration,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)  // Deadline
            throw DeadlinePassed()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw DeadlinePassed() }
        return value
    }
}

/// Waits until the process of `pid` has ended; false after the deadline.
func waitForEnd(of pid: Int, seconds: Double = 10) -> Bool {
    guard let holder = pidDescriptor(pid) else { return true }
    defer { close(holder) }
    var file = pollfd(fd: holder, events: Int16(POLLIN), revents: 0)
    return poll(&file, 1, CInt(seconds * 1000)) > 0
}
