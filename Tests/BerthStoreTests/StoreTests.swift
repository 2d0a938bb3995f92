import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthStore
import Foundation
import Testing

@Suite("Store")
struct StoreTests {
    private let store: Store
    private let key = DeploymentKey(workspace: "local", endpoint: "shop", name: "blue")

    init() throws { store = try Store(path: nil) }

    private var endpoint: EndpointRecord {
        EndpointRecord(
            workspace: "local",
            name: "shop",
            spec: ["name": "shop", "größe": 1.5, "none": .null],
            state: .succeeded,
            localPort: 31_000,
            createdAt: 1.25,
            modifiedAt: 2.5
        )
    }

    @Test("an endpoint comes back as it was saved, and a second save overwrites it")
    func endpoints() async throws {
        var record = endpoint
        try await store.write { [record] in try $0.save(record) }
        #expect(try await store.read { try $0.endpoint("shop", in: "local") } == record)
        record.state = .deleting
        record.localPort = 0
        record.spec = [:]
        record.modifiedAt = 3
        try await store.write { [record] in try $0.save(record) }
        #expect(try await store.read { try $0.endpoints() } == [record])
        #expect(try await store.read { try $0.endpoints(in: "other") } == [])
        try await store.write { try $0.deleteEndpoint("shop", in: "local") }
        #expect(try await store.read { try $0.endpoints() } == [])
    }

    @Test("a deployment comes back as it was saved")
    func deployments() async throws {
        var record = DeploymentRecord(key: key, spec: ["a": [1, 2]], state: .creating, createdAt: 4)
        try await store.write { [endpoint, record] in
            try $0.save(endpoint)
            try $0.save(record)
        }
        let read = try await store.read { [key] in try $0.deployment(key) }
        #expect(read == record)
        record.state = .failed
        record.servingRevision = 7
        record.failures = [["message": "no"], ["message": "nor this"]]
        record.warnings = [["message": "mind"]]
        record.modifiedAt = 5
        try await store.write { [record] in try $0.save(record) }
        #expect(try await store.read { try $0.deployments(of: "shop", in: "local") } == [record])
        try await store.write { [key] in try $0.deleteDeployment(key) }
        #expect(try await store.read { try $0.deployments() } == [])
    }

