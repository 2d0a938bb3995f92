import BerthJSON
import BerthModel
import BerthRuntime

/// From a plan to the body of the engine's `create`.
enum ContainerRequest {
    static let instanceLabel = "berth.instance"
    static let homeLabel = "berth.home"
    /// Bounds for the engine's own copy of the log; ours is kept in the instance's folder.
    private static let logOptions: JSON = ["max-size": "10m", "max-file": "2"]

    /// `user` is what our own server runs as; images with a server of their own keep theirs.
    static func body(
        _ plan: InstancePlan,
        _ container: ContainerPlan,
        user: String,
        hasInit: Bool
    ) -> JSON {
        var body = JSONObject()
        body["Image"] = .string(container.image)
        body["Env"] = JSON(plan.environment.map { "\($0.key)=\($0.value.reveal())" }.sorted())
        body["Labels"] = labels(plan)
        // What the image says of its health is asked by nobody: our own probes decide.
        body["Healthcheck"] = .object(JSONObject([("Test", JSON(["NONE"]))]))
        let nothing = JSON.object(JSONObject())
        body["ExposedPorts"] = .object(JSONObject(container.ports.map { ("\($0)/tcp", nothing) }))
        body["HostConfig"] = host(plan, container, hasInit: hasInit)
        if container.inferenceConfig == nil {
            body["Entrypoint"] = JSON(plan.command)
            body["Cmd"] = .array([])
            body["User"] = .string(user)
            body["WorkingDir"] = .string(plan.workingDirectory)
        }
        return .object(body)
    }

    private static func labels(_ plan: InstancePlan) -> JSON {
        var labels = JSONObject()
        for (name, value) in plan.labels.sorted(by: { $0.key < $1.key }) { labels["berth.\(name)"] = .string(value) }
        labels[instanceLabel] = .string(plan.folder.instanceID)
        labels[homeLabel] = .string(home(of: plan.folder))
        return .object(labels)
    }

    /// The folder that all instances of one home lie in.
    static func home(of folder: InstanceFolder) -> String {
        String(folder.path.prefix(upTo: folder.path.lastIndex(of: "/") ?? folder.path.endIndex))
    }

    private static func host(_ plan: InstancePlan, _ container: ContainerPlan, hasInit: Bool) -> JSON {
        let memory = plan.limits.memory.count
        var host = JSONObject()
        host["Memory"] = .integer(memory)
        // Equal to the memory: no swap, so that the limit is one.
        host["MemorySwap"] = .integer(memory)
        host["NanoCpus"] = .integer(plan.limits.cores.count * 1_000_000_000)
        host["PidsLimit"] = .integer(plan.limits.processes)
        host["ShmSize"] = .integer(min(1 << 30, max(64 << 20, memory / 4)))
        host["Init"] = .bool(hasInit)
        host["SecurityOpt"] = JSON(["no-new-privileges"])
        host["LogConfig"] = .object(JSONObject([("Type", "json-file"), ("Config", logOptions)]))
        host["Mounts"] = .array(container.mounts.map(mount))
        host["PortBindings"] = .object(JSONObject(container.ports.map { ("\($0)/tcp", anyLoopbackPort) }))
        // Our server needs no capability; an image's own may drop root by itself, for which it needs some.
        if container.inferenceConfig == nil { host["CapDrop"] = JSON(["ALL"]) }
        if container.graphicsProcessors > 0 {
            host["DeviceRequests"] = .array([graphics(container.graphicsProcessors)])
        }
        return .object(host)
    }

    /// The engine chooses the port.
    private static let anyLoopbackPort: JSON = .array([
        .object(JSONObject([("HostIp", "127.0.0.1"), ("HostPort", "")]))
    ])

    private static func mount(_ mount: ContainerPlan.Mount) -> JSON {
        var object = JSONObject()
        object["Type"] = "bind"
        object["Source"] = .string(mount.source)
        object["Target"] = .string(mount.target)
        object["ReadOnly"] = .bool(mount.isReadOnly)
        return .object(object)
    }

    private static func graphics(_ count: Int) -> JSON {
        .object(JSONObject([("Count", .integer(count)), ("Capabilities", .array([JSON(["gpu"])]))]))
    }
}
