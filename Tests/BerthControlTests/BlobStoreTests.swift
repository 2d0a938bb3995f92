import BerthArtifacts
import BerthModel
import BerthStore
import Foundation
import Testing

@testable import BerthControl

/// A blob store in a folder of its own, with the service's limits made small.
private final class BlobBench: Sendable {
    let folder = "/tmp/bb-\(UUID().uuidString.prefix(8))"
    let store: Store
    let contents: ContentStore
    let blobs: BlobStore
    let container = ContainerKey(account: "stacct", name: "data")

    init(reserved: Bytes = Bytes(0), change: (inout BlobLimits) -> Void = { _ in }) async throws {
        store = try Store(path: nil)
        contents = ContentStore(root: folder, reserved: reserved)
        try contents.create()
        var limits = BlobLimits()
        change(&limits)
        blobs = BlobStore(store: store, contents: contents, limits: limits) { 1_700_000_000 }
        _ = try await blobs.createContainer(container, workspace: "shop")
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: folder) } catch { print("left behind: \(folder)") }
    }

    func finished(_ text: String) throws -> FinishedContent {
        let draft = try contents.draft()
        try Array(text.utf8).withUnsafeBytes { try draft.write($0) }
        return try draft.finish()
    }

    func wanted(_ name: String, ifNoneMatch: String? = nil) -> BlobStore.Wanted {
        var wanted = BlobStore.Wanted(key: key(name))
        wanted.condition.ifNoneMatch = ifNoneMatch
        return wanted
    }

    func key(_ name: String) -> BlobKey { BlobKey(container: container, name: name) }

    func put(_ text: String, _ name: String, ifNoneMatch: String? = nil) async throws -> BlobRecord {
        try await blobs.put(try finished(text), as: wanted(name, ifNoneMatch: ifNoneMatch))
    }

    func text(_ name: String) async throws -> String {
        let record = try await blobs.blob(key(name))
        let reader = try contents.reader(of: record.digest)
        return String(decoding: try reader.read(at: 0, count: reader.bytes.count), as: UTF8.self)
    }

    /// Files of content and of drafts.
    func files() throws -> (contents: Int, drafts: Int) {
        (try contents.digests().count, try contents.drafts().count)
    }
}

@Suite("Blob store")
struct BlobStoreTests {
    @Test("what was put is read back, with its digests, and the same content is stored once")
    func roundTrip() async throws {
        let bench = try await BlobBench()
        let first = try await bench.put("abc", "models/a.txt")
        let second = try await bench.put("abc", "models/b.txt")
        #expect(first.digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(first.md5 == "kAFQmDzST7DWlj99KOF/cg==")
        #expect(second.digest == first.digest && second.etag != first.etag)
        #expect(try await bench.text("models/b.txt") == "abc")
        #expect(try bench.files() == (1, 0))
    }

