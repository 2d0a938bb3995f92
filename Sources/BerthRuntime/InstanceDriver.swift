/// BerthRuntime: what all instance drivers share: the driver protocol, the launch plan, events, the exit report, logs.
package import BerthDiagnostics
package import BerthJSON
package import BerthModel

/// The code that starts instances on this machine: sandboxed processes, or containers.
///
/// All calls may be repeated with the same result, also after a restart of the control plane.
package protocol InstanceDriver: Sendable {
    /// `process`, `docker`.
    var name: String { get }

    /// What this machine can do and enforce, in words for people, for `version` and the deployment's warnings.
    func fingerprint() async -> DriverFingerprint

    /// Starts the instance of `plan`, whose folder exists. Returns as soon as the parent process is up; what follows
    /// arrives as events. An instance that already runs is left running.
    func start(_ plan: InstancePlan) async throws(Diagnostic)

    /// The events of an instance from the beginning, then live. Ends after `exited` or `lost`. Works for instances
    /// of an earlier control plane, and for those that have ended (then from the folder).
    func events(of instance: InstanceFolder) -> AsyncStream<InstanceEvent>

    /// What the instance is now.
    func inspect(_ instance: InstanceFolder) async -> InstanceCondition

    /// Asks a running instance where its threads are; the answer arrives as an event.
    func dump(_ instance: InstanceFolder) async throws(Diagnostic)

    /// Ends the instance: politely, after `grace` by force. Returns when nothing of it runs any more.
    func stop(_ instance: InstanceFolder, grace: Duration) async throws(Diagnostic)
}

package struct DriverFingerprint: Hashable, Sendable {
    /// For example `landlock`, `no-new-privileges`, `rlimits`, `bubblewrap`, `cgroup-v2`.
    package var enforced: [String]
    /// One sentence each: what could not be enforced here, and why.
    package var notEnforced: [String]

    package init(enforced: [String], notEnforced: [String]) {
        self.enforced = enforced
        self.notEnforced = notEnforced
    }
}

/// Everything that a driver needs to start one instance.
package struct InstancePlan: Hashable, Sendable {
    package var folder: InstanceFolder
    /// Absolute path, then arguments.
    package var command: [String]
    package var environment: [String: Secret]
    package var workingDirectory: String
    /// Absolute paths that the instance may read (its environment, libexec, code, model).
    package var readable: [String]
    /// Absolute paths that it may write. `scratch/` and `run/` of its folder are always among them.
    package var writable: [String]
    package var limits: InstanceLimits
    package var workerCount: Int
    /// Labels for people and for clean-up: endpoint, deployment, revision.
    package var labels: [String: String]
    /// nil: not a container.
    package var container: ContainerPlan?

    package init(
        folder: InstanceFolder,
        command: [String],
        environment: [String: Secret],
        workingDirectory: String,
        readable: [String],
        writable: [String],
        limits: InstanceLimits,
        workerCount: Int,
        labels: [String: String],
        container: ContainerPlan? = nil
    ) {
        self.folder = folder
        self.command = command
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.readable = readable
        self.writable = writable
        self.limits = limits
        self.workerCount = workerCount
        self.labels = labels
        self.container = container
    }
}

package struct InstanceLimits: Hashable, Sendable {
    /// Resident memory of all processes of the instance together.
    package var memory: Bytes
    package var cores: Cores
    package var processes: Int
    package var openFiles: Int
    /// Bytes of `scratch/`, as far as it can be enforced; nil: none.
    package var scratch: Bytes?

    package init(memory: Bytes, cores: Cores, processes: Int = 1024, openFiles: Int = 65_536, scratch: Bytes? = nil) {
        self.memory = memory
        self.cores = cores
        self.processes = processes
        self.openFiles = openFiles
        self.scratch = scratch
    }
}

/// The folder of an instance; `docs/instance-protocol.md` names what is in it.
package struct InstanceFolder: Hashable, Sendable {
    /// Absolute.
    package var path: String

    package init(path: String) { self.path = path }

    /// The last component: the instance's id.
    package var instanceID: String { String(path.split(separator: "/").last ?? "") }
    package var planFile: String { path + "/launch.json" }
    package var runFolder: String { path + "/run" }
    package var logFolder: String { path + "/logs" }
    package var scratchFolder: String { path + "/scratch" }
    package var eventFile: String { runFolder + "/events.jsonl" }
    package var exitReportFile: String { runFolder + "/exit.json" }
    package func workerSocket(_ worker: Int) -> String { socketFolder + "/worker-\(worker).sock" }
    package var healthSocket: String { socketFolder + "/health.sock" }
    package func log(_ container: LogContainer) -> String { logFolder + "/\(container.rawValue).log" }
}

/// Whose output a log holds.
package enum LogContainer: String, CaseIterable, Hashable, Sendable {
    case inferenceServer = "inference-server"
    case storageInitializer = "storage-initializer"
    case environmentBuild = "environment-build"
}

/// What is known about an instance at this moment.
package enum InstanceCondition: Hashable, Sendable {
    /// Its parent process answers.
    case running(pid: Int)
    /// It has ended, and its exit report was read.
    case exited(ExitReport)
    /// There is a folder, but no parent process and no exit report: killed from outside, or the machine went down.
    case lost
    /// Never started, or destroyed.
    case absent
}

/// How an instance ended; the last thing that its parent writes.
package struct ExitReport: Hashable, Sendable {
    package enum Ending: Hashable, Sendable {
        case exited(status: Int)
        case signaled(Int)
        /// The program could not be started. `stage` as in the event `launch-failed`.
        case notStarted(stage: String, errno: Int, message: String)
    }

    package enum Killer: String, Hashable, Sendable {
        case memoryLimit = "memory-limit"
        case stop
        case stopTimeout = "stop-timeout"
    }

    package var ending: Ending
    /// Seconds since 1970.
    package var at: Double
    package var seconds: Double
    package var peakResident: Bytes?
    /// Rise of the cgroup's counter of kills by the kernel for memory; nil where there is no cgroup.
    package var oomKills: Int?
    /// Set when we ended it ourselves.
    package var killedBy: Killer?

    package init(
        ending: Ending,
        at: Double,
        seconds: Double,
        peakResident: Bytes? = nil,
        oomKills: Int? = nil,
        killedBy: Killer? = nil
    ) {
        self.ending = ending
        self.at = at
        self.seconds = seconds
        self.peakResident = peakResident
        self.oomKills = oomKills
        self.killedBy = killedBy
    }
}

/// Something that happened to an instance, as `docs/instance-protocol.md` lists it.
package struct InstanceEvent: Hashable, Sendable {
    package enum Name: Hashable, Sendable {
        case boot, importing, imported, importFailed, initializing, initialized, initFailed, scriptInvalid, ready
        case warning, runFailed, runTimedOut, workerExited, givingUp, stack, stopping
        case launched, launchFailed, memory, memoryLimitExceeded, exited
        /// Made by the reader: the parent process is gone without an exit report.
        case lost
        case unknown(String)
    }

    package var name: Name
    /// Seconds since 1970.
    package var at: Double
    /// All keys, as they arrived.
    package var body: JSON

    package init(name: Name, at: Double, body: JSON) {
        self.name = name
        self.at = at
        self.body = body
    }
}
