import BerthDiagnostics
import BerthJSON
import BerthRuntime
import Foundation
import Synchronization
import Testing

@testable import BerthCLI

/// Starts small programs in the place of the server.
@Suite("Server starter", .serialized)
struct ServerStarterTests {
    /// A folder of this test's own, and the programs that it started, both gone afterwards.
    private func withHome(_ body: (BerthHome, String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "berth-starter-\(UUID().uuidString.prefix(8))"
        let home = BerthHome(environment: ["BERTH_HOME": folder])
        try home.create()
        defer {
            for line in lines(folder + "/started") {
                if let id = pid_t(line) { kill(id, SIGKILL) }
            }
            // What is left behind in the temporary folder must not hide the test's own failure.
            try? FileManager.default.removeItem(atPath: folder)
        }
        try body(home, folder)
    }

    private func lines(_ path: String) -> [String] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func program(_ text: String, in folder: String) throws -> String {
        let path = folder + "/program"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o755)
        return path
    }

    /// Notes its start, listens, says `ready`, and ends after 30 s at the latest.
    private func server(_ home: BerthHome) -> String {
        """
        #!/usr/bin/env python3
        import os, signal, socket, sys
        assert sys.argv[1:] == ["serve", "--local", "--ready-fd", "3"], sys.argv
        signal.alarm(30)
        with open(os.environ["BERTH_HOME"] + "/started", "a") as file: file.write(f"{os.getpid()}\\n")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind("\(home.serveSocket)")
        listener.listen(16)
        os.write(3, b"ready\\n")
        os.close(3)
        while True: listener.accept()
        """
    }

    @Test("a server is started once, also by several commands at the same time")
    func once() throws {
        try withHome { home, folder in
            let path = try program(server(home), in: folder)
            let failures = Mutex<[Diagnostic]>([])
            DispatchQueue.concurrentPerform(iterations: 4) { _ in
                do throws(Diagnostic) {
                    try ServerStarter(home: home, executable: path, onStart: { _ in }).ensureRunning()
                } catch {
                    failures.withLock { $0.append(error) }
                }
            }
            #expect(failures.withLock { $0 }.isEmpty)
            #expect(lines(folder + "/started").count == 1)
        }
    }

    @Test("a socket whose owner was killed counts as nobody")
    func stale() throws {
        try withHome { home, folder in
            let path = try program("#!/bin/sh\necho ready >&3\n", in: folder)
            let stale = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: home.serveSocket.utf8) }
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(stale, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            #expect(bound == 0)
            close(stale)
            let started = Mutex(0)
            try ServerStarter(home: home, executable: path, onStart: { _ in started.withLock { $0 += 1 } })
                .ensureRunning()
            #expect(started.withLock { $0 } == 1)
        }
    }

    @Test("a server that ends while starting is shown with the end of its log, not of an older one")
    func ends() throws {
        try withHome { home, folder in
            try Data("an old line\n".utf8).write(to: URL(fileURLWithPath: home.logFile("serve")))
            let path = try program("#!/bin/sh\necho 'the database is locked' >&2\nexit 3\n", in: folder)
            let failure = #expect(throws: Diagnostic.self) {
                try ServerStarter(home: home, executable: path, onStart: { _ in }).ensureRunning()
            }
            #expect(failure?.reason == .serverUnreachable)
            let evidence = failure?.evidence.map(\.text) ?? []
            #expect(evidence.contains("the database is locked"))
            #expect(!evidence.contains("an old line"))
        }
    }

    @Test("the server's own reason is the failure")
    func refuses() throws {
        try withHome { home, folder in
            let reason = Diagnostic(.notEnoughDisk, .diskFull, "the disk is full")
            let line = "error: \(reason.json.text())"
            let path = try program("#!/bin/sh\ncat >&3 <<'END'\n\(line)\nEND\n", in: folder)
            let failure = #expect(throws: Diagnostic.self) {
                try ServerStarter(home: home, executable: path, onStart: { _ in }).ensureRunning()
            }
            #expect(failure == reason)
        }
    }

    @Test("a program that cannot be started is named")
    func missing() throws {
        try withHome { home, folder in
            let failure = #expect(throws: Diagnostic.self) {
                try ServerStarter(home: home, executable: folder + "/nothing", onStart: { _ in }).ensureRunning()
            }
            #expect(failure?.reason == .serverUnreachable)
        }
    }
}
