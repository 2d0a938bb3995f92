import BerthDiagnostics
import BerthJSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One build of an environment with uv: resolve, install, compile, publish.
struct EnvironmentBuild: Sendable {
    var plan: EnvironmentPlan
    var interpreter: PythonInterpreter
    var folder: EnvironmentFolder
    var uv: UvTool
    var environment: UvEnvironment
    var settings: EnvironmentSettings
    var log: BuildLog

    private var python: String { "\(folder.venv)/bin/python" }
    private var sitePackages: String { "venv/lib/python\(interpreter.version.minorText)/site-packages" }

    /// Builds the environment. The caller holds its lock. What is left behind by a failure or the end of the task is
    /// the log; an unfinished environment is never taken for a finished one.
    func run() async throws -> EnvironmentRecord {
        if let aside = try folder.clear() { log.write("an unreadable environment was set aside: \(aside)") }
        try Files.makeFolder(folder.path)
        do {
            let record = try await build()
            try Files.writeAtomically(Array(log.text.utf8), to: folder.logFile)
            // From here on it is finished.
            try Files.writeAtomically(record.json.utf8, to: folder.recordFile)
            return record
        } catch {
            folder.clean(keeping: log)
            throw error
        }
    }

    private func build() async throws -> EnvironmentRecord {
        try Files.makeFolder(folder.workshop)
        try writeInputs()
        var seconds: [String: Double] = [:]
        log.write(
            "making an environment of Python \(interpreter.version) (\(interpreter.executable)) "
                + "with uv \(uv.version) from PyPI packages"
        )
        try await timed("venv", &seconds) {
            try await run(.venv, ["venv", "--quiet", "--python", interpreter.executable, folder.venv])
        }
        var lock: [String] = []
        if !plan.requirements.isEmpty {
            log.write("resolving \(plan.requirements.count) requirements")
            try await timed("resolve", &seconds) { try await run(.resolve, resolveArguments) }
            let text = String(decoding: try Files.read("\(folder.workshop)/lock.txt") ?? [], as: UTF8.self)
            lock = Self.pins(in: text).map(log.redact)
            try Files.write(Array(log.redact(text).utf8), to: folder.lockFile)
            log.write("installing \(lock.count) packages")
            try await timed("install", &seconds) {
                try await run(
                    .install,
                    ["pip", "install", "--python", python, "--no-deps", "-r", "lock.txt"] + refresh
                )
            }
            try await timed("compile", &seconds) { try await compileBytecode() }
        }
        try Files.remove(folder.workshop)
        let size = Files.measure(folder.venv)
        let total = seconds.values.reduce(0, +)
        log.write("environment \(folder.key) is ready: \(lock.count) packages, \(Self.rounded(total)) s")
        return EnvironmentRecord(
            key: folder.key,
            tool: "uv",
            toolVersion: uv.version,
            interpreter: interpreter,
            python: "venv/bin/python",
            sitePackages: sitePackages,
            alsoReadable: environment.variables["UV_LINK_MODE"] == "symlink" ? [environment.cacheFolder] : [],
            lock: lock,
            requirements: plan.requirements.map { log.redact($0.text) } + plan.constraints,
            notes: plan.notes.map(log.redact),
            bytes: size.bytes,
            files: size.files,
            seconds: seconds,
            createdAt: Double(time(nil))
        )
    }

    private var resolveArguments: [String] {
        var arguments = ["pip", "compile", "--quiet", "--no-header", "--generate-hashes", "--python", python]
        for name in plan.index.noBinary { arguments += ["--no-binary", name] }
        for name in plan.index.onlyBinary { arguments += ["--only-binary", name] }
        if !plan.constraints.isEmpty { arguments += ["-c", "constraints.txt"] }
        for path in plan.constraintFiles { arguments += ["-c", path] }
        return arguments + refresh + ["--output-file", "lock.txt", "requirements.in"]
    }

    /// uv remembers what it built of a local folder, and looks only at some of its files for changes; we look at all.
    private var refresh: [String] { plan.requirements.contains { $0.localPath != nil } ? ["--refresh"] : [] }

    private func writeInputs() throws(FileFailure) {
        let lines = plan.requirements.map { $0.text + "\n" }.joined()
        try Files.write(Array(lines.utf8), to: "\(folder.workshop)/requirements.in")
        guard !plan.constraints.isEmpty else { return }
        let constraints = plan.constraints.map { $0 + "\n" }.joined()
        try Files.write(Array(constraints.utf8), to: "\(folder.workshop)/constraints.txt")
    }

    /// Runs uv in the workshop and turns its failure into a diagnostic.
    private func run(_ step: BuildFailure.Step, _ arguments: [String]) async throws {
        let process = ToolProcess(
            executable: uv.executable,
            arguments: arguments,
            environment: environment.variables,
            workingFolder: folder.workshop,
            timeout: settings.buildTimeout
        )
        let outcome = try await process.run { log.write($0) }
        guard outcome.succeeded else {
            let lines = outcome.lines.map(log.redact)
            throw BuildFailure(step: step, lines: lines, ending: outcome.ending, plan: plan, interpreter: interpreter)
                .diagnostic
        }
    }

    private func compileBytecode() async throws {
        let bytecode = Bytecode(
            python: python,
            sitePackages: "\(folder.path)/\(sitePackages)",
            donors: folder.others(with: interpreter)
        )
        let process = ToolProcess(
            executable: python,
            arguments: bytecode.arguments,
            environment: environment.variables,
            workingFolder: folder.path,
            timeout: settings.buildTimeout
        )
        let outcome = try await process.run()
        if outcome.ending == "exit status 28" {
            throw FileFailure(action: "write bytecode to", path: bytecode.sitePackages, errno: ENOSPC)
        }
        let counts = (outcome.lines.last ?? "").split(separator: " ").compactMap { Int($0) }
        guard outcome.succeeded, counts.count == 3 else {
            for line in outcome.lines.suffix(3) { log.write(line) }
            log.write("bytecode could not be compiled: the first start of each instance takes longer")
            return
        }
        let failed = counts[2] > 0 ? ", \(counts[2]) are no code for this Python" : ""
        log.write("bytecode of \(counts[0]) modules compiled, of \(counts[1]) shared\(failed)")
    }

    private func timed(_ name: String, _ seconds: inout [String: Double], _ body: () async throws -> Void) async throws
    {
        let start = ContinuousClock.now
        try await body()
        let taken = ContinuousClock.now - start
        seconds[name] = Self.rounded(taken / .seconds(1))
    }

    private static func rounded(_ seconds: Double) -> Double { (seconds * 100).rounded() / 100 }

    /// `name==version` of each package of a lock file, without hashes and comments.
    static func pins(in lock: String) -> [String] {
        lock.split(separator: "\n").compactMap { line in
            guard let first = line.first, first.isLetter || first.isNumber else { return nil }
            var pin = line
            while pin.last == "\\" || pin.last?.isWhitespace == true { pin.removeLast() }
            return String(pin)
        }
    }
}
