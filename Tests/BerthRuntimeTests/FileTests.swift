import BerthDiagnostics
import BerthRuntime
import Glibc
import Testing

@Suite("files and folders")
struct FileTests {
    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    @Test("a log that has grown too large is set aside, a small one goes on")
    func setAside() throws {
        let scratch = try Scratch()
        let log = scratch.path + "/serve.log"
        try AtomicFile.write([1, 2, 3], to: log)
        DetachedProcess.setAside(log, above: 3)
        #expect(try RegularFile.read(log, limit: 9) == [1, 2, 3])
        DetachedProcess.setAside(log, above: 2)
        #expect(!exists(log))
        #expect(try RegularFile.read(log + ".1", limit: 9) == [1, 2, 3])
        DetachedProcess.setAside(log, above: 2)
    }

    @Test("removing a folder removes links, and never what they lead to")
    func links() throws {
        let scratch = try Scratch()
        let model = scratch.path + "/model"
        try FileTree.makeFolder(model + "/sub")
        try AtomicFile.write([1], to: model + "/sub/weights")
        let instance = scratch.path + "/instance"
        try FileTree.makeFolder(instance + "/azureml-models")
        symlink(model, instance + "/azureml-models/1")
        symlink("../../model/sub/weights", instance + "/azureml-models/w")
        symlink("/nowhere", instance + "/dangling")
        try FileTree.remove(instance)
        #expect(!exists(instance))
        #expect(try RegularFile.read(model + "/sub/weights", limit: 9) == [1])
        let alias = scratch.path + "/alias"
        symlink(model, alias)
        try FileTree.remove(alias)
        #expect(!exists(alias))
        #expect(exists(model + "/sub/weights"))
        try FileTree.remove(alias)
        try FileTree.remove(scratch.path + "/no/such/parent")
    }

    @Test("trees of any depth, closed folders and names that are no text are removed")
    func strangeTrees() throws {
        let scratch = try Scratch()
        let root = scratch.path + "/tree"
        try FileTree.makeFolder(root)
        let start = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        var folder = start
        for _ in 0..<400 {
            #expect(mkdirat(folder, "d", 0o700) == 0)
            let next = openat(folder, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            close(openat(folder, "file", O_CREAT | O_WRONLY, 0o600))
            close(folder)
            folder = next
        }
        close(folder)
        let odd: [CChar] = Array(root.utf8CString.dropLast()) + [47, -1, -2, 97, 0]
        close(open(odd, O_CREAT | O_WRONLY, 0o600))
        try FileTree.makeFolder(root + "/closed/below")
        chmod(root + "/closed", 0o500)
        chmod(root + "/closed/below", 0)
        mkfifo(root + "/pipe", 0o600)
        try FileTree.remove(root)
        #expect(!exists(root))
    }

    @Test("an atomic write leaves nothing but the file, with its mode, and nothing at all when it fails")
    func atomic() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/f"
        try AtomicFile.write(Array("old".utf8), to: path)
        try AtomicFile.write(Array("new".utf8), to: path, mode: 0o640, durable: true)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
        #expect(try RegularFile.read(path, limit: 2) == Array("ne".utf8))
        #expect(scratch.bytes == 3)
        #expect(throws: SystemFailure.self) { try AtomicFile.write([], to: scratch.path + "/no/f") }
        // Onto a folder: nothing is left beside it.
        try FileTree.makeFolder(scratch.path + "/folder")
        #expect(throws: SystemFailure.self) { try AtomicFile.write([1, 2], to: scratch.path + "/folder") }
        #expect(scratch.bytes == 3)
    }

    @Test("a link, a pipe or a folder in place of a file is refused, not followed or waited for")
    func notRegular() throws {
        let scratch = try Scratch()
        symlink("/etc/passwd", scratch.path + "/link")
        mkfifo(scratch.path + "/pipe", 0o600)
        for name in ["link", "pipe", ""] {
            #expect(throws: SystemFailure.self) { try RegularFile.read("\(scratch.path)/\(name)", limit: 9) }
        }
        #expect(try RegularFile.read(scratch.path + "/none", limit: 9) == nil)
    }

    @Test("a full disk and a closed place keep their own reasons")
    func diagnostics() {
        let full = SystemFailure("writing", "/x", errno: ENOSPC).diagnostic(.internalError, .platformFault, "m")
        #expect(full.code == .notEnoughDisk && full.reason == .diskFull)
        #expect(full.evidence.first?.text == "writing `/x`: No space left on device")
        let closed = SystemFailure("writing", "/x", errno: EROFS).diagnostic(.internalError, .platformFault, "m")
        #expect(closed.code == .internalError && closed.reason == .homeNotWritable)
    }

    @Test("an instance's folders are its user's alone, and sockets fit however long the path", arguments: [1, 12])
    func instanceFolder(depth: Int) throws {
        let scratch = try Scratch()
        let folder = InstanceFolder(path: scratch.path + String(repeating: "/a-long-name", count: depth) + "/i1")
        try folder.create()
        try folder.create()
        for path in [folder.path, folder.logFolder, folder.scratchFolder, folder.socketFolder] {
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o700)
        }
        #expect((folder.socketFolder + "/worker-9999.sock").utf8.count <= BerthHome.maxSocketPathBytes)
        #expect((folder.socketFolder == folder.runFolder) == (depth == 1))
        let short = folder.socketFolder
        try folder.remove()
        try folder.remove()
        #expect(!exists(folder.path) && !exists(short))
    }
}
