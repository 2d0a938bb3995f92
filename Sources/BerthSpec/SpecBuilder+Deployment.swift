import BerthDiagnostics
import BerthModel

extension SpecBuilder {
    func deployment(_ node: SpecNode) -> DeploymentSpec {
        var spec = DeploymentSpec(
            name: name(node, "name", of: "deployment"),
            endpointName: name(node, "endpoint_name", of: "endpoint")
        )
        spec.computeType = computeType(node)
        spec.description = node["description"]?.text
        spec.tags = textMap(node["tags"])
        spec.properties = textMap(node["properties"])
        spec.model = node["model"].flatMap { modelReference($0, "model") }
        spec.modelMountPath = node["model_mount_path"]?.text
        spec.code = node["code_configuration"].flatMap(codeConfiguration)
        spec.environment = node["environment"].flatMap { environmentReference($0, "environment") }
        spec.environmentVariables = environmentVariables(node["environment_variables"])
        spec.instanceType = instanceType(node, spec.computeType)
        spec.instanceCount = node["instance_count"]?.int ?? 1
        spec.appInsightsEnabled = node["app_insights_enabled"]?.bool ?? false
        spec.requestSettings = requestSettings(node["request_settings"], spec.computeType)
        spec.livenessProbe = probe(node["liveness_probe"])
        spec.readinessProbe = probe(node["readiness_probe"])
        spec.dataCollector = node["data_collector"].map(dataCollector)
        spec.egressPublicNetworkAccess = isEnabled(node["egress_public_network_access"])
        spec.privateNetworkConnection = node["private_network_connection"]?.bool ?? false
        spec.packageModel = node["package_model"]?.bool ?? false
        spec.resources = node["resources"].map(resources)
        readScale(node, into: &spec)
        checkDeployment(node, spec)
        return spec
    }

    private func computeType(_ node: SpecNode) -> ComputeType {
        if let type = choice(node["type"], ComputeType.self) { return type }
        let schema = node["$schema"]?.text?.lowercased() ?? ""
        return schema.contains("kubernetes") ? .kubernetes : .managed
    }

    private func environmentVariables(_ node: SpecNode?) -> [String: String] {
        func isName(_ key: String) -> Bool { !key.isEmpty && !key.contains { $0 == "=" || $0 == "\0" } }
        for entry in node?.entries ?? [] where !isName(entry.key) {
            findings.error("`\(entry.key)` cannot be the name of an environment variable", at: entry.keyOrigin)
        }
        return textMap(node)
    }

    private func instanceType(_ root: SpecNode, _ type: ComputeType) -> String? {
        guard let node = root["instance_type"], let written = node.text else {
            if type == .managed {
                findings.error(
                    "a deployment has no `instance_type`",
                    at: root.origin,
                    help: ["add `instance_type: \(InstanceType.recommendedName)`"]
                )
            }
            return nil
        }
        guard type == .managed else { return written }
        guard let size = InstanceType.named(written) else {
            let near = nearestName(to: written, among: InstanceType.all.map(\.name))
            findings.error(
                "there is no instance type `\(written)`",
                at: node.origin,
                help: ["write `\(near ?? InstanceType.recommendedName)`"]
            )
            return written
        }
        if size.isVerySmall {
            findings.warning(
                "instance type `\(size.name)` may be too small: it has \(size.memory.text) of memory",
                at: node.origin,
                help: ["take `\(InstanceType.recommendedName)` or larger"]
            )
        }
        return size.name
    }

