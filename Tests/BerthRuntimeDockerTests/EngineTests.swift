import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import Testing

@testable import BerthRuntimeDocker

@Suite("What the engine says")
struct EngineTests {
    private static func frame(_ text: String, stream: UInt8 = 1) -> [UInt8] {
        let bytes = Array(text.utf8)
        return [stream, 0, 0, 0, UInt8(bytes.count >> 24 & 255), UInt8(bytes.count >> 16 & 255)]
            + [UInt8(bytes.count >> 8 & 255), UInt8(bytes.count & 255)] + bytes
    }

    @Test("log frames come apart wherever the stream is cut", arguments: 1...40)
    func frames(piece: Int) {
        let stamp = "2026-01-02T03:04:05.678901234Z "
        let stream =
            Self.frame(stamp + "first\n") + Self.frame(stamp + "no end") + Self.frame("\n", stream: 2)
            + Self.frame("plain text\n")
        var frames = LogFrames()
        var entries: [LogFrames.Entry] = []
        var rest = stream[...]
        while !rest.isEmpty {
            entries += frames.take(rest.prefix(piece))
            rest = rest.dropFirst(piece)
        }
        let text = entries.map { String(decoding: $0.text, as: UTF8.self) }.joined()
        #expect(text == "first\nno end\nplain text\n")
        #expect(entries.map(\.time.isEmpty) == [false, false, true, true])
    }

