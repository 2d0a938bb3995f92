package import BerthDiagnostics
package import BerthModel
import Crypto
import Foundation

/// A file or folder of the user's, measured for an upload: which files, how large, and a digest of all of it.
package struct LocalUpload: Hashable, Sendable {
    package struct File: Hashable, Sendable {
        /// Below the folder; empty where the upload is this one file.
        package var name: String
        package var path: String
        package var bytes: Bytes
    }

    /// The name of the file or folder itself.
    package var leaf: String
    /// By name.
    package var files: [File]
    package var bytes: Bytes
    /// SHA-256 over names and contents, lower-case hexadecimal.
    package var digest: String

    /// Reads all of it once. Blocking. `isCode`: what version control and interpreters leave behind is left out.
    package init(path: String, isCode: Bool, limits: ArtifactLimits = ArtifactLimits()) throws(Diagnostic) {
        leaf = (path as NSString).lastPathComponent
        files = []
        bytes = Bytes(0)
        digest = ""
        try collect(path, isCode: isCode, limits)
        files.sort { $0.name < $1.name }
        var hash = SHA256()
        for file in files {
            hash.update(data: Data("\(file.name)\u{0}\(file.bytes.count)\u{0}".utf8))
            try Self.update(&hash, file.path)
            bytes.count += file.bytes.count
        }
        hash.update(data: Data(leaf.utf8))
        digest = hash.finalize().map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
    }

    private mutating func collect(_ root: String, isCode: Bool, _ limits: ArtifactLimits) throws(Diagnostic) {
        var pending = [""]
        while let relative = pending.popLast() {
            let path = relative.isEmpty ? root : "\(root)/\(relative)"
            var status = stat()
            guard stat(path, &status) == 0 else {
                // A link that leads nowhere is no content.
                guard relative.isEmpty else { continue }
                throw Diagnostic(
                    .badArgument,
                    .artifactNotFound,
                    "`\(root)` does not exist",
                    help: ["correct the path; paths in a file are relative to its folder"]
                )
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: files.append(File(name: relative, path: path, bytes: Bytes(Int(status.st_size))))
            case S_IFDIR:
                for name in try Self.names(in: path) where !isCode || !CodeStore.skipped.contains(name) {
                    pending.append(relative.isEmpty ? name : "\(relative)/\(name)")
                }
            default: continue
            }
            let limit = isCode ? limits.codeFiles : limits.modelFiles
            guard files.count + pending.count <= limit else {
                throw Diagnostic(
                    .badArgument,
                    .specInvalid,
                    "`\(root)` holds more than \(limit) files",
                    help: ["name the folder that holds only what is needed"]
                )
            }
        }
        guard !files.isEmpty else {
            throw Diagnostic(.badArgument, .artifactNotFound, "`\(root)` holds no file", help: ["correct the path"])
        }
    }

    private static func names(in folder: String) throws(Diagnostic) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw unreadable(folder, CodeStore.words(error))
        }
    }

    private static func update(_ hash: inout SHA256, _ path: String) throws(Diagnostic) {
        do {
            hash.update(data: try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped))
        } catch {
            throw unreadable(path, CodeStore.words(error))
        }
    }

    private static func unreadable(_ path: String, _ why: String) -> Diagnostic {
        Diagnostic(
            .badArgument,
            .artifactUnreadable,
            "`\(path)` cannot be read",
            evidence: [Evidence("system", why)],
            help: ["make it readable for yourself"]
        )
    }
}