    private func requestSettings(_ node: SpecNode?, _ type: ComputeType) -> RequestSettings {
        var settings = RequestSettings()
        guard let node else { return settings }
        if let timeout = node["request_timeout_ms"], let value = timeout.int {
            let most = type == .managed ? RequestSettings.maxTimeoutMs : RequestSettings.maxKubernetesTimeoutMs
            if value > most {
                let key = "`request_settings.request_timeout_ms`"
                findings.error("\(key) is \(value), the most is \(most)", at: timeout.origin)
            }
            settings.requestTimeoutMs = value
        }
        if let value = node["max_concurrent_requests_per_instance"]?.int {
            settings.maxConcurrentRequestsPerInstance = value
        }
        if let entry = node.entry("max_queue_wait_ms"), let value = entry.value.int {
            settings.maxQueueWaitMs = value
            if type == .managed, case .file = entry.keyOrigin {
                findings.warning(
                    "`request_settings.max_queue_wait_ms` is deprecated: waiting counts towards `request_timeout_ms`",
                    at: entry.keyOrigin,
                    help: ["remove it"]
                )
            }
        }
        return settings
    }

    private func probe(_ node: SpecNode?) -> ProbeSettings {
        var probe = ProbeSettings()
        guard let node else { return probe }
        if let value = node["initial_delay"]?.int { probe.initialDelay = .seconds(value) }
        if let value = node["period"]?.int { probe.period = .seconds(value) }
        if let value = node["timeout"]?.int { probe.timeout = .seconds(value) }
        if let value = node["success_threshold"]?.int { probe.successThreshold = value }
        if let value = node["failure_threshold"]?.int { probe.failureThreshold = value }
        return probe
    }

    private func dataCollector(_ node: SpecNode) -> DataCollector {
        var collector = DataCollector()
        collector.samplingRate = node["sampling_rate"]?.double ?? 1
        collector.rollingRate = node["rolling_rate"]?.text?.lowercased() ?? "hour"
        for entry in node["collections"]?.entries ?? [] {
            var collection = DataCollector.Collection()
            collection.enabled = entry.value["enabled"]?.bool ?? false
            collection.samplingRate = entry.value["sampling_rate"]?.double
            collection.clientID = entry.value["client_id"]?.text
            if let data = entry.value["data"] {
                collection.dataName = data["name"]?.text
                collection.dataPath = data.text ?? data["path"]?.text
                collection.dataVersion = data["version"]?.text
            }
            collector.collections[entry.key] = collection
        }
        collector.captureHeaders = node["request_logging"]?["capture_headers"]?.elements?.compactMap(\.text) ?? []
        return collector
    }

    private func resources(_ node: SpecNode) -> ContainerResources {
        var resources = ContainerResources()
        resources.requests = textMap(node["requests"])
        resources.limits = textMap(node["limits"])
        return resources
    }

    private func readScale(_ root: SpecNode, into spec: inout DeploymentSpec) {
        guard let node = root["scale_settings"] else { return }
        let type = node["type"]?.text.flatMap { BerthSpec.choice($0, of: ["default", "target_utilization"]) }
        let minimum = node["min_instances"]?.int ?? 1
        let maximum = node["max_instances"]?.int ?? max(1, minimum)
        if minimum > maximum, let origin = (node["max_instances"] ?? node["min_instances"])?.origin {
            findings.error(
                "`scale_settings.max_instances` is \(maximum), less than `min_instances` (\(minimum))",
                at: origin
            )
        }
        guard type == "target_utilization" else {
            spec.reservedInstanceCount = node["max_instances"]?.int
            if let reserved = node["max_instances"], let count = reserved.int, count < spec.instanceCount {
                findings.error(
                    "`scale_settings.max_instances` is \(count), less than `instance_count` (\(spec.instanceCount))",
                    at: reserved.origin
                )
            }
            return
        }
        if spec.computeType == .managed, let origin = node["type"]?.origin {
            findings.error(
                "`scale_settings.type` is `target_utilization`, which managed deployments do not have",
                at: origin,
                help: ["write `default`, and scale with autoscale rules"]
            )
        }
        if let count = root.entry("instance_count"), !count.value.isNull {
            findings.error(
                "`instance_count` goes with `scale_settings.type: default` only",
                at: count.keyOrigin,
                help: ["remove it, or write `type: default`"]
            )
        }
        spec.scaleSettings = .targetUtilization(
            minInstances: minimum,
            maxInstances: maximum,
            percent: node["target_utilization_percentage"]?.int ?? 70,
            pollingInterval: node["polling_interval"]?.int ?? 1
        )
    }
}

