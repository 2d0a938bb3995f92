package import BerthDiagnostics
import GRDB
import Glibc

/// The control plane's database. One process owns it; all changes go through transactions.
package final class Store: Sendable {
    private let database: any DatabaseWriter
    private let path: String?

    /// Opens the database at `path`, making it or bringing it up to date; nil: in memory, for tests.
    package init(path: String?) throws(Diagnostic) {
        self.path = path
        do {
            if let path {
                var configuration = Configuration()
                configuration.busyMode = .timeout(5)
                configuration.prepareDatabase { database in
                    // An accepted operation survives a crash of the machine, not only of the process.
                    try database.execute(sql: "PRAGMA synchronous = FULL")
                }
                database = try DatabasePool(path: path, configuration: configuration)
            } else {
                database = try DatabaseQueue()
            }
            try Schema.migrator().migrate(database)
        } catch {
            throw Self.diagnostic(error, path: path)
        }
    }

    /// Runs `body` in one transaction: all of it is kept, or, where it throws, nothing. A `Diagnostic` that it throws
    /// passes through.
    package func write<Result: Sendable>(
        _ body: @Sendable @escaping (StoreTransaction) throws -> Result
    ) async throws(Diagnostic) -> Result {
        do {
            return try await database.write { try body(StoreTransaction(database: $0)) }
        } catch {
            throw Self.diagnostic(error, path: path)
        }
    }

    /// Runs `body` on a consistent snapshot.
    package func read<Result: Sendable>(
        _ body: @Sendable @escaping (StoreTransaction) throws -> Result
    ) async throws(Diagnostic) -> Result {
        do {
            return try await database.read { try body(StoreTransaction(database: $0)) }
        } catch {
            throw Self.diagnostic(error, path: path)
        }
    }

    /// SQLite says only `disk I/O error` where its files beside the database find no room.
    private static func isFull(_ path: String?) -> Bool {
        guard let path else { return false }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        var space = statvfs()
        guard statvfs(folder, &space) == 0 else { return false }
        return Int(space.f_bavail) * Int(space.f_frsize) < 1 << 20
    }

    /// Writes a copy of the database as it is now to `path`, where nothing is yet. Blocking; others go on reading and
    /// writing meanwhile.
    package func copy(to path: String) throws(Diagnostic) {
        do {
            let target = try DatabaseQueue(path: path)
            try database.backup(to: target)
            try target.close()
        } catch {
            throw Self.diagnostic(error, path: path)
        }
    }

    private static func diagnostic(_ error: any Error, path: String?) -> Diagnostic {
        if let diagnostic = error as? Diagnostic { return diagnostic }
        if error is CancellationError {
            return Diagnostic(.operationCanceled, nil, "the control plane is stopping, or the change was taken back")
        }
        let place = path.map { [Evidence("file", $0)] } ?? []
        guard let failure = error as? DatabaseError else {
            return Diagnostic(
                .internalError,
                .platformFault,
                "the control plane's database does not work",
                evidence: place + [Evidence("sqlite", "\(error)")]
            )
        }
        let words = failure.message ?? "error \(failure.resultCode.rawValue)"
        let code = failure.resultCode
        switch code == .SQLITE_IOERR && isFull(path) ? .SQLITE_FULL : code {
        case .SQLITE_FULL:
            return Diagnostic(
                .notEnoughDisk,
                .diskFull,
                "the disk is full: the control plane cannot write its database",
                evidence: place + [Evidence("sqlite", words)],
                help: ["free some space on the disk of BERTH_HOME, then run the command again"]
            )
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
            return Diagnostic(
                .internalError,
                .homeNotWritable,
                "the control plane cannot write its database",
                evidence: place + [Evidence("sqlite", words)],
                help: ["make BERTH_HOME writable, or set BERTH_HOME to another folder"]
            )
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return Diagnostic(
                .internalError,
                .platformFault,
                "the control plane's database is damaged; it was left as it is",
                evidence: place + [Evidence("sqlite", words)],
                help: ["move the file aside and start again, or restore a backup"]
            )
        default:
            return Diagnostic(
                .internalError,
                .platformFault,
                "the control plane's database refused a change",
                evidence: place + [Evidence("sqlite", words)]
            )
        }
    }
}
