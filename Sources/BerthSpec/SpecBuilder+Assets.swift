import BerthDiagnostics
import BerthJSON
import BerthModel

extension SpecBuilder {
    // MARK: Model

    func modelReference(_ node: SpecNode, _ key: String) -> ModelReference? {
        switch reference(node, key, table: .model) {
        case .registered(let id): .registered(id)
        case .object(let object): model(object, key).map(ModelReference.inline)
        case nil: nil
        }
    }

    /// The model under `key`, or of a file of its own where that is nil.
    func model(_ node: SpecNode, _ key: String?) -> ModelSpec? {
        let prefix = key.map { "\($0)." } ?? ""
        guard let pathNode = node["path"] else {
            let id = [node["name"]?.text, node["version"]?.text].compactMap { $0 }
            findings.error(
                "`\(prefix)path` is missing",
                at: node.origin,
                help: [
                    id.count == 2 && key != nil
                        ? "write `\(key ?? "model"): azureml:\(id[0]):\(id[1])` for a registered model, else add `path`"
                        : "add `path`: file or folder of the model"
                ]
            )
            return nil
        }
        var model = ModelSpec(path: pathOrURI(pathNode, "\(prefix)path"))
        model.name = node["name"]?.text
        model.version = node["version"]?.text
        model.kind = choice(node["type"], ModelSpec.Kind.self) ?? .custom
        model.description = node["description"]?.text
        model.tags = textMap(node["tags"])
        model.properties = textMap(node["properties"])
        if let flavors = node["flavors"], case .object(let object) = json(flavors) { model.flavors = object }
        model.stage = node["stage"]?.text
        model.datastore = node["datastore"]?.text
        for name in ["system_metadata", "default_deployment_template", "allowed_deployment_templates"] {
            if let value = node[name] { model.experimental[name] = json(value) }
        }
        checkMLflow(model, pathNode, prefix)
        return model
    }

    private func checkMLflow(_ model: ModelSpec, _ node: SpecNode, _ prefix: String) {
        guard model.kind == .mlflow, !PathText.isRemote(model.path) else { return }
        if case .stored = node.origin { return }
        switch FileAccess.kind(model.path) {
        case .directory where FileAccess.kind(model.path + "/MLmodel") == .missing:
            findings.error(
                "`\(prefix)path` names `\(node.text ?? "")`, which has no file `MLmodel` and so is no MLflow model",
                at: node.origin,
                help: ["name the folder that holds `MLmodel`, or write `type: custom_model`"]
            )
        case .file:
            findings.error(
                "`\(prefix)path` names a file, and an MLflow model is a folder",
                at: node.origin,
                help: ["name the folder that holds `MLmodel`"]
            )
        case .directory, .missing, .other:
            break
        }
    }

    // MARK: Code

    func code(_ node: SpecNode) -> CodeSpec? {
        guard let pathNode = node["path"] else { return nil }
        var code = CodeSpec(path: pathOrURI(pathNode, "path", expecting: .folder))
        code.name = node["name"]?.text
        code.version = node["version"]?.text
        code.description = node["description"]?.text
        code.tags = textMap(node["tags"])
        code.properties = textMap(node["properties"])
        code.datastore = node["datastore"]?.text
        return code
    }

    func codeConfiguration(_ node: SpecNode) -> CodeConfiguration? {
        guard let codeNode = node["code"], let scriptNode = node["scoring_script"],
            let code = codeNode.text, let script = scriptNode.text
        else { return nil }
        if code.hasPrefix("azureml:") || code.hasPrefix("/subscriptions/") {
            guard case .registered(let id) = reference(codeNode, "code_configuration.code", table: .code) else {
                return nil
            }
            return CodeConfiguration(code: id, scoringScript: script)
        }
        let folder = pathOrURI(codeNode, "code_configuration.code", expecting: .folder)
        let isLocal = !PathText.isRemote(folder) && FileAccess.kind(folder) == .directory
        if case .stored = scriptNode.origin { return CodeConfiguration(code: folder, scoringScript: script) }
        if isLocal { checkScript(script, scriptNode, in: folder, written: code) }
        return CodeConfiguration(code: folder, scoringScript: script)
    }

    private func checkScript(_ script: String, _ node: SpecNode, in folder: String, written: String) {
        let key = "code_configuration.scoring_script"
        let absolute = PathText.absolute(script, from: folder)
        guard !script.hasPrefix("/"), absolute.hasPrefix(folder == "/" ? "/" : folder + "/") else {
            findings.error(
                "`\(key)` is `\(script)`, which lies outside of `code`",
                at: node.origin,
                help: ["write the path inside of `\(written)`"]
            )
            return
        }
        switch FileAccess.kind(absolute) {
        case .file: break
        case .directory:
            findings.error("`\(key)` names `\(script)`, which is a folder, not a file", at: node.origin)
        case .missing, .other:
            // `code: src` with `scoring_script: src/score.py` is the usual slip.
            let inside = PathText.absolute(PathText.name(of: script), from: folder)
            let hint = MissingPath.hint(written: script, absolute: absolute)
            let help = FileAccess.kind(inside) == .file ? ["write `\(PathText.name(of: script))`"] : hint.help
            findings.error(
                "`\(key)` names `\(script)`, which is not in `\(written)`",
                at: node.origin,
                evidence: help.isEmpty ? hint.evidence : [],
                help: help
            )
        }
    }

    // MARK: Environment

    func environmentReference(_ node: SpecNode, _ key: String) -> EnvironmentReference? {
        switch reference(node, key, table: .environment) {
        case .registered(let id): .registered(id)
        case .object(let object): .inline(environment(object, key))
        case nil: nil
        }
    }

