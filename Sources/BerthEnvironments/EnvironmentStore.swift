package import BerthDiagnostics
package import BerthModel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// All Python environments of one home folder: finds the one that a spec asks for, or builds it.
///
/// An environment is named after what is in it, shared by all deployments that ask for the same, built once (also
/// when several processes want it at the same time), and never changed.
package actor EnvironmentStore {
    private let root: String
    private let settings: EnvironmentSettings
    private let finder: InterpreterFinder
    private let uvFinder: UvFinder
    private let flights = BuildFlights()

    /// - Parameters:
    ///   - home: `BERTH_HOME`, absolute.
    ///   - settings: what building depends on besides the spec.
    package init(home: String, settings: EnvironmentSettings = EnvironmentSettings()) {
        root = "\(home)/environments"
        self.settings = settings
        finder = InterpreterFinder(settings: settings, cacheFile: "\(home)/environments/.interpreters.json")
        uvFinder = UvFinder(settings: settings, toolsFolder: "\(home)/tools")
    }

    /// The environment of a spec, built if it is not there.
    ///
    /// One that is there is found without the network and without starting a program, as long as the interpreters of
    /// the machine are the same. Cancelling the task ends the build, unless somebody else waits for it too.
    ///
    /// - Parameters:
    ///   - spec: the environment that is asked for.
    ///   - strict: another Python than the one asked for is an error instead of a warning.
    ///   - log: gets the lines of the build log, without secrets, from any thread.
    /// - Returns: the environment, ready to run.
    /// - Throws: `BadArgument` for a conda file that is none, `ImageBuildFailure` with the reason for all else.
    package func prepare(
        _ spec: EnvironmentSpec,
        strict: Bool = false,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(Diagnostic) -> PreparedEnvironment {
        do {
            return try await prepareUnredacted(spec, strict: strict, log: log)
        } catch {
            // A line of the user's file may hold the password of an index.
            throw error.redacted
        }
    }

    private func prepareUnredacted(
        _ spec: EnvironmentSpec,
        strict: Bool,
        log: @escaping @Sendable (String) -> Void
    ) async throws(Diagnostic) -> PreparedEnvironment {
        let wanted = try await want(spec, strict: strict)
        if let record = wanted.folder.record() { return wanted.prepared(record, wasReused: true) }
        while true {
            let outcome = await build(wanted, log)
            switch outcome {
            case .success(let record):
                return wanted.prepared(record, wasReused: false)
            case .failure(let diagnostic):
                // The build that this task joined was ended by those who had asked for it before.
                if diagnostic == .environmentBuildCancelled, !Task.isCancelled { continue }
                throw diagnostic
            }
        }
    }

    /// The environment of a spec, if it is there; starts no build.
    package func find(_ spec: EnvironmentSpec) async -> PreparedEnvironment? {
        let wanted = try? await want(spec, strict: false)  // a spec that cannot be read has no environment
        guard let wanted, let record = wanted.folder.record() else { return nil }
        return wanted.prepared(record, wasReused: true)
    }

    /// What is known of a spec's environment; starts no build.
    ///
    /// - Throws: for a conda file that is none, as `prepare` does.
    package func outlook(of spec: EnvironmentSpec) async throws(Diagnostic) -> EnvironmentOutlook {
        do {
            let wanted = try await want(spec, strict: false)
            let prepared = wanted.folder.record().map { wanted.prepared($0, wasReused: true) }
            switch wanted.recipe {
            case .uv(let plan, let interpreter, _):
                return EnvironmentOutlook(
                    python: interpreter.executable,
                    pythonVersion: interpreter.version.description,
                    packages: plan.requirements.compactMap(\.name),
                    isPartial: plan.requirements.contains { $0.name == nil || $0.localPath != nil },
                    prepared: prepared
                )
            case .conda:
                return EnvironmentOutlook(
                    python: prepared?.python,
                    pythonVersion: prepared?.pythonVersion.description ?? "",
                    packages: [],
                    isPartial: true,
                    prepared: prepared
                )
            }
        } catch {
            throw error.redacted
        }
    }

    /// All finished environments, by key.
    package func list() -> [EnvironmentSummary] {
        Files.names(in: root).filter(EnvironmentFolder.isKey).sorted().compactMap { key in
            let folder = EnvironmentFolder(root: root, key: key)
            guard let record = folder.record(), let stamp = Files.stamp(folder.recordFile) else { return nil }
            return EnvironmentSummary(
                key: key,
                pythonVersion: record.interpreter.version,
                lock: record.lock,
                bytes: record.bytes,
                createdAt: record.createdAt,
                lastUsedAt: Double(stamp.modified) / 1e9
            )
        }
    }

    /// Removes environments that nobody has asked for since a moment, and unfinished ones that nobody is building.
    ///
    /// - Parameters:
    ///   - moment: seconds since 1970.
    ///   - keeping: keys of environments that instances run in.
    /// - Returns: the keys of those removed.
    /// - Throws: where one could not be removed.
    package func remove(unusedSince moment: Double, keeping: Set<String> = []) async throws(Diagnostic) -> [String] {
        var removed: [String] = []
        for key in Files.names(in: root) where EnvironmentFolder.isKey(key) && !keeping.contains(key) {
            let folder = EnvironmentFolder(root: root, key: key)
            guard let stamp = Files.stamp(folder.recordFile) ?? Files.stamp(folder.path),
                Double(stamp.modified) / 1e9 < moment
            else { continue }
            do {
                try await FileLock.holding(folder.lock) { try folder.discard() }
                removed.append(key)
            } catch {
                throw Self.diagnostic(error, folder)
            }
        }
        return removed
    }

    // MARK: From spec to key

    /// What a spec means on this machine.
    private struct Wanted: Sendable {
        var recipe: Recipe
        var folder: EnvironmentFolder
        var variables: [String: String]
        var warnings: [Diagnostic] = []

        func prepared(_ record: EnvironmentRecord, wasReused: Bool) -> PreparedEnvironment {
            Files.touch(folder.recordFile)
            let version = record.interpreter.version
            // Debian's Python reads its `sitecustomize` there.
            let system = "/etc/python\(version.minorText)"
            var readable = [folder.venv] + record.interpreter.prefixes + record.alsoReadable
            if Files.exists(system) { readable.append(system) }
            return PreparedEnvironment(
                key: folder.key,
                python: "\(folder.path)/\(record.python)",
                pythonVersion: version,
                sitePackages: "\(folder.path)/\(record.sitePackages)",
                readablePaths: readable,
                warnings: warnings,
                wasReused: wasReused,
                lock: record.lock,
                variables: variables,
                buildLog: folder.logFile
            )
        }
    }

    /// With what an environment is made.
    private enum Recipe: Sendable {
        case uv(EnvironmentPlan, PythonInterpreter, found: [PythonInterpreter])
        case conda(CondaTool, text: String, path: String)
    }

    private func want(_ spec: EnvironmentSpec, strict: Bool) async throws(Diagnostic) -> Wanted {
        let conda = settings.conda == .never ? nil : CondaTool.find(settings)
        if settings.conda == .always, let conda, let wanted = try wantConda(spec, conda) { return wanted }
        let plan: EnvironmentPlan
        do {
            plan = try EnvironmentPlan(spec, ignoring: settings.ignoredCondaPackages)
        } catch {
            guard error.reason == .packageNotMappable, let conda, let wanted = try wantConda(spec, conda) else {
                throw error
            }
            return wanted
        }
        return try await wantUv(plan, strict: strict)
    }

    private func wantConda(_ spec: EnvironmentSpec, _ tool: CondaTool) throws(Diagnostic) -> Wanted? {
        guard let text = spec.condaFile, spec.build == nil else { return nil }
        let path = spec.condaFilePath ?? "conda.yaml"
        return Wanted(
            recipe: .conda(tool, text: text, path: path),
            folder: EnvironmentFolder(root: root, key: EnvironmentKey.condaKey(text: text, tool: tool.name)),
            variables: try CondaFile(text: text, path: path).variables
        )
    }

    private func wantUv(_ plan: EnvironmentPlan, strict: Bool) async throws(Diagnostic) -> Wanted {
        let interpreters = await finder.find()
        guard let choice = PythonChoice.nearest(to: plan.wish, among: interpreters) else {
            throw PythonWish.noPython(interpreters)
        }
        var warnings: [Diagnostic] = []
        if choice.isSubstitute, let wish = plan.wish {
            let warning = wish.substituted(by: choice.interpreter, among: interpreters, strict: strict)
            if strict { throw warning }
            warnings.append(warning)
        }
        let key: String
        do {
            key = try EnvironmentKey.key(of: plan, with: choice.interpreter)
        } catch {
            throw Self.diagnostic(error, EnvironmentFolder(root: root, key: ""))
        }
        return Wanted(
            recipe: .uv(plan, choice.interpreter, found: interpreters),
            folder: EnvironmentFolder(root: root, key: key),
            variables: plan.variables,
            warnings: warnings
        )
    }

    // MARK: Building

    private func build(_ wanted: Wanted, _ listener: @escaping @Sendable (String) -> Void) async -> BuildFlights.Outcome
    {
        do {
            try Files.makeFolder("\(root)/.locks")
        } catch {
            return .failure(Self.diagnostic(error, wanted.folder))
        }
        let (settings, uvFinder, root) = (settings, uvFinder, root)
        return await flights.join(wanted.folder.key, listener: listener) { log in
            do {
                let record = try await FileLock.holding(wanted.folder.lock) {
                    log.write("another process builds the same environment: waiting for it")
                } _: {
                    // While waiting another process may have made it.
                    if let record = wanted.folder.record() { return record }
                    for warning in wanted.warnings { log.write("warning: \(warning.message)") }
                    return try await Self.make(wanted, settings, uvFinder, root, log)
                }
                return .success(record)
            } catch {
                return .failure(Self.diagnostic(error, wanted.folder))
            }
        }
    }

    private static func make(
        _ wanted: Wanted,
        _ settings: EnvironmentSettings,
        _ uvFinder: UvFinder,
        _ root: String,
        _ log: BuildLog
    ) async throws -> EnvironmentRecord {
        switch wanted.recipe {
        case .conda(let tool, let text, let path):
            log.hide(in: [text])
            return try await CondaBuild(
                tool: tool,
                text: text,
                path: path,
                folder: wanted.folder,
                settings: settings,
                log: log
            ).run()
        case .uv(let plan, let interpreter, let interpreters):
            let pip = PipConfiguration(settings: settings)
            let environment = UvEnvironment(
                settings: settings,
                pip: pip,
                index: plan.index,
                defaultCache: "\(root)/.cache"
            )
            log.hide(in: environment.secretURLs + plan.requirements.map(\.text))
            for note in plan.notes { log.write("note: \(note)") }
            return try await EnvironmentBuild(
                plan: plan,
                interpreter: interpreter,
                folder: wanted.folder,
                uv: try await uvFinder.find(interpreters: interpreters, log: log),
                environment: environment,
                settings: settings,
                log: log
            ).run()
        }
    }

    /// What ended a build, in the one form of failures.
    private static func diagnostic(_ error: any Error, _ folder: EnvironmentFolder) -> Diagnostic {
        switch error {
        case let error as Diagnostic:
            return error
        case let error as FileFailure:
            let reason: Reason = error.isDiskFull ? .diskFull : error.isReadOnly ? .homeNotWritable : .platformFault
            let message =
                error.isDiskFull
                ? "no space is left on the disk for the environment"
                : "the folder of environments cannot be used"
            let help =
                error.isDiskFull
                ? "free some space, then run the command again: what was downloaded is kept"
                : "make \(folder.root) writable, or set BERTH_HOME to a folder that is"
            return Diagnostic(
                .imageBuildFailure,
                reason,
                message,
                evidence: [Evidence("system", error.text)],
                help: [help]
            )
        case ToolFailure.timedOut(let time):
            return Diagnostic(
                .imageBuildFailure,
                .packageBuildFailed,
                "the build of the environment was ended after \(time.components.seconds) s",
                evidence: [Evidence("environment-build", folder.logFile)],
                help: ["read the log for what took so long"]
            )
        case ToolFailure.notStarted(let words):
            return Diagnostic(
                .imageBuildFailure,
                .platformFault,
                "a tool that builds environments could not be started",
                evidence: [Evidence("system", words)],
                help: ["check that uv and Python run on this machine: uv --version"]
            )
        case ToolFailure.cancelled, is CancellationError:
            return .environmentBuildCancelled
        default:
            return Diagnostic(
                .imageBuildFailure,
                .platformFault,
                "the build of the environment failed",
                evidence: [Evidence("system", "\(error)")],
                help: ["read the whole log: get-logs --container environment-build"]
            )
        }
    }
}
