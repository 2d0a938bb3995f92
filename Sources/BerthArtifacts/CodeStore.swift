/// BerthArtifacts: models and code: fetched, measured, checked, placed for an instance.

package import BerthDiagnostics
package import BerthModel
import Crypto
import Foundation

/// Limits of artifacts, in one place.
package struct ArtifactLimits: Hashable, Sendable {
    /// A code folder larger than this is taken for a mistake: a virtual environment or data in it.
    package var codeBytes: Bytes = .mebibytes(512)
    package var codeFiles: Int = 10_000
    /// Source: a model version has at most 1,500 files; ours is wider, a local folder is no upload.
    package var modelFiles: Int = 20_000
    /// Models up to this size get a checksum in the log; larger ones are linked without being read.
    package var checksumBytes: Bytes = .mebibytes(32)

    package init() {}
}

/// A copy of a user's code folder that never changes again.
package struct CodeSnapshot: Hashable, Sendable {
    /// SHA-256 over names, modes and contents, lower-case hexadecimal.
    package var digest: String
    /// Absolute; its last component is the user's folder's name.
    package var path: String
    package var files: Int
    package var bytes: Bytes
    package var wasPresent: Bool
}

/// Code folders by content: the same code is stored once, and a running instance does not see later edits.
package struct CodeStore: Sendable {
    private let root: String
    private let limits: ArtifactLimits
    /// Names that are never code: what version control and interpreters leave behind.
    static let skipped: Set<String> = [
        ".git", "__pycache__", ".venv", ".ipynb_checkpoints", ".DS_Store", ".mypy_cache",
    ]

    /// A store in the folder `root`, made at the first snapshot.
    package init(root: String, limits: ArtifactLimits = ArtifactLimits()) {
        self.root = root
        self.limits = limits
    }

    /// Copies `folder` unless the same content is there already. Blocking; call it off the shared pool's threads.
    package func snapshot(of folder: String) throws(Diagnostic) -> CodeSnapshot {
        let files = try list(folder)
        var hasher = SHA256()
        var contents: [(entry: Entry, data: Data)] = []
        var total = 0
        for entry in files {
            let data = try read(entry, in: folder)
            total += data.count
            guard total <= limits.codeBytes.count else {
                throw tooLarge(folder, "holds more than \(limits.codeBytes.text)")
            }
            hasher.update(data: Data("\(entry.path)\u{0}\(entry.isExecutable ? "x" : "-")\u{0}\(data.count)\u{0}".utf8))
            hasher.update(data: data)
            contents.append((entry, data))
        }
        let digest = hasher.finalize().map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
        let name = (folder as NSString).lastPathComponent
        let place = "\(root)/\(digest)"
        let snapshot = CodeSnapshot(
            digest: digest,
            path: "\(place)/\(name)",
            files: files.count,
            bytes: Bytes(total),
            wasPresent: FileManager.default.fileExists(atPath: "\(place)/\(name)")
        )
        if !snapshot.wasPresent { try write(contents, as: name, to: place) }
        return snapshot
    }

    private struct Entry {
        var path: String
        var isExecutable: Bool
    }

    private func list(_ folder: String) throws(Diagnostic) -> [Entry] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw Diagnostic(
                .artifactDownloadFailed,
                .artifactNotFound,
                "the code folder `\(folder)` does not exist",
                help: ["correct `code_configuration.code` in the deployment's YAML"]
            )
        }
        var entries: [Entry] = []
        var pending = [""]
        while let relative = pending.popLast() {
            let names: [String]
            do {
                names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(relative)")
            } catch {
                throw unreadable("\(folder)/\(relative)", error)
            }
            for name in names where !Self.skipped.contains(name) {
                let path = relative.isEmpty ? name : "\(relative)/\(name)"
                var status = stat()
                // A link is followed: what it leads to is copied. A link that leads nowhere is no code.
                guard stat("\(folder)/\(path)", &status) == 0 else { continue }
                switch status.st_mode & S_IFMT {
                case S_IFDIR: pending.append(path)
                case S_IFREG: entries.append(Entry(path: path, isExecutable: status.st_mode & 0o100 != 0))
                default: continue
                }
                guard entries.count + pending.count <= limits.codeFiles else {
                    throw tooLarge(folder, "holds more than \(limits.codeFiles) files")
                }
            }
        }
        return entries.sorted { $0.path < $1.path }
    }

    private func read(_ entry: Entry, in folder: String) throws(Diagnostic) -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(entry.path)"), options: .alwaysMapped)
        } catch {
            throw unreadable("\(folder)/\(entry.path)", error)
        }
    }

    /// Written beside its place and moved there whole: a crash or a full disk leaves no half of a snapshot.
    private func write(_ contents: [(entry: Entry, data: Data)], as name: String, to place: String) throws(Diagnostic) {
        let files = FileManager.default
        let draft = "\(root)/.draft-\(UUID().uuidString)"
        do {
            try files.createDirectory(
                atPath: "\(draft)/\(name)",
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            for (entry, data) in contents {
                let target = "\(draft)/\(name)/\(entry.path)"
                try files.createDirectory(
                    atPath: (target as NSString).deletingLastPathComponent,
                    withIntermediateDirectories: true
                )
                try data.write(to: URL(fileURLWithPath: target))
                try files.setAttributes([.posixPermissions: entry.isExecutable ? 0o755 : 0o644], ofItemAtPath: target)
            }
            if rename(draft, place) != 0 {
                // Someone else stored the same content meanwhile, or a folder of the same content has another name.
                try files.createDirectory(atPath: place, withIntermediateDirectories: true)
                if rename("\(draft)/\(name)", "\(place)/\(name)") != 0, !files.fileExists(atPath: "\(place)/\(name)") {
                    throw CocoaError(.fileWriteUnknown)
                }
                try files.removeItem(atPath: draft)
            }
        } catch {
            // The draft is of no use to anyone, and the failure that counts is the one above.
            try? files.removeItem(atPath: draft)
            throw Self.writeFailure("storing the code", error)
        }
    }

    private func tooLarge(_ folder: String, _ what: String) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .specInvalid,
            "the code folder `\(folder)` \(what)",
            help: ["point `code_configuration.code` to a folder that holds the scoring code only"]
        )
    }

    private func unreadable(_ path: String, _ error: any Error) -> Diagnostic {
        Diagnostic(
            .artifactDownloadFailed,
            .artifactUnreadable,
            "`\(path)` cannot be read",
            evidence: [Evidence("system", Self.words(error))],
            help: ["make it readable for the user who runs berth"]
        )
    }

    static func words(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        guard let code = underlying?.code, underlying?.domain == NSPOSIXErrorDomain else {
            return (error as NSError).localizedDescription
        }
        return String(cString: strerror(Int32(code)))
    }

    static func writeFailure(_ doing: String, _ error: any Error) -> Diagnostic {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        let isFull =
            underlying?.domain == NSPOSIXErrorDomain && underlying?.code == Int(ENOSPC)
            || (error as? CocoaError)?.code == .fileWriteOutOfSpace
        guard isFull else {
            return Diagnostic(
                .internalError,
                .homeNotWritable,
                "\(doing) in BERTH_HOME failed",
                evidence: [Evidence("system", words(error))],
                help: ["make BERTH_HOME writable, or set BERTH_HOME to another folder"]
            )
        }
        return Diagnostic(
            .notEnoughDisk,
            .diskFull,
            "the disk is full: \(doing) in BERTH_HOME failed",
            evidence: [Evidence("system", words(error))],
            help: ["free some space on the disk of BERTH_HOME, or set BERTH_HOME to a folder on another disk"]
        )
    }
}