    @Test("`If-None-Match: *` refuses what is there, before the body and after it, and leaves nothing behind")
    func createOnly() async throws {
        let bench = try await BlobBench()
        _ = try await bench.put("old", "a", ifNoneMatch: "*")
        await #expect(throws: BlobFailure.blobExists) {
            try await bench.blobs.checkWritable(bench.wanted("a", ifNoneMatch: "*"), bytes: Bytes(3))
        }
        await #expect(throws: BlobFailure.blobExists) { try await bench.put("new", "a", ifNoneMatch: "*") }
        #expect(try await bench.text("a") == "old")
        #expect(try bench.files() == (1, 0))
    }

    @Test("content goes with its last name, and stays readable for whoever reads it")
    func lastName() async throws {
        let bench = try await BlobBench()
        let record = try await bench.put("shared", "a")
        _ = try await bench.put("shared", "b")
        try await bench.blobs.delete(bench.key("a"), BlobCondition())
        #expect(try bench.files().contents == 1)
        let reader = try bench.contents.reader(of: record.digest)
        _ = try await bench.put("other", "b")
        #expect(try bench.contents.digests() != [record.digest])
        #expect(try bench.files().contents == 1)
        #expect(try reader.read(at: 2, count: 3) == Array("are".utf8))
    }

    @Test("blocks become a blob in the order of the list, and are gone afterwards")
    func blocks() async throws {
        let bench = try await BlobBench()
        let key = bench.key("big")
        for (id, text) in [("Mg==", "world"), ("MQ==", "hello "), ("Mw==", "unused"), ("MQ==", "Hello ")] {
            try await bench.blobs.putBlock(id, of: key, try bench.finished(text))
        }
        await #expect(throws: BlobFailure.blobNotFound) { try await bench.blobs.blob(key) }
        await #expect(throws: BlobFailure.invalidBlockList) {
            try await bench.blobs.commit(["MQ==", "NA=="], as: bench.wanted("big"))
        }
        let record = try await bench.blobs.commit(["MQ==", "Mg=="], as: bench.wanted("big", ifNoneMatch: "*"))
        #expect(record.bytes == Bytes(11) && record.md5 == nil)
        #expect(try await bench.text("big") == "Hello world")
        #expect(try bench.files() == (1, 0))
        await #expect(throws: BlobFailure.invalidBlockList) {
            try await bench.blobs.commit(["MQ=="], as: bench.wanted("big"))
        }
    }

    @Test("a blob takes only so many blocks")
    func tooManyBlocks() async throws {
        let bench = try await BlobBench { $0.blocksPerBlob = 2 }
        let key = bench.key("big")
        for id in ["MQ==", "Mg==", "MQ=="] { try await bench.blobs.putBlock(id, of: key, try bench.finished(id)) }
        await #expect(throws: BlobFailure.tooManyBlocks(limit: 2)) {
            try await bench.blobs.putBlock("Mw==", of: key, try bench.finished("x"))
        }
        #expect(try bench.files() == (0, 2))
    }

    @Test(
        "names that could lead out of a folder are refused",
        arguments: [
            "", "../a", "a/../b", "a/./b", "/a", "a//b", "a/", "a\\b", "a\u{0}b", "a\nb",
            String(repeating: "x", count: 1025), "d/" + String(repeating: "é", count: 128),
        ]
    )
    func hostileNames(name: String) async throws {
        let bench = try await BlobBench()
        await #expect(throws: BlobFailure.self) { try await bench.put("x", name) }
        await #expect(throws: BlobFailure.self) { try await bench.blobs.blob(bench.key(name)) }
        #expect(throws: BlobFailure.self) { try BlobName.checkBlob(name) }
        #expect(try bench.files() == (0, 0))
    }

    @Test("container names follow the service's rules", arguments: ["ab", "Abc", "a--b", "-ab", "ab-", "a_b", "../x"])
    func containerNames(name: String) async throws {
        #expect(throws: BlobFailure.self) { try BlobName.checkContainer(name) }
        #expect(throws: Never.self) { try BlobName.checkContainer("azureml-blobstore-0") }
    }

    @Test("a full disk is told before the body, with what is free")
    func fullDisk() async throws {
        let bench = try await BlobBench(reserved: .gibibytes(1_000_000))
        let failure = await #expect(throws: BlobFailure.self) {
            try await bench.blobs.checkWritable(bench.wanted("a"), bytes: Bytes(1))
        }
        guard case .diskFull(let free) = failure else {
            Issue.record("another failure: \(String(describing: failure))")
            return
        }
        #expect(free > Bytes(0))
        #expect(failure?.status == 413)
    }

    @Test("a sweep removes what a crash left, and nothing that has a name")
    func sweep() async throws {
        let bench = try await BlobBench()
        _ = try await bench.put("kept", "a")
        try await bench.blobs.putBlock("MQ==", of: bench.key("b"), try bench.finished("block"))
        // A crash before the transaction, and one after the content was moved but before it was committed.
        _ = try bench.finished("draft")
        try bench.contents.keep(try bench.finished("unnamed"))
        #expect(try bench.files() == (2, 2))
        try await bench.blobs.sweepDrafts()
        try await bench.blobs.sweep()
        #expect(try bench.files() == (1, 1))
        #expect(try await bench.text("a") == "kept")
        _ = try await bench.blobs.commit(["MQ=="], as: bench.wanted("b"))
        #expect(try await bench.text("b") == "block")
    }

    @Test("a list has what begins with the prefix, in byte order, page by page")
    func list() async throws {
        let bench = try await BlobBench()
        let names = ["a", "d/1", "d/2", "d/é", "d0", "e", "D/1"]
        for name in names { _ = try await bench.put(name, name) }
        let all = try await bench.blobs.blobs(in: bench.container, prefix: "", limit: 100).map(\.key.name)
        #expect(all == ["D/1", "a", "d/1", "d/2", "d/é", "d0", "e"])
        let folder = try await bench.blobs.blobs(in: bench.container, prefix: "d/", limit: 2).map(\.key.name)
        #expect(folder == ["d/1", "d/2"])
        let next = try await bench.blobs.blobs(in: bench.container, prefix: "d/", after: "d/2", limit: 2)
        #expect(next.map(\.key.name) == ["d/é"])
    }

    @Test("many uploads of one name at once leave one blob and no file besides", arguments: 0..<3)
    func race(round: Int) async throws {
        let bench = try await BlobBench()
        let created = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<40 {
                group.addTask {
                    do {
                        _ = try await bench.put("text \(index % 5)", "same", ifNoneMatch: "*")
                        return true
                    } catch { return false }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(created == 1)
        #expect(try bench.files() == (1, 0))
    }

    @Test("metadata is replaced with a new ETag, and a stale ETag is refused")
    func metadata() async throws {
        let bench = try await BlobBench()
        let record = try await bench.put("x", "a")
        let changed = try await bench.blobs.setMetadata(["upload_status": "completed"], of: record.key, .init())
        #expect(changed.etag != record.etag && changed.metadata == ["upload_status": "completed"])
        var stale = BlobCondition()
        stale.ifMatch = record.etag
        await #expect(throws: BlobFailure.conditionNotMet) {
            try await bench.blobs.setMetadata([:], of: record.key, stale)
        }
        await #expect(throws: BlobFailure.conditionNotMet) { try await bench.blobs.delete(record.key, stale) }
    }

    @Test("a container goes with all that is in it")
    func deleteContainer() async throws {
        let bench = try await BlobBench()
        _ = try await bench.put("x", "a")
        try await bench.blobs.putBlock("MQ==", of: bench.key("b"), try bench.finished("block"))
        try await bench.blobs.deleteContainer(bench.container)
        await #expect(throws: BlobFailure.containerNotFound) { try await bench.blobs.blob(bench.key("a")) }
        try await bench.blobs.sweepDrafts()
        try await bench.blobs.sweep()
        #expect(try bench.files() == (0, 0))
    }
}

