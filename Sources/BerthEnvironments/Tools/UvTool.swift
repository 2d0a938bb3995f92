import BerthDiagnostics
import BerthJSON

/// The program uv: found on PATH, or installed once under `tools/` of the home folder.
struct UvTool: Hashable, Sendable {
    /// Older ones lack options that we use.
    static let oldest = [0, 5, 0]

    var executable: String
    /// `0.13.9`.
    var version: String
}

/// Finds uv or installs it.
struct UvFinder: Sendable {
    var settings: EnvironmentSettings
    /// `BERTH_HOME/tools`.
    var toolsFolder: String

    /// uv from PATH, else our own, else a new one by pip. Says in the log which.
    func find(interpreters: [PythonInterpreter], log: BuildLog) async throws -> UvTool {
        if let path = settings.program("uv") {
            if let tool = await ask(path) {
                if Self.isRecent(tool.version) {
                    log.write("uv \(tool.version) at \(path)")
                    return tool
                }
                log.write("uv \(tool.version) at \(path) is too old: an own one is used")
            }
        }
        if let tool = await installed() {
            log.write("uv \(tool.version) at \(tool.executable)")
            return tool
        }
        try Files.makeFolder(toolsFolder)
        return try await FileLock.holding(toolsFolder + "/.lock") {
            log.write("another process installs uv: waiting for it")
        } _: {
            // While waiting another process may have made it.
            if let tool = await installed() { return tool }
            return try await install(interpreters, log)
        }
    }

    private func installed() async -> UvTool? {
        let folders = Files.names(in: toolsFolder).filter { $0.hasPrefix("uv-") }.sorted()
        for folder in folders.reversed() {
            if let tool = await ask("\(toolsFolder)/\(folder)/bin/uv"), Self.isRecent(tool.version) { return tool }
        }
        return nil
    }

    private static func isRecent(_ version: String) -> Bool {
        !version.split(separator: ".").compactMap { Int($0) }.lexicographicallyPrecedes(UvTool.oldest)
    }

    private func ask(_ path: String) async -> UvTool? {
        guard Files.isExecutable(path) else { return nil }
        let process = ToolProcess(
            executable: path,
            arguments: ["--version"],
            environment: ["PATH": settings.searchFolders.joined(separator: ":"), "HOME": settings.userHome],
            workingFolder: "/",
            timeout: settings.questionTimeout
        )
        let outcome = try? await process.run()  // one that does not answer is as good as none
        guard let outcome, outcome.succeeded, let line = outcome.lines.first else { return nil }
        let words = line.split(separator: " ")
        guard words.count >= 2, words[0] == "uv" else { return nil }
        return UvTool(executable: path, version: String(words[1]))
    }

    /// Installs uv with the first interpreter that has pip: into a temporary folder, renamed when it runs.
    private func install(_ interpreters: [PythonInterpreter], _ log: BuildLog) async throws -> UvTool {
        log.write("no uv on PATH: installing it with pip (once)")
        var tried: [Evidence] = []
        for interpreter in interpreters where interpreter.version >= PythonChoice.oldestSupported {
            let temporary = "\(toolsFolder)/.new-uv"
            try Files.remove(temporary)
            let outcome = try await pip(interpreter, into: temporary, log)
            guard outcome.succeeded else {
                try Files.remove(temporary)
                let lines = outcome.lines.filter {
                    $0.contains("ERROR") || $0.contains("Error") || $0.contains("No module")
                }
                if let cause = Self.networkCause(outcome.text) {
                    let line = lines.first { $0.contains(cause.phrase) } ?? cause.phrase
                    throw unreachable(cause.words, Evidence("\(interpreter.executable) -m pip", log.redact(line)))
                }
                let said = (lines.isEmpty ? outcome.lines : lines).suffix(3).joined(separator: "\n")
                tried.append(Evidence("\(interpreter.executable) -m pip", log.redact(said)))
                // Without pip the next interpreter may have one; a pip that failed fails there in the same way.
                if outcome.text.contains("No module named pip") { continue }
                break
            }
            guard let tool = await ask(temporary + "/bin/uv") else {
                throw refusal(tried + [Evidence("uv", "the installed program does not run")])
            }
            let folder = "\(toolsFolder)/uv-\(tool.version)"
            try Files.remove(folder)
            try Files.move(temporary, to: folder)
            return UvTool(executable: folder + "/bin/uv", version: tool.version)
        }
        throw refusal(tried)
    }

    private func pip(_ interpreter: PythonInterpreter, into folder: String, _ log: BuildLog) async throws -> ToolOutcome
    {
        var variables = settings.processEnvironment
        for name in ["PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_USER"] {
            variables[name] = nil
        }
        variables["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
        variables["PIP_ROOT_USER_ACTION"] = "ignore"
        variables["PIP_NO_INPUT"] = "1"
        // With pip's own five retries, a machine without a network waits half a minute for this answer.
        variables["PIP_RETRIES"] = variables["PIP_RETRIES"] ?? "2"
        // Debian's pip refuses to touch the system's packages; `--target` does not.
        variables["PIP_BREAK_SYSTEM_PACKAGES"] = "1"
        let process = ToolProcess(
            executable: interpreter.executable,
            arguments: ["-m", "pip", "install", "--quiet", "--target", folder, settings.uvRequirement],
            environment: variables,
            workingFolder: toolsFolder,
            timeout: settings.buildTimeout
        )
        return try await process.run { log.write($0) }
    }

    /// Why pip could not reach its index, in its own phrase and in ours; nil where something else is at fault.
    static func networkCause(_ text: String) -> (phrase: String, words: String)? {
        let causes = [
            ("Temporary failure in name resolution", "its name cannot be resolved"),
            ("Name or service not known", "its name cannot be resolved"),
            ("No address associated with hostname", "its name cannot be resolved"),
            ("Network is unreachable", "there is no network"),
            ("Connection refused", "the connection is refused"),
            ("CERTIFICATE_VERIFY_FAILED", "its certificate is not trusted"),
            ("ReadTimeoutError", "it does not answer in time"),
            ("ConnectTimeoutError", "it does not answer in time"),
            ("ProxyError", "the proxy does not let it through"),
        ]
        return causes.first { text.contains($0.0) }.map { (phrase: $0.0, words: $0.1) }
    }

    private func unreachable(_ words: String, _ evidence: Evidence) -> Diagnostic {
        Diagnostic(
            .imageBuildFailure,
            .indexUnreachable,
            "uv, which builds Python environments, is not on PATH, and the package index that has it cannot be reached:"
                + " \(words)",
            evidence: [evidence],
            help: ["check the network, or name a mirror: export PIP_INDEX_URL=https://…/simple"]
        )
    }

    private func refusal(_ evidence: [Evidence]) -> Diagnostic {
        if evidence.contains(where: { $0.text.contains("No space left on device") }) {
            return Diagnostic(
                .notEnoughDisk,
                .diskFull,
                "the disk of BERTH_HOME is full: uv, which builds Python environments, could not be installed there",
                evidence: evidence,
                help: ["free some space there (uv needs 60 MB), or set BERTH_HOME to a folder on another disk"]
            )
        }
        return Diagnostic(
            .imageBuildFailure,
            .toolNotFound,
            evidence.isEmpty
                ? "uv, which builds Python environments, is neither on PATH nor can it be installed"
                : "uv, which builds Python environments, is not on PATH, and installing it with pip failed",
            evidence: evidence,
            help: ["install uv where PATH finds it, for example: python3 -m pip install uv"]
        )
    }
}
