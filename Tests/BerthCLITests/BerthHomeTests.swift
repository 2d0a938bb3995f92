import BerthDiagnostics
import BerthRuntime
import Foundation
import Testing

@Suite("Home")
struct BerthHomeTests {
    /// A folder of this test's own, removed with all that is in it.
    private func withFolder(_ body: (String) throws -> Void) throws {
        // Under /tmp, not under a long TMPDIR: what is tested depends on the length.
        let path = "/tmp/berth-home-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        defer { Self.remove(path) }
        try body(path)
    }

    private static func remove(_ path: String) {
        // What is left behind in `/tmp` does no harm; a failure here must not hide that of the test.
        try? FileManager.default.removeItem(atPath: path)
    }

    private func mode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    @Test("the home is what BERTH_HOME names, else .berth of the user")
    func paths() {
        #expect(BerthHome(environment: ["HOME": "/home/anna"]).path == "/home/anna/.berth")
        #expect(
            BerthHome(environment: ["HOME": "/home/anna", "BERTH_HOME": "/srv//berth/./x/../"]).path == "/srv/berth"
        )
        let home = BerthHome(environment: ["BERTH_HOME": "/srv/berth"])
        #expect(home.serveSocket == "/srv/berth/run/serve.sock")
        #expect(home.instancesFolder == "/srv/berth/instances")
        #expect(home.logFile("serve") == "/srv/berth/logs/serve.log")
    }

    @Test("sockets of a home with a long path have short paths, the same each time", arguments: [40, 70, 90, 300])
    func longPaths(length: Int) {
        let path = "/" + String(repeating: "x", count: length - 1)
        let home = BerthHome(environment: ["BERTH_HOME": path])
        #expect(home == BerthHome(environment: ["BERTH_HOME": path]))
        #expect(home.path == path)
        #expect(home.serveSocket.utf8.count <= BerthHome.maxSocketPathBytes)
        #expect(home.gatewaySocket.utf8.count <= BerthHome.maxSocketPathBytes)
        let instance = home.instancesFolder + "/0123456789-0123456789-0123456789-012/run/worker-99.sock"
        #expect(instance.utf8.count <= BerthHome.maxSocketPathBytes)
        #expect(home.database.hasPrefix(path))
    }

    @Test("a home is made closed to others, and may be made twice")
    func creates() throws {
        try withFolder { folder in
            let home = BerthHome(environment: ["BERTH_HOME": folder + "/deep/er"])
            try home.create()
            try home.create()
            #expect(mode(home.path) == 0o700)
            #expect(mode(home.runFolder) == 0o700)
            #expect(mode(home.logsFolder) == 0o700)
        }
    }

    @Test("instances of a home with a long path are reached through a short link")
    func createsLong() throws {
        try withFolder { folder in
            let home = BerthHome(environment: ["BERTH_HOME": folder + "/" + String(repeating: "y", count: 120)])
            try home.create()
            defer { Self.remove(home.runFolder) }
            #expect(!home.instancesFolder.hasPrefix(home.path))
            #expect(mkdir(home.instancesFolder + "/i1", 0o700) == 0)
            #expect(mode(home.path + "/instances/i1") == 0o700)
            #expect(mode(home.runFolder) == 0o700)
        }
    }

    @Test("a home that is a file, or open to everyone, is refused")
    func refuses() throws {
        try withFolder { folder in
            let descriptor = open(folder + "/file", O_CREAT | O_WRONLY, 0o600)
            close(descriptor)
            let file = #expect(throws: Diagnostic.self) {
                try BerthHome(environment: ["BERTH_HOME": folder + "/file"]).create()
            }
            #expect(file?.reason == .homeNotWritable)
            #expect(file?.message.contains("is no folder") == true)
            mkdir(folder + "/open", 0o777)
            chmod(folder + "/open", 0o777)
            let open = #expect(throws: Diagnostic.self) {
                try BerthHome(environment: ["BERTH_HOME": folder + "/open"]).create()
            }
            #expect(open?.message.contains("written by everyone") == true)
        }
    }
}