    @Test(
        "times are read with any number of decimals",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-02T00:00:01.5Z", 86_401_500_000_000),
            ("2026-11-24T13:42:50.123456789Z", 1_795_527_770_123_456_789),
            ("2024-02-29T23:59:59.000000001Z", 1_709_251_199_000_000_001),
            ("2000-03-01T00:00:00Z", 951_868_800_000_000_000),
        ]
    )
    func times(text: String, nanoseconds: Int) {
        #expect(EngineTime.nanoseconds(text) == nanoseconds)
        #expect(
            EngineTime.since(nanoseconds).split(separator: ".").first.map(String.init)
                == "\(nanoseconds / 1_000_000_000)"
        )
    }

    @Test(
        "what is no time is none",
        arguments: [
            "", "2026-11-24", "not a time at all here", "2026-11-24Txx:42:50Z", "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999999Z",
        ]
    )
    func noTimes(text: String) { #expect(EngineTime.nanoseconds(text) == nil) }

    @Test(
        "DOCKER_HOST is understood",
        arguments: [
            ("unix:///var/run/docker.sock", EngineAddress.unix("/var/run/docker.sock")),
            ("tcp://10.0.0.1:2375", .tcp(host: "10.0.0.1", port: 2375)),
            ("tcp://engine", .tcp(host: "engine", port: 2375)),
        ]
    )
    func addresses(text: String, address: EngineAddress) {
        #expect(EngineAddress.find(environment: ["DOCKER_HOST": text]) == address)
        if case .unusable = EngineAddress.parse("ssh://somewhere") {} else { Issue.record("ssh is not usable") }
    }

    @Test("a container's end is read from the engine's words")
    func states() throws {
        func state(_ words: String) throws -> ContainerState {
            try #require(ContainerState(json: try JSON.parse(words)))
        }
        let killed = try state(
            #"{"Id":"a","State":{"Status":"exited","ExitCode":137,"OOMKilled":true,"StartedAt":"2026-01-01T00:00:00Z","FinishedAt":"2026-01-01T00:00:02.5Z"}}"#
        )
        #expect(killed.phase == .ended)
        let report = killed.report(killedBy: nil)
        #expect(report.ending == .signaled(9))
        #expect(report.oomKills == 1)
        #expect(report.seconds == 2.5)
        let running = try state(
            #"{"Id":"a","State":{"Status":"running","Pid":77},"NetworkSettings":{"Ports":{"8501/tcp":[{"HostIp":"127.0.0.1","HostPort":"49153"}],"80/tcp":null}}}"#
        )
        #expect(running.phase == .running(pid: 77))
        #expect(running.ports == [8501: 49153])
        #expect(
            try state(#"{"Id":"a","State":{"Status":"exited","ExitCode":3}}"#).report(killedBy: .stop).ending
                == .exited(status: 3)
        )
    }

    /// Recorded from dockerd 20.10.24 and Podman 4.3.1.
    @Test(
        "a refused start has one cause",
        arguments: [
            (404, "No such image: nope.local/none:1", ErrorCode.imageDownloadFailed, Reason.imageNotFound),
            (
                400,
                "OCI runtime create failed: container_linux.go:380: starting container process caused: exec: \"/no/such\": stat /no/such: no such file or directory: unknown",
                .containerStartFailed, .entrypointFailed
            ),
            (
                400,
                "OCI runtime create failed: container_linux.go:380: starting container process caused: exec: \"/etc/passwd\": permission denied: unknown",
                .containerStartFailed, .entrypointFailed
            ),
            (
                500,
                "driver failed programming external connectivity on endpoint x: Error starting userland proxy: listen tcp4 127.0.0.1:80: bind: address already in use",
                .containerStartFailed, .portInUse
            ),
            (
                500, "could not select device driver \"\" with capabilities: [[gpu]]", .containerStartFailed,
                .deviceNotFound
            ),
            (
                400, "Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available", .containerStartFailed,
                .resourceRequestTooLarge
            ),
            (400, "Minimum memory limit allowed is 6MB", .containerStartFailed, .resourceRequestTooLarge),
            (
                400, "invalid mount config for type \"bind\": bind source path does not exist: /x",
                .artifactDownloadFailed, .artifactNotFound
            ),
            (500, "write /var/lib/docker/tmp: no space left on device", .notEnoughDisk, .diskFull),
        ] as [(Int, String, ErrorCode, Reason)]
    )
    func refusals(status: Int, message: String, code: ErrorCode, reason: Reason) {
        let plan = InstancePlan(
            folder: InstanceFolder(path: "/h/instances/blue-r1i0n0"),
            command: [],
            environment: [:],
            workingDirectory: "/",
            readable: [],
            writable: [],
            limits: InstanceLimits(memory: Bytes(1), cores: Cores(1)),
            workerCount: 1,
            labels: ["deployment": "blue"]
        )
        let found = EngineWords.start(.refused(status: status, message: message), plan, image: "i:1", .unix("/s"))
        #expect(found.code == code, "\(found)")
        #expect(found.reason == reason, "\(found)")
        #expect(found.evidence.first?.text == message)
        #expect(!found.help.isEmpty)
    }

    @Test("an engine that is away is no fault of the deployment")
    func away() {
        let found = EngineWords.unreachable(.unreachable("Connection refused"), .unix("/s.sock"))
        #expect(found.reason == .engineUnreachable)
        #expect(found.evidence.first?.text.contains("/s.sock") == true)
    }

    @Test("an image's own server keeps its user and entry point; ours is fenced in")
    func bodies() throws {
        var plan = InstancePlan(
            folder: InstanceFolder(path: "/h/instances/blue-r1i0n0"),
            command: ["python3", "/srv"],
            environment: ["A": Secret("b")],
            workingDirectory: "/w",
            readable: [],
            writable: [],
            limits: InstanceLimits(memory: .gibibytes(1), cores: Cores(2)),
            workerCount: 1,
            labels: ["endpoint": "e"]
        )
        let route = InferenceConfig.Route(path: "/", port: 80)
        let routes = InferenceConfig(liveness: route, readiness: route, scoring: .init(path: "/s", port: 81))
        func body(_ config: InferenceConfig?) throws -> JSON {
            let container = ContainerPlan(
                image: "i",
                mounts: [.init(source: "/a", target: "/b", isReadOnly: true)],
                inferenceConfig: config,
                readiness: ProbeSettings()
            )
            plan.container = container
            return ContainerRequest.body(plan, container, user: "7:7", hasInit: true)
        }
        let own = try body(routes)
        #expect(own["Entrypoint"] == nil)
        #expect(own["User"] == nil)
        #expect(own["HostConfig"]?["PortBindings"]?.objectValue?.map(\.0).sorted() == ["80/tcp", "81/tcp"])
        let ours = try body(nil)
        #expect(ours["Entrypoint"] == ["python3", "/srv"])
        #expect(ours["User"] == "7:7")
        #expect(ours["HostConfig"]?["CapDrop"] == ["ALL"])
        #expect(ours["HostConfig"]?["NanoCpus"] == 2_000_000_000)
        #expect(ours["HostConfig"]?["SecurityOpt"] == ["no-new-privileges"])
        #expect(ours["Labels"]?["berth.home"] == "/h/instances")
        #expect(ours["Env"] == ["A=b"])
    }
}
