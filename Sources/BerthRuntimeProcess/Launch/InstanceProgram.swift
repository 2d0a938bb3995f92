import BerthModel
import BerthRuntime
import CBerthPlatform
import Glibc

/// The program of an instance while it runs, with the ends of its pipes.
struct InstanceProgram {
    let pid: Int
    /// Its standard output and error, merged.
    let output: CInt
    /// Its events.
    let events: CInt

    /// Why it could not be started.
    struct Failure: Error, Hashable {
        let stage: String
        let errno: Int
        let message: String
    }

    /// Starts the program of `plan` behind `fence`.
    ///
    /// Parts of the fence that cannot be had here are given up, which `fence` then says; Landlock, where the kernel has
    /// it, never is.
    static func start(_ plan: InstancePlan, behind fence: inout Fence) throws(Failure) -> InstanceProgram {
        var output: [CInt] = [-1, -1]
        var events: [CInt] = [-1, -1]
        guard pipe(&output) == 0 else { throw failure(plan, "files", errno) }
        guard pipe(&events) == 0 else {
            let code = errno
            for end in output { close(end) }
            throw failure(plan, "files", code)
        }
        // Launch has one thread: nothing else is started between the pipes and these calls.
        for end in output + events { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // Only our ends: a program may not know what to do with a pipe that does not block.
        for end in [output[0], events[0]] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        defer {
            close(output[1])
            close(events[1])
        }
        var error = berth_spawn_error()
        var pid = spawn(plan, fence, output[1], events[1], &error)
        while pid < 0, fence.giveUp(stage: error.stage, errno: error.error) {
            pid = spawn(plan, fence, output[1], events[1], &error)
        }
        guard pid > 0 else {
            close(output[0])
            close(events[0])
            throw failure(plan, String(cString: berth_stage_name(error.stage)), error.error)
        }
        return InstanceProgram(pid: Int(pid), output: output[0], events: events[0])
    }

    private static func spawn(
        _ plan: InstancePlan,
        _ fence: borrowing Fence,
        _ output: CInt,
        _ events: CInt,
        _ error: inout berth_spawn_error
    ) -> pid_t {
        let arguments = plan.command.map { strdup($0) } + [nil]
        let environment = environment(of: plan).map { strdup($0) } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var request = berth_spawn_plan()
        switch fence.landlock {
        case .some(let ruleset):
            request.landlock = ruleset.descriptor
            request.landlock_version = CInt(ruleset.version)
        case .none: request.landlock = -1
        }
        request.processes = UInt64(fence.processLimit)
        request.open_files = UInt64(plan.limits.openFiles)
        request.output = output
        request.events = events
        request.program = UnsafePointer(arguments[0])
        let entrances = fence.cgroup?.entrances ?? []
        let view = fence.view
        return plan.workingDirectory.withCString { folder in
            arguments.withUnsafeBufferPointer { arguments in
                environment.withUnsafeBufferPointer { environment in
                    entrances.withUnsafeBufferPointer { entrances in
                        request.folder = folder
                        request.arguments = arguments.baseAddress
                        request.environment = environment.baseAddress
                        request.cgroups = entrances.baseAddress
                        request.cgroup_count = CInt(entrances.count)
                        guard let view else { return berth_spawn(&request, nil, &error) }
                        return view.withCView {
                            request.view = $0
                            return berth_spawn(&request, nil, &error)
                        }
                    }
                }
            }
        }
    }

    /// The plan's variables, and what every instance has where the plan does not say otherwise.
    static func environment(of plan: InstancePlan) -> [String] {
        var variables = [
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": plan.folder.scratchFolder,
            "TMPDIR": plan.folder.scratchFolder,
            "BERTH_RUN_DIR": plan.folder.socketFolder,
            "BERTH_SCRATCH_DIR": plan.folder.scratchFolder,
        ]
        for (name, value) in plan.environment { variables[name] = value.reveal() }
        variables["BERTH_EVENT_FD"] = "3"
        variables[InstanceMark.variable] = nil
        // First, so that it is within what is read of a process's variables, however many there are.
        return ["\(InstanceMark.variable)=\(plan.folder.path)"] + variables.map { "\($0.key)=\($0.value)" }.sorted()
    }

    private static func failure(_ plan: InstancePlan, _ stage: String, _ code: CInt) -> Failure {
        let place = stage == "chdir" ? plan.workingDirectory : plan.command.first ?? ""
        return Failure(stage: stage, errno: Int(code), message: "`\(place)`: \(SystemFailure.text(of: code))")
    }
}
