import BerthDiagnostics
import BerthJSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// conda, mamba or micromamba, where one is installed.
struct CondaTool: Hashable, Sendable {
    var name: String
    var executable: String

    /// The fastest one on PATH; starts nothing.
    static func find(_ settings: EnvironmentSettings) -> CondaTool? {
        for name in ["micromamba", "mamba", "conda"] {
            if let path = settings.program(name) { return CondaTool(name: name, executable: path) }
        }
        return nil
    }

    func arguments(prefix: String, file: String) -> [String] {
        switch name {
        case "micromamba": ["create", "--yes", "--prefix", prefix, "--file", file]
        default: ["env", "create", "--quiet", "--yes", "--prefix", prefix, "--file", file]
        }
    }
}

/// One build of an environment by conda itself: for files that cannot be mapped to PyPI, or where a setting asks.
struct CondaBuild: Sendable {
    var tool: CondaTool
    /// The conda file.
    var text: String
    var path: String
    var folder: EnvironmentFolder
    var settings: EnvironmentSettings
    var log: BuildLog

    /// Builds the environment; see `EnvironmentBuild.run`.
    func run() async throws -> EnvironmentRecord {
        if let aside = try folder.clear() { log.write("an unreadable environment was set aside: \(aside)") }
        try Files.makeFolder(folder.workshop)
        do {
            let record = try await build()
            try Files.remove(folder.workshop)
            try Files.writeAtomically(Array(log.text.utf8), to: folder.logFile)
            try Files.writeAtomically(record.json.utf8, to: folder.recordFile)
            return record
        } catch {
            folder.clean(keeping: log)
            throw error
        }
    }

    private func build() async throws -> EnvironmentRecord {
        log.write("making an environment with \(tool.name) (\(tool.executable)) from the channels of `\(path)`")
        let file = "\(folder.workshop)/environment.yml"
        try Files.write(Array(text.utf8), to: file)
        let start = ContinuousClock.now
        let process = ToolProcess(
            executable: tool.executable,
            arguments: tool.arguments(prefix: folder.venv, file: file),
            environment: settings.processEnvironment.filter { !["PYTHONPATH", "PYTHONHOME"].contains($0.key) },
            workingFolder: folder.workshop,
            timeout: settings.buildTimeout
        )
        let outcome = try await process.run { log.write($0) }
        guard outcome.succeeded else { throw failure(outcome) }
        let finder = InterpreterFinder(settings: settings, cacheFile: "")
        guard let python = await finder.describe("\(folder.venv)/bin/python") else {
            throw Diagnostic(
                .imageBuildFailure,
                .pythonNotFound,
                "the environment that \(tool.name) made of `\(path)` has no Python",
                help: ["add `python=3.11` under `dependencies:`"]
            )
        }
        let size = Files.measure(folder.venv)
        return EnvironmentRecord(
            key: folder.key,
            tool: tool.name,
            toolVersion: "",
            interpreter: python,
            python: "venv/bin/python",
            sitePackages: "venv/lib/python\(python.version.minorText)/site-packages",
            alsoReadable: [],
            lock: installed,
            requirements: [],
            notes: [],
            bytes: size.bytes,
            files: size.files,
            seconds: ["total": (ContinuousClock.now - start) / .seconds(1)],
            createdAt: Double(time(nil))
        )
    }

    /// conda leaves a file `name-version-build.json` for each package.
    private var installed: [String] {
        Files.names(in: "\(folder.venv)/conda-meta").filter { $0.hasSuffix(".json") }.compactMap { name in
            let parts = name.dropLast(5).split(separator: "-")
            guard parts.count >= 3 else { return nil }
            return parts.dropLast(2).joined(separator: "-") + "==" + parts[parts.count - 2]
        }
    }

    private func failure(_ outcome: ToolOutcome) -> Diagnostic {
        let rules: [(phrases: [String], reason: Reason, what: String)] = [
            (["No space left on device", "NoSpaceLeftError"], .diskFull, "no space is left on the disk"),
            (
                [
                    "CondaHTTPError", "Could not resolve host", "Connection refused", "Download error",
                    "ConnectionFailed",
                ],
                .indexUnreachable, "its channels cannot be reached"
            ),
            (
                ["ResolvePackageNotFound", "PackagesNotFoundError", "does not exist"], .packageNotFound,
                "a package is in none of its channels"
            ),
            (
                ["UnsatisfiableError", "LibMambaUnsatisfiable", "Could not solve"], .environmentConflict,
                "its packages exclude each other"
            ),
        ]
        let lines = outcome.lines.filter { !$0.isEmpty }
        let rule = rules.first { rule in rule.phrases.contains { outcome.text.contains($0) } }
        let deciding = lines.filter { line in (rule?.phrases ?? []).contains { line.contains($0) } }
        let shown = deciding.isEmpty ? lines.suffix(5) : deciding.prefix(5)
        return Diagnostic(
            .imageBuildFailure,
            rule?.reason ?? .packageBuildFailed,
            "\(tool.name) could not make the environment of `\(path)`: \(rule?.what ?? outcome.ending)",
            location: .init(path: path),
            evidence: [Evidence("environment-build", log.redact(shown.joined(separator: "\n")))],
            help: ["read the whole log: get-logs --container environment-build"]
        )
    }
}