extension SpecBuilder {
    // MARK: Rules over several keys

    private func checkDeployment(_ node: SpecNode, _ spec: DeploymentSpec) {
        checkMountPath(node)
        checkLiveness(node)
        if spec.computeType == .managed, let resources = node.entry("resources"), !resources.value.isNull {
            findings.error(
                "`resources` goes with `type: kubernetes` only",
                at: resources.keyOrigin,
                help: ["remove it: `instance_type` says what an instance has"]
            )
        }
        if spec.computeType == .kubernetes, let egress = node.entry("egress_public_network_access") {
            findings.error("`egress_public_network_access` goes with managed deployments only", at: egress.keyOrigin)
        }
        checkProgram(node, spec)
        checkWorkers(node, spec)
        checkNamesTogether(node, spec)
    }

    /// Source: the limits page, Kubernetes endpoints.
    private func checkNamesTogether(_ node: SpecNode, _ spec: DeploymentSpec) {
        let count = spec.name.count + spec.endpointName.count
        guard spec.computeType == .kubernetes, count > 62, let name = node["name"] else { return }
        findings.error(
            "endpoint and deployment name have \(count) characters together, 62 are allowed",
            at: name.origin
        )
    }

    /// More requests at once than workers only wait inside of the instance.
    private func checkWorkers(_ node: SpecNode, _ spec: DeploymentSpec) {
        let wanted = spec.requestSettings.maxConcurrentRequestsPerInstance
        let workers = spec.environmentVariables["WORKER_COUNT"].map(Int.init) ?? 1
        guard spec.code != nil, let workers, workers < wanted,
            let setting = node["request_settings"]?.entry("max_concurrent_requests_per_instance"),
            case .file = setting.keyOrigin
        else { return }
        findings.warning(
            "an instance gets \(wanted) requests at once and has \(workers) worker\(workers == 1 ? "" : "s") for them",
            at: setting.keyOrigin,
            help: ["add `WORKER_COUNT: \(wanted)` under `environment_variables`"]
        )
    }

    private func checkMountPath(_ node: SpecNode) {
        guard let mount = node["model_mount_path"], let path = mount.text, !path.hasPrefix("/") else { return }
        findings.error(
            "`model_mount_path` is `\(path)`, which is not absolute",
            at: mount.origin,
            help: ["write `/\(path)`"]
        )
    }

    private func checkLiveness(_ node: SpecNode) {
        guard let threshold = node["liveness_probe"]?["success_threshold"], let value = threshold.int, value > 1 else {
            return
        }
        findings.error(
            "`liveness_probe.success_threshold` is \(value), and for liveness it is always 1",
            at: threshold.origin,
            help: ["write 1, or remove it"]
        )
    }

    /// Whether there is something to run: code, an image with routes of its own, or a model that needs no code.
    private func checkProgram(_ node: SpecNode, _ spec: DeploymentSpec) {
        let needsNoCode: Bool =
            switch node["model"] {
            // What is registered may be an MLflow model: only the server knows.
            case let model? where model.entries == nil: true
            case let model?: ["mlflow_model", "triton_model"].contains(model["type"]?.text?.lowercased() ?? "")
            case nil: false
            }
        if node["environment"] == nil, !needsNoCode {
            findings.error(
                "a deployment has no `environment`",
                at: node.origin,
                help: ["add `environment:` with `image` and `conda_file`, or `azureml:<name>:<version>`"]
            )
        }
        guard let environment = node["environment"], environment.entries != nil, !needsNoCode,
            node["code_configuration"] == nil, environment["inference_config"] == nil
        else { return }
        findings.error(
            "a deployment has neither `code_configuration` nor `environment.inference_config`, so nothing can score",
            at: node.origin,
            help: [
                "add `code_configuration:` with `code` and `scoring_script`",
                "for an image that is a server already: add `inference_config` with its three routes",
            ]
        )
    }
}
