import Foundation

/// A text file of the project.
struct SourceFile: Sendable {
    /// From the root of the package, with `/`.
    let path: String
    let text: String
    /// The lines of the text, and of the code alone.
    let lines: [String]
    /// As `lines`, with the content of comments and string literals replaced by blanks; Swift only, else as `lines`.
    let codeLines: [String]

    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    /// The file's name without its last extension.
    var stem: String { name.split(separator: ".").dropLast().joined(separator: ".") }
    /// `BerthJSON` of `Sources/BerthJSON/JSON.swift`; nil outside of Sources and Tests.
    var module: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && (parts[0] == "Sources" || parts[0] == "Tests") ? String(parts[1]) : nil
    }

    var isSwift: Bool { path.hasSuffix(".swift") }
    var isGenerated: Bool { path.contains("+Generated.") }

    init(path: String, text: String) {
        self.path = path
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let isSwift = path.hasSuffix(".swift")
        codeLines =
            isSwift
            ? maskedSwift(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init) : lines
    }
}

/// The project's own files, read once.
enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let textExtensions: Set<String> = [
        "swift", "c", "h", "py", "md", "json", "yml", "yaml", "sh", "txt", "js", "css", "html", "toml",
    ]

    /// All text files below these folders, but none of build products, caches and files that start with a dot.
    static let files: [SourceFile] = [
        "Sources", "Tests", "docs", "inference", "examples", "benchmarks", "scripts", "studio",
    ]
    .flatMap(files(below:))

    /// Swift files of Sources and Tests, without generated ones.
    static let swiftFiles = files.filter { $0.isSwift && !$0.isGenerated && $0.module != nil }
    static let sources = swiftFiles.filter { $0.path.hasPrefix("Sources/") }

    static func text(of path: String) -> String? {
        FileManager.default.contents(atPath: root.appending(path: path).path).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    static func names(in folder: String) -> [String] {
        // A folder that does not exist has no files; the rule that needs them then says so.
        ((try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []).sorted()
    }

    private static func files(below folder: String) -> [SourceFile] {
        names(in: folder).filter { !$0.hasPrefix(".") && $0 != "__pycache__" && $0 != "node_modules" }.flatMap { name in
            let path = "\(folder)/\(name)"
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: root.appending(path: path).path, isDirectory: &isFolder)
            if exists, isFolder.boolValue { return files(below: path) }
            guard textExtensions.contains(String(name.split(separator: ".").last ?? "")) else { return [] }
            return text(of: path).map { [SourceFile(path: path, text: $0)] } ?? []
        }
    }
}

/// A broken rule, at a place.
struct Violation: CustomStringConvertible {
    let path: String
    /// 1-based; 0 for the file as a whole.
    let line: Int
    let message: String

    var description: String { line > 0 ? "\(path):\(line): \(message)" : "\(path): \(message)" }
}

extension [Violation] {
    /// For the message of a test: one violation a line.
    var report: String { "\n" + map(\.description).joined(separator: "\n") }
}
