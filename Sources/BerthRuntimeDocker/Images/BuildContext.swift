import BerthDiagnostics
import Crypto
import Foundation
import NIOCore

/// A folder that an image is built from: what is in it, its digest, and the archive that the engine wants.
struct BuildContext: Sendable {
    struct Entry: Hashable, Sendable {
        /// Relative to the folder.
        var path: String
        var kind: Kind
        var mode: Int
        var size: Int
    }

    enum Kind: Hashable, Sendable {
        case file
        case folder
        case link(to: String)
    }

    /// More is no context but somebody's home folder.
    private static let maxEntries = 100_000
    private static let maxBytes = 4 << 30

    let folder: String
    let dockerfile: String
    let entries: [Entry]

    init(folder: String, dockerfile: String) throws(Diagnostic) {
        self.folder = folder
        self.dockerfile = dockerfile
        var status = stat()
        guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw Self.failure("the build context `\(folder)` is no folder", "correct `build.path` in the environment")
        }
        guard access("\(folder)/\(dockerfile)", R_OK) == 0 else {
            throw Self.failure(
                "the build context `\(folder)` has no file `\(dockerfile)`",
                "write `dockerfile_path` as it is called inside of the folder"
            )
        }
        let ignore = IgnoreRules(text: Self.text("\(folder)/.dockerignore"))
        var found: [Entry] = []
        var bytes = 0
        var pending = [""]
        while let relative = pending.popLast() {
            // A folder that cannot be read is left out, as the engine's own tools do it.
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(relative)")) ?? []
            for name in names.sorted() {
                let path = relative.isEmpty ? name : "\(relative)/\(name)"
                var status = stat()
                guard lstat("\(folder)/\(path)", &status) == 0 else { continue }
                let isFolder = status.st_mode & S_IFMT == S_IFDIR
                // What builds the image is needed even where it is to be left out of it.
                if path != dockerfile, path != ".dockerignore", ignore.excludes(path) {
                    if isFolder, ignore.hasExceptions { pending.append(path) }
                    continue
                }
                guard let entry = Self.entry(path, status, in: folder) else { continue }
                found.append(entry)
                if isFolder { pending.append(path) } else { bytes += entry.size }
                guard found.count <= Self.maxEntries, bytes <= Self.maxBytes else {
                    throw Self.failure(
                        "the build context `\(folder)` holds more than \(Self.maxEntries) files or 4 GiB",
                        "name what is not needed in `.dockerignore`"
                    )
                }
            }
        }
        entries = found.sorted { $0.path < $1.path }
    }

    private static func entry(_ path: String, _ status: stat, in folder: String) -> Entry? {
        let mode = Int(status.st_mode & 0o7777)
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return Entry(path: path, kind: .folder, mode: mode, size: 0)
        case S_IFREG: return Entry(path: path, kind: .file, mode: mode, size: Int(status.st_size))
        case S_IFLNK:
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink("\(folder)/\(path)", &buffer, buffer.count)
            guard count > 0 else { return nil }
            let target = String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
            return Entry(path: path, kind: .link(to: target), mode: mode, size: 0)
        default: return nil
        }
    }

    private static func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private static func failure(_ message: String, _ help: String) -> Diagnostic {
        Diagnostic(.imageBuildFailure, .imageBuildFailed, message, help: [help])
    }

    // MARK: Digest and archive

    /// Of names, modes and contents; times and owners are left out, so that a fresh checkout has the same.
    func digest() throws(Diagnostic) -> String {
        var hash = SHA256()
        hash.update(data: Data("\(dockerfile)\0".utf8))
        for entry in entries {
            hash.update(data: Data("\(entry.path)\0\(entry.kind)\0\(entry.mode & 0o111)\0\(entry.size)\0".utf8))
            guard entry.kind == .file else { continue }
            do {
                let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(entry.path)"), options: .alwaysMapped)
                hash.update(data: data)
            } catch {
                throw Self.failure(
                    "`\(folder)/\(entry.path)` cannot be read",
                    "make it readable, or name it in `.dockerignore`"
                )
            }
        }
        return hash.finalize().map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
    }

    /// The whole context, file by file.
    func archive() -> TarStream { TarStream(folder: folder, entries: entries) }
}