@Suite("Shared access signatures")
struct SharedAccessTests {
    private let key = AccountKey(account: "stacct", serverSecret: Array(repeating: 7, count: 32))

    private func query(_ signature: SharedAccessSignature, key: AccountKey? = nil) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in signature.query(key: key ?? self.key).reveal().split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            fields[parts[0]] = parts[1].removingPercentEncoding
        }
        return fields
    }

    private func allowed(
        _ query: [String: String],
        blob: String? = "x/y",
        container: String = "data",
        at now: Double = 50
    )
        throws -> Set<BlobPermission>?
    {
        try SharedAccessSignature.permissions(
            in: query,
            account: "stacct",
            container: container,
            blob: blob,
            key: key,
            now: now
        )
    }

    @Test("a signature allows what it says, on its container, until it expires")
    func allows() throws {
        let signature = SharedAccessSignature(
            permissions: [.read, .list, .write],
            expiresAt: 100,
            account: "stacct",
            container: "data"
        )
        #expect(try allowed(query(signature)) == [.read, .list, .write])
        #expect(try allowed([:]) == nil)
        #expect(throws: BlobFailure.self) { try allowed(query(signature), at: 100) }
        #expect(throws: BlobFailure.self) { try allowed(query(signature), container: "other") }
        var more = query(signature)
        more["sp"] = "rwd"
        #expect(throws: BlobFailure.self) { try allowed(more) }
        let foreign = query(signature, key: AccountKey(account: "stacct", serverSecret: [1]))
        #expect(throws: BlobFailure.self) { try allowed(foreign) }
    }

    @Test("a signature for one blob is for no other, and for no list")
    func oneBlob() throws {
        let signature = SharedAccessSignature(
            permissions: [.read],
            expiresAt: 100,
            account: "stacct",
            container: "data",
            blob: "x/y"
        )
        #expect(try allowed(query(signature)) == [.read])
        #expect(throws: BlobFailure.self) { try allowed(query(signature), blob: "x/z") }
        #expect(throws: BlobFailure.self) { try allowed(query(signature), blob: nil) }
    }

    @Test("times are read as clients write them, and nothing else is")
    func times() {
        #expect(BlobTime.iso(1_700_000_000.5) == "2023-11-14T22:13:20Z")
        #expect(BlobTime.http(1_700_000_000) == "Tue, 14 Nov 2023 22:13:20 GMT")
        #expect(BlobTime.seconds(iso: "2023-11-14T22:13:20.1234567Z") == 1_700_000_000)
        #expect(BlobTime.seconds(iso: "2023-11-14T22:13Z") == 1_699_999_980)
        #expect(BlobTime.seconds(http: "Tue, 14 Nov 2023 22:13:20 GMT") == 1_700_000_000)
        for text in ["", "now", "2023-13-01", "2023-11-14T25:00:00Z", "2023-11-14T22:13:20"] {
            #expect(BlobTime.seconds(iso: text) == nil)
        }
    }
}