    /// The environment under `key`, or of a file of its own where that is nil.
    func environment(_ node: SpecNode, _ key: String?) -> EnvironmentSpec {
        let prefix = key.map { "\($0)." } ?? ""
        var environment = EnvironmentSpec()
        environment.name = node["name"]?.text
        environment.version = node["version"]?.text
        environment.description = node["description"]?.text
        environment.tags = textMap(node["tags"])
        environment.properties = textMap(node["properties"])
        environment.image = node["image"]?.text
        environment.osType = node["os_type"]?.text.map { $0.lowercased() } ?? "linux"
        environment.datastore = node["datastore"]?.text
        environment.condaFilePath = node["conda_file_path"]?.text
        if let conda = node["conda_file"] { readConda(conda, "\(prefix)conda_file", into: &environment) }
        if let build = node["build"] { environment.build = self.build(build, "\(prefix)build") }
        if let config = node["inference_config"] { environment.inferenceConfig = inferenceConfig(config) }
        checkImage(node, key, prefix)
        return environment
    }

    private func checkImage(_ node: SpecNode, _ key: String?, _ prefix: String) {
        let suggestion = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest"
        if node["image"] != nil, let build = node.entry("build"), !build.value.isNull {
            findings.error(
                "`\(prefix)image` and `\(prefix)build` exclude each other",
                at: build.keyOrigin,
                help: ["keep one of the two"]
            )
        } else if let conda = node.entry("conda_file"), !conda.value.isNull, node["image"] == nil {
            findings.error(
                "`\(prefix)conda_file` needs `\(prefix)image`",
                at: conda.keyOrigin,
                help: ["add `image: \(suggestion)`"]
            )
        } else if node["image"] == nil, node["build"] == nil {
            let id = [node["name"]?.text, node["version"]?.text].compactMap { $0 }
            findings.error(
                "\(key.map { "`\($0)`" } ?? "the environment") has neither `image` nor `build`",
                at: node.origin,
                help: [
                    id.count == 2 && key != nil
                        ? "write `\(key ?? ""): azureml:\(id[0]):\(id[1])` for a registered one, else add `image`"
                        : "add `image: \(suggestion)`"
                ]
            )
        }
    }

    private func build(_ node: SpecNode, _ key: String) -> EnvironmentSpec.Build? {
        guard let pathNode = node["path"] else { return nil }
        let path = pathOrURI(pathNode, "\(key).path", expecting: .folder)
        let dockerfile = node["dockerfile_path"]
        let build = EnvironmentSpec.Build(path: path, dockerfilePath: dockerfile?.text ?? "Dockerfile")
        if case .stored = pathNode.origin { return build }
        guard !PathText.isRemote(path), FileAccess.kind(path) == .directory else { return build }
        let file = PathText.absolute(build.dockerfilePath, from: path)
        if FileAccess.kind(file) != .file {
            let hint = MissingPath.hint(written: build.dockerfilePath, absolute: file)
            findings.error(
                "there is no `\(build.dockerfilePath)` in `\(pathNode.text ?? "")`",
                at: (dockerfile ?? pathNode).origin,
                evidence: hint.evidence,
                help: hint.help.map { $0.replacing("write ", with: "write `dockerfile_path`: ") }
            )
        }
        return build
    }

    private func inferenceConfig(_ node: SpecNode) -> InferenceConfig? {
        func route(_ key: String) -> InferenceConfig.Route? {
            guard let route = node[key], let pathNode = route["path"], let path = pathNode.text,
                let port = route["port"]?.int
            else { return nil }
            if !path.hasPrefix("/") {
                findings.error(
                    "`inference_config.\(key).path` is `\(path)`, which does not begin with `/`",
                    at: pathNode.origin,
                    help: ["write `/\(path)`"]
                )
            }
            return InferenceConfig.Route(path: path, port: port)
        }
        let routes = ["liveness_route", "readiness_route", "scoring_route"].map(route)
        guard let liveness = routes[0], let readiness = routes[1], let scoring = routes[2] else { return nil }
        return InferenceConfig(liveness: liveness, readiness: readiness, scoring: scoring)
    }

    /// A path is read, a text of several lines or a mapping is taken as it is.
    private func readConda(_ node: SpecNode, _ key: String, into environment: inout EnvironmentSpec) {
        if case .stored = node.origin {} else { environment.condaFilePath = nil }
        if node.entries != nil {
            environment.condaFile = CondaText.text(node)
            return
        }
        guard let text = node.text else {
            findings.error("`\(key)` must be a path or a mapping, not \(node.written)", at: node.origin)
            return
        }
        if text.contains("\n") {
            environment.condaFile = text
            return
        }
        if case .stored = node.origin { return }
        let absolute = localPath(node, key, expecting: .file)
        guard FileAccess.kind(absolute) == .file else { return }
        let source = SpecSource(path: withoutFilePrefix(text), absolute: absolute)
        guard let file = SourceLoader.file(source, findings, namedAt: node.origin) else { return }
        environment.condaFile = file.text.hasSuffix("\n") ? file.text : file.text + "\n"
        environment.condaFilePath = absolute
        let inner = Findings()
        let tree = YAMLText.parse(file, inner)
        inner.diagnostics.forEach(findings.add)
        if let tree, tree.entries == nil {
            findings.error(
                "`\(source.path)` is no conda file: it must be a mapping with `dependencies`, not \(tree.written)",
                at: tree.origin
            )
        }
    }
}
