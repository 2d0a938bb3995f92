import BerthJSON

/// Finds the Python interpreters of this machine and remembers what each said about itself.
struct InterpreterFinder: Sendable {
    /// So many interpreters are asked at once.
    private static let parallelQuestions = 4

    var settings: EnvironmentSettings
    /// Where the answers are kept between runs.
    var cacheFile: String

    /// All interpreters, in the order of discovery: `python3` of PATH first, then numbered ones, pyenv's, uv's.
    ///
    /// A file that was asked before and has not changed since is not started again.
    func find() async -> [PythonInterpreter] {
        let paths = candidates()
        let known = readCache()
        var answers: [String: JSON] = [:]
        var unknown: [(path: String, key: String)] = []
        for path in paths {
            guard let stamp = Files.stamp(path) else { continue }
            let key = "\(path) \(stamp.text)"
            if let answer = known[key] { answers[key] = answer } else { unknown.append((path, key)) }
        }
        for (key, answer) in await ask(unknown) { answers[key] = answer }
        if !unknown.isEmpty { writeCache(answers) }
        var seen: Set<String> = []
        return paths.compactMap { path in
            guard let stamp = Files.stamp(path), let answer = answers["\(path) \(stamp.text)"],
                let interpreter = PythonInterpreter(json: answer), seen.insert(interpreter.executable).inserted
            else { return nil }
            return interpreter
        }
    }

    /// What the interpreter at a path says about itself, asked anew; nil where it cannot be asked.
    func describe(_ path: String) async -> PythonInterpreter? {
        await question(path).flatMap(PythonInterpreter.init(json:))
    }

    /// Real paths of everything that is called like an interpreter, each once.
    func candidates() -> [String] {
        var found: [String] = []
        for folder in folders {
            let names = Files.names(in: folder)
            let numbered = names.filter(Self.isInterpreterName).sorted()
            // `python3` first: it is what the machine's owner calls Python.
            for name in ["python3", "python"].filter(names.contains) + numbered { found.append("\(folder)/\(name)") }
        }
        var seen: Set<String> = []
        return found.compactMap { path in
            guard let real = Files.realPath(path), Files.isExecutable(real), !Self.isShim(real),
                !Self.isKnownTooOld(real), seen.insert(real).inserted
            else { return nil }
            return real
        }
    }

    /// `python3.11`, but not `python3.11-config` or `python3.13t`.
    private static func isInterpreterName(_ name: String) -> Bool {
        guard name.hasPrefix("python3.") else { return false }
        let minor = name.dropFirst("python3.".count)
        return !minor.isEmpty && minor.allSatisfy(\.isNumber)
    }

    /// A pyenv shim runs whatever the current folder or `PYENV_VERSION` says: not an interpreter but a choice.
    private static func isShim(_ path: String) -> Bool { path.contains("/shims/") }

    private static func isKnownTooOld(_ path: String) -> Bool {
        guard let name = path.split(separator: "/").last, name.hasPrefix("python") else { return false }
        if name.hasPrefix("python2") { return true }
        guard let version = PythonVersion(String(name.dropFirst("python".count))) else { return false }
        return version < PythonChoice.oldestSupported
    }

    private var folders: [String] {
        if let folders = settings.interpreterFolders { return folders }
        let variables = settings.processEnvironment
        let home = settings.userHome
        let pyenv = variables["PYENV_ROOT"] ?? "\(home)/.pyenv"
        let data = variables["XDG_DATA_HOME"] ?? "\(home)/.local/share"
        let managed = variables["UV_PYTHON_INSTALL_DIR"] ?? "\(data)/uv/python"
        let installed = ["\(pyenv)/versions", managed].flatMap { root in
            Files.names(in: root).filter { !$0.hasPrefix(".") }.map { "\(root)/\($0)/bin" }
        }
        return settings.searchFolders + installed
    }

    private func ask(_ interpreters: [(path: String, key: String)]) async -> [String: JSON] {
        await withTaskGroup(of: (String, JSON)?.self) { group in
            var answers: [String: JSON] = [:]
            for (index, interpreter) in interpreters.enumerated() {
                if index >= Self.parallelQuestions, let answer = await group.next() ?? nil {
                    answers[answer.0] = answer.1
                }
                group.addTask { await question(interpreter.path).map { (interpreter.key, $0) } }
            }
            for await case let answer? in group { answers[answer.0] = answer.1 }
            return answers
        }
    }

    /// What the interpreter says about itself; null where it ran and is none (then it is not asked again); nil where
    /// it could not be asked.
    private func question(_ path: String) async -> JSON? {
        // Isolated, without `site`: neither the user's variables nor packages have a say.
        let process = ToolProcess(
            executable: path,
            arguments: ["-I", "-S", "-c", PythonInterpreter.question],
            environment: ["PATH": settings.searchFolders.joined(separator: ":"), "HOME": settings.userHome],
            workingFolder: "/",
            timeout: settings.questionTimeout
        )
        do {
            let outcome = try await process.run()
            guard outcome.succeeded, let line = outcome.lines.last,
                var answer = try? JSON.parse(line),  // no answer, no interpreter
                let interpreter = PythonInterpreter(json: answer)
            else { return .null }
            // An interpreter in a virtual environment names its base; links are resolved as for all others.
            if let real = Files.realPath(interpreter.executable) { answer["executable"] = .string(real) }
            return answer
        } catch {
            return nil
        }
    }

    private func readCache() -> [String: JSON] {
        // A cache that cannot be read is asked again, no more.
        guard let json = Files.json(cacheFile) else { return [:] }
        return Dictionary((json.objectValue ?? JSONObject()).map { ($0.key, $0.value) }) { $1 }
    }

    private func writeCache(_ answers: [String: JSON]) {
        let sorted = answers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        do {
            if let slash = cacheFile.lastIndex(of: "/") { try Files.makeFolder(String(cacheFile[..<slash])) }
            try Files.writeAtomically(JSON.object(JSONObject(sorted)).utf8, to: cacheFile)
        } catch {
            // Without it the next run only asks again; a folder that cannot be written is reported by the build.
        }
    }
}
