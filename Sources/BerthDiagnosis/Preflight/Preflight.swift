package import BerthDiagnostics
import BerthJSON
package import BerthModel
import BerthRuntime

/// What can be known of a deployment before anything starts. What would be raised is foretold from the outline of the
/// script, the model's files and the packages that are asked for; the causes then say it in their own words.
package struct Preflight {
    /// So many are told; the first decide.
    private static let maxDiagnostics = 20

    let facts: Facts
    private let outline: Outline
    private let environment: PlannedEnvironment

    /// - Parameters:
    ///   - spec: a deployment whose code is a folder of this machine.
    ///   - outline: of its scoring script.
    ///   - environment: what its environment will hold.
    ///   - isLocal: for the built-in workspace.
    package init(_ spec: DeploymentSpec, _ outline: Outline, _ environment: PlannedEnvironment, isLocal: Bool) {
        self.outline = outline
        self.environment = environment
        var modelPath: String?
        if case .inline(let model) = spec.model { modelPath = model.path }
        var inline: EnvironmentSpec?
        if case .inline(let given) = spec.environment { inline = given }
        let folder = spec.code?.code
        let evidence = FailureEvidence(
            trigger: .ended,
            isServing: false,
            instanceID: "",
            spec: spec,
            events: [],
            exit: nil,
            limits: InstanceLimits(memory: Bytes(0), cores: Cores(1)),
            logTail: [],
            environment: FailureEvidence.Environment(
                pythonVersion: environment.pythonVersion,
                sitePackages: environment.sitePackages ?? "",
                lock: environment.lock,
                condaFilePath: inline?.condaFilePath,
                condaFile: inline?.condaFile
            ),
            codeFolder: folder,
            modelFolder: modelPath?.parentPath,
            userCodeFolder: folder
        )
        facts = Facts(evidence, isLocal: isLocal)
        facts.isBeforeStart = true
        // As the instance sees it: the model under its own name, nothing of what lies beside it.
        let name = modelPath?.fileName ?? ""
        let entries = modelPath.map { BoundedFiles.tree(of: $0, followsFileLinks: true) } ?? []
        facts.modelTree = entries.map {
            BoundedFiles.Entry(path: name + "/" + $0.path, isFolder: $0.isFolder, bytes: $0.bytes, mode: $0.mode)
        }
        if entries.isEmpty, let modelPath,
            let own = BoundedFiles.tree(of: modelPath.parentPath).first(where: { $0.path == name })
        {
            facts.modelTree = [own]
        } else if !entries.isEmpty {
            facts.modelTree.insert(BoundedFiles.Entry(path: name, isFolder: true, bytes: 0, mode: 0o755), at: 0)
        }
    }

    /// Errors first, in the order in which they would come; then warnings.
    package func diagnostics() -> [Diagnostic] {
        if let what = facts.script?.foreignNature {
            let error = raised("SyntaxError", what, nil, .importing)
            return told([.raised(error)])
        }
        let broken = outline.findings.filter { $0.kind == "syntax" }.map { Incident.raised(syntaxError($0)) }
        guard broken.isEmpty else { return told(broken) + settings() + warnings() }
        var incidents: [Incident] = []
        var direct: [Diagnostic] = []
        for finding in outline.findings {
            if let incident = incident(finding) { incidents.append(incident) }
            if let finding = statement(finding) { direct.append(diagnostic(finding, .containerCrashed)) }
        }
        return Array((told(incidents) + direct + settings()).prefix(Self.maxDiagnostics)) + warnings()
    }

    private func told(_ incidents: [Incident]) -> [Diagnostic] {
        Judge.deduplicated(
            incidents.compactMap { incident in
                Judge.finding(for: incident, facts).map { diagnostic($0, incident.code) }
            }
        )
    }

    private func diagnostic(_ finding: Finding, _ code: ErrorCode) -> Diagnostic {
        var diagnostic = Judge.diagnostic(of: finding, facts, code)
        // Nothing has been logged yet.
        diagnostic.evidence.removeAll { $0.source == "inference-server" }
        return diagnostic
    }

    private func warnings() -> [Diagnostic] { Judge.warnings(on: facts) }

    // MARK: What would be raised

    private func incident(_ finding: Outline.Finding) -> Incident? {
        switch finding.kind {
        case "no-init", "no-run", "init-signature", "run-signature": return .scriptInvalid(problem(finding))
        case "run-arguments":
            return .raised(raised("TypeError", "run() missing a required argument", nil, .run))
        case "relative-import":
            return .raised(raised("ImportError", "attempted relative import with no known parent package", finding))
        case "import": return missingImport(finding).map { .raised($0) }
        case "undefined", "lost-global":
            return .raised(raised("NameError", "name '\(finding.string("name"))' is not defined", finding))
        case "unset-variable":
            return .raised(raised("KeyError", "'\(finding.string("name"))'", finding))
        case "parses-arguments":
            var error = Exception(type: "SystemExit", message: "2")
            let parser = Frame(path: "argparse.py", line: 1, function: "parse_args", text: "", isUser: false)
            error.frames = [frame(finding), parser].compactMap(\.self)
            return .raised(RaisedError(phase: finding.phase, chain: [error]))
        case "model-path": return modelFile(finding).map { .raised($0) }
        default: return nil
        }
    }

    private func frame(_ finding: Outline.Finding?) -> Frame? {
        guard let finding, let folder = facts.evidence.codeFolder else { return nil }
        return Frame(
            path: folder + "/" + finding.path,
            line: finding.line ?? 1,
            function: finding.string("function"),
            text: finding.text,
            isUser: true
        )
    }

    private func raised(
        _ type: String,
        _ message: String,
        _ finding: Outline.Finding?,
        _ phase: Phase? = nil
    ) -> RaisedError {
        var error = Exception(type: type, message: message)
        error.frames = [frame(finding)].compactMap(\.self)
        return RaisedError(phase: phase ?? finding?.phase ?? .importing, chain: [error])
    }

    private func syntaxError(_ finding: Outline.Finding) -> RaisedError {
        var error = Exception(type: finding.string("type"), message: finding.string("message"))
        error.file = (facts.evidence.codeFolder ?? "") + "/" + finding.path
        error.line = finding.line
        error.column = finding.body["column"]?.intValue
        error.text = finding.text
        return RaisedError(phase: .importing, chain: [error])
    }

    private func problem(_ finding: Outline.Finding) -> ScriptProblem {
        let name = finding.kind.hasPrefix("no-") ? String(finding.kind.dropFirst(3)) : ""
        let functions = facts.script?.statements.filter { $0.scopes.isEmpty && $0.text.hasPrefix("def ") } ?? []
        let names = functions.map { String($0.text.dropFirst(4).prefix(while: \.isWordCharacter)) }
        let detail: String
        switch finding.kind {
        case "init-signature": detail = "requires: \(finding.string("required"))"
        case "run-signature":
            detail = finding.body["none"]?.boolValue ?? false ? "needs to accept an argument" : "*args"
        default: detail = ""
        }
        return ScriptProblem([
            "problem": .string(finding.kind),
            "detail": .string(detail),
            "line": finding.line.map(JSON.integer) ?? .null,
            "similar": JSON([nearestName(to: name, among: names)].compactMap(\.self)),
        ])
    }

    private func missingImport(_ finding: Outline.Finding) -> RaisedError? {
        let module = finding.string("module")
        let isOwn = finding.body["own"]?.boolValue ?? false
        guard isOwn || isMissing(module) else { return nil }
        var error = Exception(
            type: "ModuleNotFoundError",
            message: "No module named '\(isOwn ? module : String(module.prefix { $0 != "." }))'"
        )
        error.module = isOwn ? module : String(module.prefix { $0 != "." })
        error.frames = [frame(finding)].compactMap(\.self)
        return RaisedError(phase: finding.phase, chain: [error])
    }

    /// Whether it is certain that the environment will not have `module`.
    private func isMissing(_ module: String) -> Bool {
        if environment.sitePackages != nil { return facts.canImport(module) == false }
        guard !environment.isPartial, facts.spec.environmentVariables["PYTHONPATH"] == nil else { return false }
        let top = String(module.prefix { $0 != "." })
        if facts.codeModules.contains(top) || KnownModules.isStandard(top) || top.hasPrefix("_")
            || facts.isOfServer(top)
        {
            return KnownModules.isStandard(top) && isGone(top)
        }
        return !PackageDependencies.mayBring(module, environment.packages)
    }

    /// A module of the standard library that the environment's Python has no longer, or not yet.
    private func isGone(_ top: String) -> Bool {
        guard let python = facts.pythonMinor else { return false }
        if let removed = KnownModules.removedStandard[top] { return python > removed.last }
        return KnownModules.newStandard[top].map { python < $0 } ?? false
    }

    private func modelFile(_ finding: Outline.Finding) -> RaisedError? {
        guard case .inline? = facts.spec.model, let folder = facts.evidence.modelFolder else { return nil }
        let path = (finding.body["parts"]?.arrayValue ?? []).compactMap(\.stringValue).joined(separator: "/")
        guard !path.isEmpty, !path.contains("..") else { return nil }
        guard let entry = facts.modelTree.first(where: { $0.path == path }) else {
            // A tree that was cut off is no witness.
            guard facts.modelTree.count < BoundedFiles.maxEntries else { return nil }
            var error = Exception(type: "FileNotFoundError", message: "No such file or directory: '\(folder)/\(path)'")
            error.path = folder + "/" + path
            error.frames = [frame(finding)].compactMap(\.self)
            return RaisedError(phase: finding.phase, chain: [error])
        }
        guard !entry.isFolder, facts.inspected(entry, folder, "").nature.isBroken else { return nil }
        return raised("UnpicklingError", "invalid load key", finding)
    }

    // MARK: What is said directly

    private func statement(_ found: Outline.Finding) -> Finding? {
        let place = facts.place(frame(found))
        let subject = facts.subject(place)
        switch found.kind {
        case "serves":
            return Finding(
                .userScriptInitTimedOut,
                "\(subject) runs a server of its own when the script is imported, which never returns",
                at: place,
                help: [
                    "move the call under `if __name__ == \"__main__\":` in \(subject): requests reach run() without it"
                ]
            )
        case "asks":
            return Finding(
                .userScriptInitTimedOut,
                "\(subject) waits for input, which nobody can type",
                at: place,
                help: ["read the value from `environment_variables:` with os.environ in \(subject)"]
            )
        default: return nil
        }
    }

    /// Variables that the inference server cannot use.
    private func settings() -> [Diagnostic] {
        ["WORKER_COUNT", "SCORING_TIMEOUT_MS", "WORKER_TIMEOUT"].compactMap { name in
            guard let value = facts.spec.environmentVariables[name], (Int(value) ?? 0) < 1 else { return nil }
            return Diagnostic(
                .badArgument,
                .specInvalid,
                "the inference server cannot use the variable `\(name)` with the value `\(value.shortened(to: 60))`: it must be a number above 0",
                evidence: [Evidence("spec", "environment_variables.\(name)")],
                help: ["write a number for `\(name)` under `environment_variables:` in the deployment file"]
            )
        }
    }

    // MARK: From the text alone

    /// Which of `init` and `run` the text of a scoring script does not bind at its top level. Empty where that cannot be
    /// known: the text imports all names of a module, or binds names while it runs.
    package static func missingFunctions(inScript text: String) -> [String] {
        missingFunctions(in: PythonSource(text))
    }

    static func missingFunctions(in source: PythonSource) -> [String] {
        let isOpen =
            source.imports.contains { $0.name == "*" }
            || source.statements.contains {
                $0.text.containsAny("globals()", "exec(", "setattr(", "driver_module", "sys.modules[")
            }
        guard !isOpen else { return [] }
        let bound = Set(source.topLevelNames + source.statements.flatMap { $0.text.aliases })
        return ["init", "run"].filter { !bound.contains($0) && !source.isGlobal($0) }
    }
}

extension PythonSource {
    /// Whether any function declares `name` global, and so may bind it.
    fileprivate func isGlobal(_ name: String) -> Bool {
        statements.contains { $0.text.hasPrefix("global ") && $0.text.hasWord(name) }
    }
}

extension String {
    /// `b` of `import a as b` and `from x import a as b`.
    fileprivate var aliases: [String] {
        guard hasPrefix("import ") || hasPrefix("from ") else { return [] }
        return split(separator: ",").compactMap { part in
            String(part).after(" as ").map { String($0.prefix(while: \.isWordCharacter)) }
        }
    }
}