    @Test("a deployment needs its endpoint, in both directions")
    func foreignKeys() async throws {
        let record = DeploymentRecord(key: key, spec: [:], state: .creating, createdAt: 4)
        await #expect(throws: Diagnostic.self) { try await store.write { try $0.save(record) } }
        try await store.write { [endpoint] in
            try $0.save(endpoint)
            try $0.save(record)
        }
        await #expect(throws: Diagnostic.self) {
            try await store.write { try $0.deleteEndpoint("shop", in: "local") }
        }
    }

    @Test("numbers of revisions rise, and are not used again")
    func revisions() async throws {
        let first = try await store.write { [key] in try $0.insertRevision(of: key, spec: ["a": 1], createdAt: 1) }
        var second = try await store.write { [key] in try $0.insertRevision(of: key, spec: ["a": 2], createdAt: 2) }
        #expect(second.number == first.number + 1)
        second.phase = .draining
        second.launch = ["python": "/usr/bin/python3"]
        try await store.write { [second] in try $0.save(second) }
        let all = try await store.read { [key] in try $0.revisions(of: key) }
        #expect(all == [first, second])
        #expect(try await store.read { try $0.revisions(in: .draining) } == [second])
        let read = try await store.read { [second] in try $0.revision(second.number) }
        #expect(read == second)
        try await store.write { [second] in try $0.deleteRevision(second.number) }
        let third = try await store.write { [key] in try $0.insertRevision(of: key, spec: [:], createdAt: 3) }
        #expect(third.number == second.number + 1)
    }

    @Test("instances come back by place and age, and go with their revision")
    func instances() async throws {
        let revision = try await store.write { [key] in try $0.insertRevision(of: key, spec: [:], createdAt: 1) }
        let number = revision.number
        func instance(_ ordinal: Int, _ restarts: Int, _ phase: InstanceRecord.Phase) -> InstanceRecord {
            InstanceRecord(
                id: "i\(ordinal)n\(restarts)",
                revision: number,
                ordinal: ordinal,
                phase: phase,
                createdAt: 1,
                restarts: restarts
            )
        }
        let all = [instance(0, 9, .ended), instance(0, 10, .intended), instance(1, 0, .intended)]
        try await store.write { for record in all.reversed() { try $0.save(record) } }
        #expect(try await store.read { try $0.instances(of: number) } == all)
        #expect(try await store.read { try $0.instances(intendedIn: [.starting]) } == [all[1], all[2]])
        #expect(try await store.read { try $0.instances(intendedIn: [.failed]) } == [])
        try await store.write { try $0.deleteInstance("i1n0") }
        #expect(try await store.read { try $0.allInstances() }.count == 2)
        try await store.write { try $0.deleteRevision(number) }
        #expect(try await store.read { try $0.allInstances() } == [])
    }

    @Test("operations come back, and only those that ended are forgotten", arguments: OperationRecord.Kind.allCases)
    func operations(kind: OperationRecord.Kind) async throws {
        var record = OperationRecord(
            id: "one",
            kind: kind,
            workspace: "local",
            endpoint: "shop",
            deployment: kind == .deleteEndpoint ? nil : "blue",
            revision: kind == .putDeployment ? 3 : nil,
            requestID: "r",
            createdAt: 5
        )
        try await store.write { [record] in try $0.save(record) }
        #expect(try await store.read { try $0.operation("one") } == record)
        #expect(try await store.read { try $0.operationsInProgress(on: "shop", in: "local") } == [record])
        #expect(try await store.read { try $0.operationsInProgress(on: "other", in: "local") } == [])
        try await store.write { try $0.deleteOperations(endedBefore: 10) }
        record.status = .canceled
        record.failures = [["message": "no"]]
        try await store.write { [record] in try $0.save(record) }
        #expect(try await store.read { try $0.operation("one") } == record)
        #expect(try await store.read { try $0.operationsInProgress() } == [])
        try await store.write { try $0.deleteOperations(endedBefore: 10) }
        #expect(try await store.read { try $0.operation("one") } == nil)
    }

    @Test("a transaction that throws keeps nothing, and its diagnostic passes through")
    func rollback() async throws {
        let thrown = await #expect(throws: Diagnostic.self) {
            try await store.write { [endpoint] transaction in
                try transaction.save(endpoint)
                throw Diagnostic(.conflict, .operationInProgress, "stop")
            }
        }
        #expect(thrown?.message == "stop")
        #expect(try await store.read { try $0.endpoints() } == [])
    }

    @Test("a store is opened again with what it held; a damaged one is left as it is")
    func openedAgain() async throws {
        let folder = NSTemporaryDirectory() + "berth-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        let path = folder + "/berth.db"
        let first = try Store(path: path)
        try await first.write { [endpoint] in try $0.save(endpoint) }
        // Opened again: migrations do not run twice, and what was kept is there.
        let second = try Store(path: path)
        #expect(try await second.read { try $0.endpoints() } == [endpoint])
        try Data("no database, but long enough to be taken for a damaged one".utf8)
            .write(to: URL(filePath: folder + "/bad.db"))
        let thrown = #expect(throws: Diagnostic.self) { try Store(path: folder + "/bad.db") }
        #expect(thrown?.message.contains("damaged") == true, "\(thrown?.message ?? "")")
        #expect(FileManager.default.fileExists(atPath: folder + "/bad.db"))
    }

    @Test("a task that is cancelled is told so, not that the database is broken")
    func cancelled() async throws {
        let task = Task { [store] in
            while !Task.isCancelled { await Task.yield() }
            return try await store.read { try $0.endpoints() }
        }
        task.cancel()
        let thrown = await #expect(throws: Diagnostic.self) { try await task.value }
        #expect(thrown?.code == .operationCanceled)
    }
}
