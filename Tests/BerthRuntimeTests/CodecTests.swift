import BerthJSON
import BerthModel
import BerthRuntime
import Testing

@Suite("the files of an instance")
struct CodecTests {
    private var plan: InstancePlan {
        InstancePlan(
            folder: InstanceFolder(path: "/x/instances/i1"),
            command: ["/usr/bin/python3", "-u", "ein Weg/mit ü.py"],
            environment: ["KEY": Secret("geheim\n\"x\"")],
            workingDirectory: "/x",
            readable: ["/a b", "/c"],
            writable: [],
            limits: InstanceLimits(memory: .gibibytes(2), cores: Cores(2), scratch: .mebibytes(1)),
            workerCount: 3,
            labels: ["endpoint": "e"]
        )
    }

    @Test("a launch plan survives its file")
    func plans() throws {
        let back = InstancePlan(json: try JSON.parse(plan.json.utf8), folder: plan.folder)
        #expect(back == plan)
    }

    @Test(
        "a launch plan with a part missing is none",
        arguments: ["command", "environment", "limits", "readable", "writable", "labels", "workingDirectory"]
    )
    func incomplete(key: String) {
        var json = plan.json
        json[key] = nil
        #expect(InstancePlan(json: json, folder: plan.folder) == nil)
        json[key] = .integer(1)
        #expect(InstancePlan(json: json, folder: plan.folder) == nil)
    }

    @Test("an exit report survives its file and its event")
    func reports() throws {
        let endings: [ExitReport.Ending] = [
            .exited(status: 0), .signaled(9), .notStarted(stage: "exec", errno: 2, message: "`/x`: No such file"),
        ]
        for ending in endings {
            let report = ExitReport(
                ending: ending,
                at: 1_700_000_000.25,
                seconds: 1.5,
                peakResident: Bytes(12),
                oomKills: 1,
                killedBy: .stopTimeout
            )
            #expect(ExitReport(json: try JSON.parse(report.json.utf8)) == report)
            #expect(ExitReport(json: report.event.body) == report)
            #expect(report.event.name == .exited)
        }
        #expect(ExitReport(json: ["at": 1]) == nil)
    }

    @Test(
        "every event has a word, and every word its event",
        arguments: [
            ("boot", InstanceEvent.Name.boot), ("import-failed", .importFailed), ("exited", .exited),
            ("memory-limit-exceeded", .memoryLimitExceeded), ("something-new", .unknown("something-new")),
        ]
    )
    func words(word: String, name: InstanceEvent.Name) {
        #expect(InstanceEvent.Name(word: word) == name)
        #expect(name.word == word)
    }

    @Test(
        "a line that is no event is passed over",
        arguments: ["", "{", "[]", "{\"at\": 1}", "{\"event\": 3}", "\u{0}"]
    )
    func lenient(line: String) {
        #expect(InstanceEvent(line: Array(line.utf8)) == nil)
    }

    @Test("an event keeps the keys that it came with")
    func keys() throws {
        let event = try #require(InstanceEvent(line: Array(#"{"event":"ready","at":2.5,"worker":1,"new":[1]}"#.utf8)))
        #expect(event.name == .ready)
        #expect(event.at == 2.5)
        #expect(event.body["new"]?[0]?.intValue == 1)
        let huge = #"{"event":"ready","x":""# + String(repeating: "x", count: InstanceEvent.maxLineBytes) + #""}"#
        #expect(InstanceEvent(line: Array(huge.utf8)) == nil)
    }
}