/// A tar archive that is made while it is sent: one file at a time is in memory.
struct TarStream: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let folder: String
    let entries: [BuildContext.Entry]

    func makeAsyncIterator() -> Iterator { Iterator(folder: folder, remaining: entries[...]) }

    struct Iterator: AsyncIteratorProtocol {
        let folder: String
        var remaining: ArraySlice<BuildContext.Entry>
        var isOver = false

        mutating func next() async -> ByteBuffer? {
            guard let entry = remaining.popFirst() else {
                guard !isOver else { return nil }
                isOver = true
                return ByteBuffer(repeating: 0, count: 1024)
            }
            var buffer = ByteBuffer(bytes: TarHeader.bytes(entry))
            if entry.kind == .file {
                // A file that changed meanwhile is cut or filled up to the size in its head.
                let data = FileManager.default.contents(atPath: "\(folder)/\(entry.path)") ?? Data()
                buffer.writeBytes(data.prefix(entry.size))
                buffer.writeRepeatingByte(0, count: Swift.max(0, entry.size - data.count))
                buffer.writeRepeatingByte(0, count: (512 - entry.size % 512) % 512)
            }
            return buffer
        }
    }
}

/// The head of one entry of a tar archive, in the form that is called «ustar», with GNU's long names.
enum TarHeader {
    static func bytes(_ entry: BuildContext.Entry) -> [UInt8] {
        var result: [UInt8] = []
        let name = entry.kind == .folder ? entry.path + "/" : entry.path
        if name.utf8.count > 100 { result += long(name, kind: "L") }
        var target = ""
        if case .link(let to) = entry.kind { target = to }
        if target.utf8.count > 100 { result += long(target, kind: "K") }
        let kind: Character =
            switch entry.kind {
            case .file: "0"
            case .folder: "5"
            case .link: "2"
            }
        return result + block(name, mode: entry.mode, size: entry.size, kind: kind, target: target)
    }

    private static func long(_ text: String, kind: Character) -> [UInt8] {
        let bytes = Array(text.utf8) + [0]
        return block("././@LongLink", mode: 0, size: bytes.count, kind: kind, target: "") + bytes
            + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }

    private static func block(_ name: String, mode: Int, size: Int, kind: Character, target: String) -> [UInt8] {
        var head = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int, room: Int) {
            for (index, byte) in text.utf8.prefix(room).enumerated() { head[offset + index] = byte }
        }
        func octal(_ value: Int, at offset: Int, room: Int) {
            let digits = String(value, radix: 8)
            put(String(repeating: "0", count: max(0, room - 1 - digits.count)) + digits, at: offset, room: room - 1)
        }
        put(name, at: 0, room: 100)
        octal(mode, at: 100, room: 8)
        octal(0, at: 108, room: 8)
        octal(0, at: 116, room: 8)
        octal(size, at: 124, room: 12)
        octal(0, at: 136, room: 12)
        put("        ", at: 148, room: 8)
        put(String(kind), at: 156, room: 1)
        put(target, at: 157, room: 100)
        put("ustar  ", at: 257, room: 7)
        octal(head.reduce(0) { $0 + Int($1) }, at: 148, room: 7)
        head[155] = 0x20
        return head
    }
}

/// `.dockerignore`: the last rule that matches decides.
struct IgnoreRules: Sendable {
    private struct Rule: Sendable {
        var parts: [String]
        var isException: Bool
    }

    private let rules: [Rule]
    var hasExceptions: Bool { rules.contains(where: \.isException) }

    init(text: String) {
        rules = text.split(whereSeparator: \.isNewline).compactMap { line in
            var pattern = line.trimmingCharacters(in: .whitespaces)
            guard !pattern.isEmpty, !pattern.hasPrefix("#") else { return nil }
            let isException = pattern.hasPrefix("!")
            if isException { pattern.removeFirst() }
            let parts = pattern.split(separator: "/").map(String.init).filter { $0 != "." }
            return parts.isEmpty ? nil : Rule(parts: parts, isException: isException)
        }
    }

    func excludes(_ path: String) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        var excluded = false
        for rule in rules where Self.matches(rule.parts[...], parts[...]) { excluded = !rule.isException }
        return excluded
    }

    /// A rule that names a folder is about all that is in it.
    private static func matches(_ rule: ArraySlice<String>, _ path: ArraySlice<String>) -> Bool {
        guard let first = rule.first else { return true }
        if first == "**" {
            return (path.startIndex...path.endIndex).contains { matches(rule.dropFirst(), path[$0...]) }
        }
        guard let part = path.first, fnmatch(first, part, 0) == 0 else { return false }
        return matches(rule.dropFirst(), path.dropFirst())
    }
}
